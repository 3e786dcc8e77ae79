// A borrow while it lasts: what it excludes, on which threads it is used, how it ends, and that it leaves nothing behind.

import CThreads
import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct BorrowLifetimeTests {
        @Test("while Swift borrows a Buffer, Python's resize and release of it are refused")
        func resizeIsRefused() throws {
            try withPython { python in
                try python.run("import swiftbuf; b = swiftbuf.zeros(4, 'd')")
                let buffer = try python.evaluate("b")
                try python.withBuffer(of: buffer, as: Double.self) { _ in
                    python.expect("b.resize(100)", raises: "BufferError", saying: "Swift has borrowed this memory to read")
                    python.expect("b.release()", raises: "BufferError", saying: "Swift has borrowed this memory to read")
                }
                try python.withMutableBuffer(of: buffer, as: Double.self) { _ in
                    python.expect("b.resize(100)", raises: "BufferError", saying: "Swift has borrowed this memory to write")
                }
                try python.run("b.resize(100)")
            }
        }

        @Test("two borrows of which one writes the same bytes exclude each other, by whatever way they are reached")
        func sameBytes() throws {
            let shared = try SharedBuffer(adopting: [Double](repeating: 0, count: 8))
            try withPython { python in
                try python.importNumPy()
                try python.run(
                    "s = np.asarray(b)[2:4]; a = np.zeros(8); import swiftbuf; w = swiftbuf.Buffer(a)", with: ["b": shared])
                let slice = try python.evaluate("s")
                let conflict = BufferError.inUse(by: .writer, wanted: .read)
                try shared.withMutableSpan { _ in
                    _ = #expect(throws: conflict) { try python.withBuffer(of: slice, as: Double.self) { _ in } }
                }
                try python.withMutableBuffer(of: slice, as: Double.self) { _ in
                    #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) { try shared.withSpan { _ in } }
                    #expect(throws: BufferError.inUse(by: .writer, wanted: .write)) { try shared.withMutableSpan { _ in } }
                    #expect(throws: BufferError.self) { try shared.take() }
                }
                try python.withBuffer(of: slice, as: Double.self) { _ in
                    try shared.withSpan { _ in }
                    #expect(throws: BufferError.inUse(by: .reader, wanted: .write)) { try shared.withMutableSpan { _ in } }
                }
                let (array, wrapped) = (try python.evaluate("a[3:]"), try python.evaluate("w"))
                let apart = try python.evaluate("a[:3]")
                try python.withMutableBuffer(of: array, as: Double.self) { _ in
                    #expect(throws: BufferError.inUse(by: .writer, wanted: .write)) {
                        try python.withMutableBuffer(of: wrapped, as: Double.self) { _ in }
                    }
                    #expect(throws: conflict) { try python.withStridedBuffer(of: wrapped, as: Double.self) { _ in } }
                    try python.withMutableBuffer(of: apart, as: Double.self) { _ in }
                }
                try python.withMutableBuffer(of: wrapped, as: Double.self) { _ in }
                try shared.withMutableSpan { _ in }
            }
        }

        @Test("a Buffer over NumPy's view of a SharedBuffer keeps its own shape too while it is borrowed")
        func wrappedIsKept() throws {
            let shared = try SharedBuffer(adopting: [Double](repeating: 1, count: 64))
            try withPython { python in
                try python.importNumPy()
                try python.run(
                    "import swiftbuf; w = swiftbuf.Buffer(np.asarray(b).reshape(2, 2, 2, 2, 2, 2)[..., None, None])",
                    with: ["b": shared])
                let wrapped = try python.evaluate("w")
                try python.withMutableBuffer(of: wrapped, as: Double.self) { items in
                    python.expect("w.release()", raises: "BufferError", saying: "Swift has borrowed this memory to write")
                    #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) { try shared.withSpan { _ in } }
                    #expect(items.shape == [2, 2, 2, 2, 2, 2, 1, 1])
                }
                try shared.withMutableSpan { _ in }
                try python.run("w.release()")
            }
        }

        @Test("memory that somebody in Swift writes to is not copied")
        func noCopyOfWrittenMemory() throws {
            let shared = try SharedBuffer(adopting: [Double](repeating: 1, count: 1 << 18))
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b).reshape(512, 512).T; c = np.ones((512, 512)).T", with: ["b": shared])
                let (own, foreign) = (try python.evaluate("a"), try python.evaluate("c"))
                try shared.withMutableSpan { _ in
                    _ = #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) {
                        try python.withBuffer(of: own, as: Double.self, copyIfNeeded: true) { _ in }
                    }
                }
                try python.withMutableStridedBuffer(of: foreign, as: Double.self) { _ in
                    _ = #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) {
                        try python.withBuffer(of: foreign, as: Double.self, copyIfNeeded: true) { _ in }
                    }
                }
                for object in [own, foreign] {
                    // The copy is nobody else's: its original may be written to.
                    try python.withBuffer(of: object, as: Double.self, copyIfNeeded: true) { items in
                        #expect(items[511, 511] == 1)
                        try python.withMutableStridedBuffer(of: object, as: Double.self) { _ in }
                    }
                }
            }
        }

        @Test("a body's error passes as it is, and the memory is given back")
        func bodyThrows() throws {
            try withPython { python in
                let bytes = try python.builtins.bytearray(8)
                #expect(throws: Missing.self) {
                    try python.withMutableBuffer(of: bytes, as: UInt8.self) { _ in throw Missing(description: "x") }
                }
                do {
                    try python.withBuffer(of: bytes, as: UInt8.self) { _ in try python.run("1 / 0") }
                    Issue.record("nothing was thrown")
                } catch let error as PythonError {
                    #expect(error.typeName == "ZeroDivisionError")
                }
                // A bytearray that is still exported refuses this.
                _ = try bytes.clear()
            }
        }

        @Test("a borrow that is a value lasts until it goes, and gives the memory back on any thread")
        func ownedBorrow() throws {
            let interpreter = try sharedInterpreter()
            try interpreter.withGIL { python in
                try python.run("owned = bytearray(b'abc')")
                let bytes = try python.evaluate("owned")
                try {
                    let borrowed = try BufferBorrow<UInt8>(of: bytes)
                    #expect(borrowed.view.span[1] == UInt8(ascii: "b"))
                    python.expect("owned.append(1)", raises: "BufferError", saying: "re-sized")
                }()
                try python.run("owned.append(1)")
                try {
                    var borrowed = try MutableBufferBorrow<UInt8>(of: bytes)
                    var view = borrowed.view
                    view[0] = UInt8(ascii: "z")
                    #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) { _ = try BufferBorrow<UInt8>(of: bytes) }
                }()
                try python.expect("owned == b'zbc\\x01'")
            }
            // Made with the GIL, dropped without it.
            try dropWithoutGIL(interpreter)
            try withPython { python in try python.run("owned = bytearray(2); owned.append(1)") }
        }

        private func dropWithoutGIL(_ interpreter: Interpreter) throws {
            let borrowed = try interpreter.withGIL { python in
                try python.run("kept = owned")
                return try BufferBorrow<UInt8>(of: python.evaluate("owned"))
            }
            let count = itemCount(of: borrowed)
            #expect(count == 4)
            try interpreter.withGIL { python in python.expect("kept.append(1)", raises: "BufferError", saying: "re-sized") }
            _ = consume borrowed
            try interpreter.withGIL { python in try python.run("kept.append(1)") }
        }

        @Test("outside withGIL, inside withoutGIL and after stop() a borrow is refused, and stop() is refused while one is left")
        func withoutInterpreter() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start(.init(virtualEnvironment: .none))
                var bytes: PythonObject?
                try interpreter.withGIL { python in
                    let made = try python.builtins.bytearray(4)
                    bytes = made
                    try python.withoutGIL {
                        _ = #expect(throws: InterpreterError.withoutGIL) {
                            try python.withBuffer(of: made, as: UInt8.self) { _ in }
                        }
                    }
                }
                #expect(throws: InterpreterError.withoutGIL) { _ = try BufferBorrow<UInt8>(of: bytes!) }
                let left = try interpreter.withGIL { _ in try BufferBorrow<UInt8>(of: bytes!) }
                let refusal = #expect(throws: InterpreterError.borrowed(count: 1)) { try interpreter.stop() }
                #expect(refusal.map { "\($0)" }?.contains("let every BufferBorrow end first") == true)
                // A refused stop has changed nothing.
                try interpreter.withGIL { python in try python.run("pass") }
                let count = itemCount(of: left)
                #expect(count == 4)
                _ = consume left
                try interpreter.stop()
                #expect(throws: InterpreterError.withoutGIL) { _ = try BufferBorrow<UInt8>(of: bytes!) }
            }
        }

        @Test("an exception while a borrow looks for `_swiftbuf` goes on, unless it says that there is no such module")
        func lookingForTheType() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start(.init(virtualEnvironment: .none))
                try interpreter.withGIL { python in
                    try python.run(
                        """
                        import sys
                        class Raising:
                            def find_spec(name, path=None, target=None):
                                if name == '_swiftbuf': raise error
                        sys.meta_path.insert(0, Raising)
                        sys.modules.pop('_swiftbuf', None)
                        """)
                    let bytes = try python.evaluate("bytearray(4)")
                    for name in ["KeyboardInterrupt", "MemoryError", "ImportError"] {
                        try python.run("error = \(name)")
                        let error = #expect(throws: PythonError.self) {
                            try python.withBuffer(of: bytes, as: UInt8.self) { _ in }
                        }
                        #expect(error?.isInstance(of: name) == true)
                    }
                    try python.run("error = ModuleNotFoundError")
                    #expect(try python.withBuffer(of: bytes, as: UInt8.self) { $0.count } == 4)
                    try python.run("sys.meta_path.remove(Raising)")
                    let buffer = try python.evaluate("__import__('swiftbuf').zeros(4)")
                    #expect(try python.withBuffer(of: buffer, as: UInt8.self) { $0.count } == 4)
                }
            }
        }

        @Test("several threads change the rows of one borrow, each its own")
        func rowsOnThreads() throws {
            try withPython { python in
                try python.importNumPy()
                let array = try python.evaluate("np.zeros((101, 7), 'i4')")
                for threadCount in [1, 2, 3, 200] {
                    try python.withMutableBuffer(of: array, as: Int32.self, shape: .rank(2)) { items in
                        items.modifyRowBlocksConcurrently(threadCount: threadCount) { rows, items in
                            for index in items.indices { items[index] = Int32(rows.lowerBound + index / 7) }
                        }
                    }
                    #expect(try Bool(python.evaluate("lambda a: bool((a == np.arange(101)[:, None]).all())")(array)))
                }
            }
        }

        @Test("a million borrows leave nothing behind")
        func manyBorrows() async {
            // In a process of its own, because other suites allocate meanwhile.
            await #expect(processExitsWith: .success) {
                try withPython { python in
                    try python.importNumPy()
                    try python.run("import sys; a = np.zeros(4); import swiftbuf; b = swiftbuf.zeros(4, 'd')")
                    let (array, buffer) = (try python.evaluate("a"), try python.evaluate("b"))
                    let counts = try String(describing: python.evaluate("sys.getrefcount(a), sys.getrefcount(b)"))
                    var before = 0
                    for round in 0..<251_000 {
                        if round == 1000 { before = process_heap_bytes() }
                        try python.withBuffer(of: array, as: Double.self) { _ in }
                        try python.withMutableBuffer(of: buffer, as: Double.self) { _ in }
                        try python.withMutableStridedBuffer(of: array, as: Double.self) { _ in }
                        _ = try? python.withBuffer(of: buffer, as: Float.self) { _ in }
                    }
                    // About one byte a round: malloc's own caches come and go.
                    #expect(process_heap_bytes() < before + 1 << 18)
                    #expect(try String(describing: python.evaluate("sys.getrefcount(a), sys.getrefcount(b)")) == counts)
                    try python.expect("b.exports == 0")
                }
            }
        }
    }
}

/// How many items a borrow has.
///
/// A function that asks a borrow for a view cannot end the borrow itself, so the tests ask here.
private func itemCount(of borrow: borrowing BufferBorrow<UInt8>) -> Int { borrow.view.count }
