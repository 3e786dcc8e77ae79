// The borrow word: what Swift has borrowed Python cannot move, and no two borrows of Swift conflict.

import CSwiftBuf
import SwiftBuf
import SwiftBufCore
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct BorrowTests {
        @Test("Python's release() is refused while Swift holds a span, and works afterwards")
        func releaseIsRefused() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            try withPython { python in
                try python.run("pass", with: ["b": samples])
                try samples.withMutableSpan { _ in
                    python.expect("b.release()", raises: "BufferError", saying: "Swift has borrowed this memory to write")
                }
                try samples.withSpan { _ in
                    python.expect("b.release()", raises: "BufferError", saying: "Swift has borrowed this memory to read")
                }
                try python.expect("b.tolist() == [0.0] * 4")
                try python.run("b.release()")
            }
        }

        @Test("Python's resize() is refused while Swift holds a span, and leaves the memory as it was")
        func resizeIsRefused() throws {
            try withPython { python in
                // Memory of Python's own, so that the borrow is the only reason to refuse.
                try python.run("import swiftbuf; b = swiftbuf.full(4, 9, 'i')")
                try unsafe withExport("b", python) { export in
                    let block = unsafe export.pointee.storage!
                    let base = unsafe block.pointee.base
                    // SAFETY: the Buffer keeps its storage, and stays for the whole test.
                    try unsafe block.beginMutableBorrow()
                    python.expect("b.resize(1000)", raises: "BufferError", saying: "Swift has borrowed this memory to write")
                    unsafe block.endMutableBorrow()
                    try unsafe block.beginSharedBorrow()
                    python.expect("b.resize(1000)", raises: "BufferError", saying: "Swift has borrowed this memory to read")
                    unsafe block.endSharedBorrow()
                    #expect(unsafe block.pointee.base == base)
                }
                try python.expect("b.tolist() == [9] * 4")
                try python.run("b.resize(1000)")
                try python.expect("len(b) == 1000 and b[3] == 9 and b[4] == 0")
            }
        }

        @Test("while one borrow writes no other one begins")
        func writerExcludesAll() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            try samples.withMutableSpan { _ in
                #expect(throws: BufferError.inUse(by: .writer, wanted: .write)) { try samples.withMutableSpan { _ in } }
                #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) { try samples.withSpan { _ in } }
            }
            try samples.withMutableSpan { _ in }
        }

        @Test("readers share the memory, and keep writers out")
        func readersShare() throws {
            let samples = try SharedBuffer<Float>(repeating: 2, shape: [4])
            let sum = try samples.withSpan { first in
                #expect(throws: BufferError.inUse(by: .reader, wanted: .write)) { try samples.withMutableSpan { _ in } }
                return try samples.withSpan { second in first[0] + second[3] }
            }
            #expect(sum == 4)
            try samples.withMutableSpan { _ in }
        }

        @Test("a borrow begun while the memory is being moved is refused")
        func movingRefusesBorrows() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            // SAFETY: the reference is dropped at the end; nobody moves anything in truth.
            let block = try unsafe samples.retainedBlock()
            defer { unsafe swiftbuf_storage_release(block) }
            try unsafe block.beginMoving()
            #expect(throws: BufferError.inUse(by: .mover, wanted: .read)) { try samples.withSpan { _ in } }
            #expect(throws: BufferError.inUse(by: .mover, wanted: .write)) { try samples.withMutableSpan { _ in } }
            unsafe block.endMoving()
            try samples.withMutableSpan { _ in }
        }

        @Test("a borrow ends when its body throws")
        func borrowEndsOnThrow() throws {
            let outer = try SharedBuffer<Float>(shape: [4])
            let inner = try SharedBuffer<Float>(shape: [4])
            #expect(throws: BufferError.inUse(by: .reader, wanted: .write)) {
                try inner.withSpan { _ in try outer.withMutableSpan { _ in try inner.withMutableSpan { _ in } } }
            }
            try outer.withMutableSpan { _ in }
            try inner.withMutableSpan { _ in }
        }

        @Test("an export of Python's does not keep Swift from writing: that is for the program to order")
        func exportsAreNoBorrows() throws {
            let samples = try SharedBuffer<Float>(shape: [4])
            try withPython { python in
                try python.run("m = memoryview(b)", with: ["b": samples])
                try samples.withMutableSpan { span in span[0] = 3 }
                try python.expect("m[0] == 3.0")
            }
        }
    }
}
