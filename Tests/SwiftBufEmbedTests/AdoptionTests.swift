// Swift arrays, Data and foreign memory in Python's hands, and back.

import CSwiftBufStorage
import CThreads
import Foundation
import SwiftBuf
import SwiftBufEmbed
import SwiftBufFoundation
import Synchronization
import Testing

extension EmbedTests {
    @Suite struct AdoptionTests {
        private func address<Element>(_ array: [Element]) -> Int {
            // SAFETY: a number, never followed.
            unsafe array.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
        }

        @Test("one address all along: Swift array, ndarray, memoryview, borrowed again, taken back")
        func oneAddress() throws {
            var items = (0..<1024).map(Double.init)
            let before = address(items)
            let shared = try SharedBuffer(adopting: consumeArray(&items), shape: [32, 32])
            #expect(try shared.address() == before)
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b); m = memoryview(b)", with: ["b": shared])
                try python.expect("a.ctypes.data == \(before) and a.shape == (32, 32) and a[31, 31] == 1023")
                try python.expect("np.asarray(m).ctypes.data == \(before)")
                let array = try python.evaluate("a")
                let borrowed = try python.withBuffer(of: array, as: Double.self, shape: [32, 32]) { items in
                    // SAFETY: a number, never followed.
                    unsafe items.span.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
                }
                #expect(borrowed == before)
                try python.run("a[0, 0] = -1; m[31, 31] = -2")
            }
            let taken = try shared.take()
            #expect(address(taken) == before)
            #expect(taken[0] == -1 && taken[1023] == -2 && taken[1] == 1)
        }

        /// Moves an array out of a variable, so that nobody else has it.
        private func consumeArray<Element>(_ array: inout [Element]) -> [Element] {
            var taken: [Element] = []
            swap(&taken, &array)
            return taken
        }

        @Test("items of no bytes are refused: a buffer's item has at least one")
        func itemsWithoutBytes() {
            let items = [InlineArray<0, Float>](repeating: InlineArray(repeating: 0), count: 3)
            #expect(throws: BufferError.invalidRecord(.noBytes)) { _ = try SharedBuffer(adopting: items) }
            #expect(throws: BufferError.invalidRecord(.noBytes)) { _ = try SharedBuffer<InlineArray<0, Float>>(shape: [3]) }
        }

        @Test("an array of which the caller keeps a copy is copied, and the caller's stays as it is")
        func sharedArray() throws {
            let items: [Int32] = [1, 2, 3]
            let shared = try SharedBuffer(adopting: items)
            try shared.withMutableSpan { span in span[0] = 9 }
            #expect(items == [1, 2, 3])
            #expect(try shared.take() == [9, 2, 3])
        }

        @Test(
            "take() is refused while Python has a Buffer, a view or an ndarray over the memory, and while Swift has borrowed it")
        func takeIsRefused() throws {
            let shared = try SharedBuffer(adopting: [Float](repeating: 1, count: 8))
            try withPython { python in
                try python.importNumPy()
                try python.run("pass", with: ["b": shared])
                #expect(throws: BufferError.inUse(by: .owners(count: 1), wanted: .take)) { try shared.take() }
                try python.run("a = np.asarray(b); del b")
                #expect(throws: BufferError.inUse(by: .owners(count: 1), wanted: .take)) { try shared.take() }
                try python.run("del a")
            }
            try shared.withSpan { _ in
                _ = #expect(throws: BufferError.inUse(by: .reader, wanted: .take)) { _ = try shared.take() }
            }
            try shared.withMutableSpan { _ in
                _ = #expect(throws: BufferError.inUse(by: .writer, wanted: .take)) { _ = try shared.take() }
            }
            #expect(try shared.take() == [Float](repeating: 1, count: 8))
        }

        @Test("after take() every use is refused: spans, another take, Python")
        func takenIsEmpty() throws {
            let shared = try SharedBuffer(adopting: [1.0, 2.0])
            _ = try shared.take()
            #expect(throws: BufferError.taken) { try shared.withSpan { _ in } }
            #expect(throws: BufferError.taken) { try shared.withMutableSpan { _ in } }
            #expect(throws: BufferError.taken) { try shared.take() }
            try withPython { python in
                _ = #expect(throws: BufferError.taken) { try python.run("pass", with: ["b": shared]) }
            }
        }

        @Test("only an array is taken back")
        func notAnArray() throws {
            #expect(throws: BufferError.notAdopted) { try SharedBuffer<Int>(shape: [3]).take() }
        }

        @Test("an empty array has no items and an address all the same; nil shape is one dimension")
        func emptyArray() throws {
            let shared = try SharedBuffer<Double>(adopting: [])
            #expect(shared.shape == [0])
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b)", with: ["b": shared])
                try python.expect("a.shape == (0,) and a.dtype == 'f8'")
                try python.run("del a, b")
            }
            #expect(try shared.take() == [])
        }

        @Test("a shape of another number of items is refused")
        func wrongShape() {
            #expect(throws: BufferError.invalidShape(.otherItemCount(expected: 4, found: 3))) {
                try SharedBuffer(adopting: [1, 2, 3], shape: [2, 2])
            }
        }

        @Test("a closure fills new memory, and what it leaves out is zero")
        func initializing() throws {
            let shared = try SharedBuffer<Int16>(shape: [2, 3]) { output in
                for value in 1...4 { output.append(Int16(value)) }
            }
            #expect(try shared.items() == [1, 2, 3, 4, 0, 0])
            #expect(throws: Missing.self) {
                try SharedBuffer<Int16>(shape: [2, 3]) { output in
                    output.append(1)
                    throw Missing(description: "x")
                }
            }
        }

        @Test("adopted memory is given back once, by the last owner, on a thread without the GIL too")
        func releasedOnce() throws {
            let released = Counter()
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 16)
            unsafe memory.initialize(repeating: 3)
            nonisolated(unsafe) let owned = unsafe memory
            var shared: SharedBuffer? = try unsafe SharedBuffer(adopting: owned, shape: [4, 4]) {
                unsafe owned.deallocate()
                released.add()
            }
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b)", with: ["b": shared])
                shared = nil
                #expect(released.count == 0)
                try python.expect("a.sum() == 48")
            }
            #expect(released.count == 1)

            let again = try SharedBuffer(adopting: [Int](repeating: 0, count: 4))
            try onAnotherThread { try again.withMutableSpan { span in span[0] = 1 } }
            let other = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1)
            nonisolated(unsafe) let kept = unsafe other
            unsafe kept.initialize(repeating: 0)
            let last = Box(
                try unsafe SharedBuffer(adopting: kept) {
                    unsafe kept.deallocate()
                    released.add()
                })
            try onAnotherThread { last.drop() }
            #expect(released.count == 2)
        }

        @Test("a release that Python's last reference calls may use Python, and what it raises there does not come out")
        func releaseCallsPython() throws {
            let interpreter = try sharedInterpreter()
            let released = Counter()
            let endings = [
                "del b", "b.release()", "v = b[::-1]; del b; v.release()", "c = [b]; c.append(c); del b, c; gc.collect()",
            ]
            for ending in endings {
                let before = released.count
                let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
                unsafe memory.initialize(repeating: 3)
                nonisolated(unsafe) let owned = unsafe memory
                var shared: SharedBuffer? = try unsafe SharedBuffer(adopting: owned) {
                    // On a thread that has the GIL already: Python's last reference went.
                    #expect(throws: Never.self) {
                        try interpreter.withGIL { python in
                            python.expect("raise KeyError('in the release')", raises: "KeyError")
                            try python.run("seen.append(other.tolist()); other.resize(len(other) + 1)")
                        }
                    }
                    unsafe owned.deallocate()
                    released.add()
                }
                try withPython { python in
                    try python.run("import gc, swiftbuf; seen = []; other = swiftbuf.zeros(2)")
                    try python.run("pass", with: ["b": shared])
                    shared = nil
                    #expect(released.count == before)
                    try python.run(ending)
                    #expect(released.count == before + 1)
                    try python.expect("seen == [[0, 0]] and len(other) == 3")
                }
            }
        }

        @Test("memory that cannot be adopted is given back at once")
        func refusedIsReleased() throws {
            let released = Counter()
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
            defer { unsafe memory.deallocate() }
            #expect(throws: BufferError.invalidShape(.otherItemCount(expected: 5, found: 4))) {
                try unsafe SharedBuffer(adopting: memory, shape: [5]) { released.add() }
            }
            #expect(released.count == 1)
            let first = try unsafe SharedBuffer(adopting: memory) { released.add() }
            #expect(throws: BufferError.inUse(by: .otherBuffer, wanted: .adopt)) {
                try unsafe SharedBuffer(adopting: memory) { released.add() }
            }
            #expect(released.count == 2)
            withExtendedLifetime(first) {}
        }

        @Test("a read-only owner's memory is read-only in Swift and in Python")
        func readOnly() throws {
            let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4)
            unsafe memory.initialize(repeating: 7)
            nonisolated(unsafe) let owned = unsafe memory
            let shared = try unsafe SharedBuffer(adopting: owned, isReadOnly: true) { unsafe owned.deallocate() }
            let error = #expect(throws: BufferError.self) { try shared.withMutableSpan { _ in } }
            #expect(
                error?.description
                    == "expected uint8, C-contiguous, shape (4,), writable; got uint8, C-contiguous, shape (4,), read-only")
            try withPython { python in
                try python.run("m = memoryview(b)", with: ["b": shared])
                try python.expect("m.readonly and b.readonly and bytes(m) == b'\\x07' * 4")
            }
        }

        @Test("Data is shared where its bytes are, and keeps what it was when another copy of it is changed")
        func dataIsShared() throws {
            var data = Data((0..<100).map { UInt8($0) })
            // SAFETY: a number, never followed.
            let before = unsafe data.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
            let shared = try SharedBuffer(sharing: data, shape: [10, 10])
            #expect(try shared.address() == before)
            data[0] = 255
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b)", with: ["b": shared])
                try python.expect("a.ctypes.data == \(before) and a[0, 0] == 0 and a[9, 9] == 99 and not a.flags.writeable")
            }
            for count in 0...20 {
                let small = try SharedBuffer(sharing: Data(repeating: 5, count: count))
                #expect(try small.items() == [UInt8](repeating: 5, count: count))
            }
        }

        @Test("100,000 rounds of adopting, handing over and taking back leave nothing behind, and release each memory once")
        func manyRounds() async {
            await #expect(processExitsWith: .success) {
                try withPython { python in
                    let released = Counter()
                    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 4)
                    unsafe memory.initialize(repeating: 0)
                    nonisolated(unsafe) let owned = unsafe memory
                    var before = 0
                    for round in 0..<101_000 {
                        if round == 1000 { before = process_heap_bytes() }
                        let shared = try SharedBuffer(adopting: [Int32](repeating: 1, count: 4))
                        _ = try shared.makePythonObject(python)
                        #expect(try shared.take() == [1, 1, 1, 1])
                        let foreign = try unsafe SharedBuffer(adopting: owned) { released.add() }
                        _ = try foreign.makePythonObject(python)
                    }
                    // Less than three bytes a round: malloc's own caches come and go.
                    #expect(process_heap_bytes() < before + 1 << 18)
                    #expect(released.count == 101_000)
                    #expect(swiftbuf_ledger_block_count() == 0)
                }
            }
        }
    }
}

/// A count that threads share.
final class Counter: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .acquiring) }

    func add() { value.add(1, ordering: .acquiringAndReleasing) }
}

/// Something that one thread lets go of for another.
final class Box<Value: Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: Value) { self.value = Mutex(value) }

    func drop() { value.withLock { $0 = nil } }
}
