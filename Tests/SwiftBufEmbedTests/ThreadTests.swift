// The interpreter from several threads, and the borrow word between them.

import CSwiftBuf
import CSwiftBufStorage
import CThreads
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
            let counter = try SharedBuffer<Int>(zeroed: [1])
            let rounds = 100_000
            let flags = [Flag(), Flag()]
            let write: @Sendable (Int) -> Int = { own in
                flags[own].raise()
                while !flags[1 - own].isRaised {}
                var written = 0
                for _ in 0..<rounds where (try? counter.withMutableSpan { span in span[0] += 1 }) != nil {
                    written += 1
                }
                return written
            }
            let first = Concurrent { write(0) }
            let second = Concurrent { write(1) }
            let written = try first.value() + second.value()
            let counted = try counter.item(0)
            #expect(counted == written)
            #expect(written < 2 * rounds, "no borrow was refused: the threads did not meet")
        }

        @Test("a span that Swift holds on one thread keeps Python on another from letting the memory go")
        func spanHoldsAgainstAnotherThread() throws {
            let samples = try SharedBuffer<Float>(zeroed: [4])
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
                    let finished = Flag()
                    // The borrower needs no GIL, and so runs all the time.
                    let borrower = Concurrent { borrowRepeatedly(address, rounds: 10_000_000, finished) }
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
                    let (borrowed, refused, torn) = try borrower.value()
                    #expect(borrowed + refused == 10_000_000 && borrowed > 0)
                    #expect(torn == 0)
                    try python.expect("done > 0 and refused > 0")
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
                status = unsafe process_run_in_child({ _ in listAndDrop() }, nil, 20)
            }
            finished.raise()
            #expect(status == 0, "the child was ended by its alarm")
            try other.value()
        }

        @Test("stop() waits for the threads that are inside")
        func stopWaits() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let entered = Flag()
                let inside = Concurrent {
                    try interpreter.withGIL { python in
                        entered.raise()
                        // Lets go of the GIL meanwhile, as any long call does.
                        try python.run("import time; time.sleep(0.2); done = 1")
                        return try python.evaluate("done", as: Int.self)
                    }
                }
                while !entered.isRaised {}
                try interpreter.stop()
                let done = try inside.value()
                #expect(done == 1)
            }
        }
    }
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
