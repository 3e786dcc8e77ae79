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
                try python.withBorrowed(buffer, as: Double.self) { _ in
                    python.expect("b.resize(100)", raises: "BufferError", saying: "Swift has borrowed this memory to read")
                    python.expect("b.release()", raises: "BufferError", saying: "Swift has borrowed this memory to read")
                }
                try python.withMutablyBorrowed(buffer, as: Double.self) { _ in
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
                let conflict = BorrowError.conflict(.mutablyBorrowed)
                try shared.withMutableSpan { _ in
                    _ = #expect(throws: conflict) { try python.withBorrowed(slice, as: Double.self) { _ in } }
                }
                try python.withMutablyBorrowed(slice, as: Double.self) { _ in
                    #expect(throws: BorrowConflict.mutablyBorrowed) { try shared.withSpan { _ in } }
                    #expect(throws: BorrowConflict.mutablyBorrowed) { try shared.withMutableSpan { _ in } }
                    #expect(throws: TakeError.self) { try shared.take() }
                }
                try python.withBorrowed(slice, as: Double.self) { _ in
                    try shared.withSpan { _ in }
                    #expect(throws: BorrowConflict.borrowed) { try shared.withMutableSpan { _ in } }
                }
                let (array, wrapped) = (try python.evaluate("a[3:]"), try python.evaluate("w"))
                let apart = try python.evaluate("a[:3]")
                try python.withMutablyBorrowed(array, as: Double.self) { _ in
                    #expect(throws: conflict) { try python.withMutablyBorrowed(wrapped, as: Double.self) { _ in } }
                    #expect(throws: conflict) { try python.withStridesBorrowed(wrapped, as: Double.self) { _ in } }
                    try python.withMutablyBorrowed(apart, as: Double.self) { _ in }
                }
                try python.withMutablyBorrowed(wrapped, as: Double.self) { _ in }
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
                try python.withMutablyBorrowed(wrapped, as: Double.self) { items in
                    python.expect("w.release()", raises: "BufferError", saying: "Swift has borrowed this memory to write")
                    #expect(throws: BorrowConflict.mutablyBorrowed) { try shared.withSpan { _ in } }
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
                    _ = #expect(throws: BorrowError.conflict(.mutablyBorrowed)) {
                        try python.withBorrowed(own, as: Double.self, copyIfNeeded: true) { _ in }
                    }
                }
                try python.withStridesMutablyBorrowed(foreign, as: Double.self) { _ in
                    _ = #expect(throws: BorrowError.conflict(.mutablyBorrowed)) {
                        try python.withBorrowed(foreign, as: Double.self, copyIfNeeded: true) { _ in }
                    }
                }
                for object in [own, foreign] {
                    // The copy is nobody else's: its original may be written to.
                    try python.withBorrowed(object, as: Double.self, copyIfNeeded: true) { items in
                        #expect(items[511, 511] == 1)
                        try python.withStridesMutablyBorrowed(object, as: Double.self) { _ in }
                    }
                }
            }
        }

        @Test("a body's error passes as it is, and the memory is given back")
        func bodyThrows() throws {
            try withPython { python in
                let bytes = try python.builtins.bytearray(8)
                #expect(throws: Missing.self) {
                    try python.withMutablyBorrowed(bytes, as: UInt8.self) { _ in throw Missing(description: "x") }
                }
                do {
                    try python.withBorrowed(bytes, as: UInt8.self) { _ in try python.run("1 / 0") }
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
                    let borrowed = try BorrowedBuffer<UInt8>(bytes)
                    #expect(borrowed.span[1] == UInt8(ascii: "b"))
                    python.expect("owned.append(1)", raises: "BufferError", saying: "re-sized")
                }()
                try python.run("owned.append(1)")
                try {
                    var borrowed = try MutableBorrowedBuffer<UInt8>(bytes)
                    borrowed[0] = UInt8(ascii: "z")
                    #expect(throws: BorrowError.conflict(.mutablyBorrowed)) { _ = try BorrowedBuffer<UInt8>(bytes) }
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
                return try BorrowedBuffer<UInt8>(python.evaluate("owned"))
            }
            #expect(borrowed.count == 4)
            try interpreter.withGIL { python in python.expect("kept.append(1)", raises: "BufferError", saying: "re-sized") }
            _ = consume borrowed
            try interpreter.withGIL { python in try python.run("kept.append(1)") }
        }

        @Test("outside withGIL, inside withoutGIL and after stop() a borrow is refused, and one that is left goes quietly")
        func withoutInterpreter() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start(.init(virtualEnvironment: .none))
                var bytes: PythonObject?
                try interpreter.withGIL { python in
                    let made = try python.builtins.bytearray(4)
                    bytes = made
                    try python.withoutGIL {
                        _ = #expect(throws: InterpreterError.withoutGIL) {
                            try python.withBorrowed(made, as: UInt8.self) { _ in }
                        }
                    }
                }
                #expect(throws: InterpreterError.withoutGIL) { _ = try BorrowedBuffer<UInt8>(bytes!) }
                let left = try interpreter.withGIL { _ in try BorrowedBuffer<UInt8>(bytes!) }
                try interpreter.stop()
                #expect(throws: InterpreterError.withoutGIL) { _ = try BorrowedBuffer<UInt8>(bytes!) }
                #expect(left.count == 4)
            }
        }

        @Test("several threads change the rows of one borrow, each its own")
        func rowsOnThreads() throws {
            try withPython { python in
                try python.importNumPy()
                let array = try python.evaluate("np.zeros((101, 7), 'i4')")
                for threadCount in [1, 2, 3, 200] {
                    try python.withMutablyBorrowed(array, as: Int32.self, shape: .rank(2)) { items in
                        items.modifyRowsConcurrently(threadCount: threadCount) { rows, items in
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
                    let counts = try String(python.evaluate("sys.getrefcount(a), sys.getrefcount(b)"))
                    var before = 0
                    for round in 0..<251_000 {
                        if round == 1000 { before = process_heap_bytes() }
                        try python.withBorrowed(array, as: Double.self) { _ in }
                        try python.withMutablyBorrowed(buffer, as: Double.self) { _ in }
                        try python.withStridesMutablyBorrowed(array, as: Double.self) { _ in }
                        _ = try? python.withBorrowed(buffer, as: Float.self) { _ in }
                    }
                    // About one byte a round: malloc's own caches come and go.
                    #expect(process_heap_bytes() < before + 1 << 18)
                    #expect(try String(python.evaluate("sys.getrefcount(a), sys.getrefcount(b)")) == counts)
                    try python.expect("b.exports == 0")
                }
            }
        }
    }
}
