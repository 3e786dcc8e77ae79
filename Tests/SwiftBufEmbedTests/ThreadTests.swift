// The interpreter from several threads, and the borrow word between them.

import CSwiftBuf
import CSwiftBufStorage
import CThreads
import Foundation
import SwiftBuf
import SwiftBufCore
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct ThreadTests {
        @Test("a thread that Python never saw can run Python, nested calls included")
        func anotherThreadRunsPython() throws {
            let interpreter = try sharedInterpreter()
            let identify: @Sendable () throws -> Int = {
                try interpreter.withGIL { python in
                    try python.run("import threading")
                    let outer = try python.evaluate("threading.get_ident()", as: Int.self)
                    let inner = try interpreter.withGIL { python in
                        try python.evaluate("threading.get_ident()", as: Int.self)
                    }
                    #expect(inner == outer)
                    return outer
                }
            }
            let here = try identify()
            let there = try onAnotherThread(identify)
            #expect(here != there)
        }

        @Test("two threads take turns, and lose no step of either")
        func twoThreadsTakeTurns() throws {
            let interpreter = try sharedInterpreter()
            try interpreter.withGIL { python in try python.run("steps = 0") }
            let step: @Sendable () throws -> Void = {
                for _ in 0..<500 {
                    try interpreter.withGIL { python in try python.run("steps += 1") }
                }
            }
            let first = Concurrent(step)
            let second = Concurrent(step)
            try first.value()
            try second.value()
            try withPython { python in try python.expect("steps == 1000") }
        }

        @Test("of two threads that write, one does at a time, and the other is told so")
        func writersExcludeEachOther() throws {
            let counter = try SharedBuffer<Int>(shape: [1])
            let rounds = 100_000
            let holds = [Flag(), Flag()]
            let refused = [Flag(), Flag()]
            let ended = [Flag(), Flag()]
            // Each holds its borrow until the other one has been refused.
            let hold: @Sendable (Int) throws -> Void = { own in
                try counter.withMutableSpan { span in
                    holds[own].raise()
                    refused[1 - own].wait()
                    span[0] += 1
                }
                ended[own].raise()
            }
            let beRefused: @Sendable (Int) -> Void = { own in
                holds[1 - own].wait()
                #expect(throws: BufferError.inUse(by: .writer, wanted: .write)) {
                    try counter.withMutableSpan { span in span[0] += 1000 }
                }
                #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) { try counter.item(0) }
                refused[own].raise()
                ended[1 - own].wait()
            }
            // Then both write whenever they may.
            let write: @Sendable () -> Int = {
                var written = 0
                for _ in 0..<rounds where (try? counter.withMutableSpan { span in span[0] += 1 }) != nil {
                    written += 1
                }
                return written
            }
            let first = Concurrent {
                try hold(0)
                beRefused(0)
                return write()
            }
            let second = Concurrent {
                beRefused(1)
                try hold(1)
                return write()
            }
            let written = try first.value() + second.value()
            let counted = try counter.item(0)
            #expect(counted == 2 + written)
        }

        @Test("a span that Swift holds on one thread keeps Python on another from letting the memory go")
        func spanHoldsAgainstAnotherThread() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            let interpreter = try sharedInterpreter()
            try interpreter.withGIL { python in try python.run("pass", with: ["b": samples]) }
            let release: @Sendable () throws -> PythonError? = {
                try interpreter.withGIL { python in
                    do {
                        try python.run("b.release()")
                        return nil
                    } catch let error as PythonError {
                        return error
                    }
                }
            }
            let refusal = try samples.withMutableSpan { _ in try onAnotherThread(release) }
            #expect(refusal?.typeName == "BufferError")
            #expect(refusal?.message == "release: Swift has borrowed this memory to write")
            let afterwards = try onAnotherThread(release)
            #expect(afterwards == nil)
            try withPython { _ in }
        }

        @Test("memory never moves under a borrow of ten million while Python resizes it on another thread")
        func memoryStaysUnderBorrow() throws {
            try withPython { python in
                try python.run("import swiftbuf; b = swiftbuf.zeros(64); done = refused = 0")
                // SAFETY: `b` keeps its storage for the whole closure, which waits for the other thread.
                try unsafe withExport("b", python) { export in
                    let address = unsafe Int(bitPattern: export.pointee.storage)
                    let (holds, refused, ended, moved, finished) = (Flag(), Flag(), Flag(), Flag(), Flag())
                    // The borrower needs no GIL, and so runs all the time.
                    let borrower = Concurrent {
                        // Once a resize comes during a borrow, and once behind it; then whenever the threads meet.
                        borrowOnce(address) {
                            holds.raise()
                            refused.wait()
                        }
                        ended.raise()
                        moved.wait()
                        return borrowRepeatedly(address, rounds: 10_000_000, finished)
                    }
                    holds.wait()
                    python.expect(
                        "b.resize(100_000)", raises: "BufferError", saying: "resize: Swift has borrowed this memory to write")
                    refused.raise()
                    ended.wait()
                    try python.run("b.resize(100_000)")
                    moved.raise()
                    while !finished.isRaised {
                        try python.run(
                            """
                            for i in range(1000):
                                try:
                                    b.resize(64 if i % 2 else 100_000)
                                    done += 1
                                except BufferError as error:
                                    assert str(error) == "resize: Swift has borrowed this memory to write", error
                                    refused += 1
                            """)
                    }
                    let (borrowed, inVain, torn) = try borrower.value()
                    #expect(borrowed + inVain == 10_000_000)
                    #expect(torn == 0)
                    try python.expect("(done + refused) % 1000 == 0")
                }
            }
        }

        @Test("a child that is forked while another thread lists memory can list memory itself")
        func childrenFindTheLedgerUnlocked() throws {
            let finished = Flag()
            let other = Concurrent {
                while !finished.isRaised { listAndDrop() }
            }
            var status: CInt = 0
            for _ in 0..<100 where status == 0 {
                // The child's body allocates by malloc alone, which is whole in a child.
                status = unsafe process_run_in_child({ _ in listAndDrop() }, nil, 600)
            }
            finished.raise()
            #expect(status == 0, "the child was ended by its alarm")
            try other.value()
        }

        @Test("stop() waits for the threads that are inside")
        func stopWaits() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let (entered, done) = (Flag(), Flag())
                let pipe = Pipe()
                let end = pipe.fileHandleForReading.fileDescriptor
                let inside = Concurrent {
                    try interpreter.withGIL { python in
                        entered.raise()
                        // Lets go of the GIL meanwhile, as any long call does.
                        try python.run("import os; assert os.read(end, 1) == b'x'", with: ["end": Int(end)])
                        done.raise()
                    }
                }
                entered.wait()
                let stopping = Concurrent {
                    try interpreter.stop()
                    #expect(done.isRaised, "it did not wait")
                }
                // From here on stop() waits, and the thread that is inside comes to its end.
                while (try? interpreter.withGIL { _ in }) != nil {}
                try pipe.fileHandleForWriting.write(contentsOf: Data("x".utf8))
                try inside.value()
                try stopping.value()
            }
        }
    }
}

/// Borrows memory to write, while `body` runs.
private func borrowOnce(_ address: Int, _ body: () -> Void) {
    // SAFETY: by the caller, which keeps the storage block at this address alive.
    let block = unsafe UnsafeMutablePointer<swiftbuf_storage>(bitPattern: address)!
    do throws(SwiftBufCore.BorrowConflict) {
        try unsafe block.beginMutableBorrow()
    } catch {
        Issue.record("the first borrow was refused: \(error)")
    }
    body()
    unsafe block.endMutableBorrow()
}

/// Borrows memory to write, again and again, and looks whether it moved meanwhile.
///
/// - Parameters:
///   - address: A storage block's, alive until this returns.
///   - finished: Raised at the end.
private func borrowRepeatedly(_ address: Int, rounds: Int, _ finished: Flag) -> (borrowed: Int, refused: Int, torn: Int) {
    // SAFETY: by the parameter's contract; base and capacity are read, and the memory written, under the borrow alone.
    let block = unsafe UnsafeMutablePointer<swiftbuf_storage>(bitPattern: address)!
    var (borrowed, refused, torn) = (0, 0, 0)
    for _ in 0..<rounds {
        do throws(SwiftBufCore.BorrowConflict) {
            try unsafe block.beginMutableBorrow()
        } catch {
            refused += 1
            continue
        }
        let (base, capacity) = unsafe (block.pointee.base!, block.pointee.capacity)
        unsafe base.storeBytes(of: 1, toByteOffset: 0, as: UInt8.self)
        unsafe base.storeBytes(of: 2, toByteOffset: capacity - 1, as: UInt8.self)
        if unsafe block.pointee.base != base || block.pointee.capacity != capacity
            || base.load(fromByteOffset: capacity - 1, as: UInt8.self) != 2
        {
            torn += 1
        }
        borrowed += 1
        unsafe block.endMutableBorrow()
    }
    finished.raise()
    return (borrowed, refused, torn)
}

/// Makes memory that Swift borrows without the GIL, as a SharedBuffer does, and gives it back.
private func listAndDrop() {
    guard let storage = Storage.allocate(byteCount: 64, zeroed: false) else { return }
    // SAFETY: the reference is dropped below.
    let block = unsafe storage.relinquish()
    try? unsafe block.list()
    unsafe swiftbuf_storage_release(block)
}
