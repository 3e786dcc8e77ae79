// PyObject_GetBuffer called from Swift on the memory of a SharedBuffer: every field, for several requests, and refusals.

import CPython
import CSwiftBuf
import SwiftBuf
import SwiftBufCore
import SwiftBufEmbed
import Testing

/// What a request must leave in the Py_buffer of a `SharedBuffer<Float>` of shape (2, 3).
struct Expectation: CustomTestStringConvertible {
    let name: String
    let flags: Request
    var ndim: CInt = 2
    var hasFormat = false
    var hasShape = false
    var hasStrides = false

    var testDescription: String { name }
}

/// A request that must be refused.
struct RefusedRequest: CustomTestStringConvertible {
    let name: String
    let object: String
    let flags: Request

    var testDescription: String { name }
}

extension EmbedTests {
    @Suite struct RawBufferTests {
        @Test(
            "a granted request fills exactly the fields that it asked for",
            arguments: [
                Expectation(name: "SIMPLE", flags: [], ndim: 1),
                Expectation(name: "WRITABLE", flags: [.writable], ndim: 1),
                Expectation(name: "ND", flags: [.shape], hasShape: true),
                Expectation(name: "CONTIG", flags: [.shape, .writable], hasShape: true),
                Expectation(name: "STRIDES", flags: [.strides], hasShape: true, hasStrides: true),
                Expectation(name: "C_CONTIGUOUS", flags: [.cContiguous], hasShape: true, hasStrides: true),
                Expectation(name: "ANY_CONTIGUOUS", flags: [.anyContiguous], hasShape: true, hasStrides: true),
                Expectation(
                    name: "ND | FORMAT", flags: [.shape, .format], hasFormat: true, hasShape: true),
                Expectation(
                    name: "RECORDS", flags: [.strides, .writable, .format],
                    hasFormat: true, hasShape: true, hasStrides: true),
                Expectation(
                    name: "FULL_RO", flags: [.format, .indirect], hasFormat: true, hasShape: true, hasStrides: true),
            ])
        func grantedRequest(_ expected: Expectation) throws {
            let samples = try SharedBuffer<Float>(shape: [2, 3])
            let address = try samples.address()
            try withPython { python in
                try python.run("pass", with: ["b": samples])
                try unsafe withObject("b", python) { object in
                    // SAFETY: with the GIL. The view stays where it is until it is released; CPython checks nothing else.
                    try unsafe withUnsafeTemporaryAllocation(of: Py_buffer.self, capacity: 1) { views in
                        let view = views.baseAddress!
                        unsafe view.initialize(to: Py_buffer())
                        try #require(unsafe PyObject_GetBuffer(object, view, expected.flags.rawValue) == 0)
                        let granted = unsafe view.pointee
                        #expect(unsafe granted.obj == object)
                        #expect(unsafe Int(bitPattern: granted.buf) == address)
                        #expect(unsafe granted.len == 24)
                        #expect(unsafe granted.itemsize == 4)
                        #expect(unsafe granted.readonly == 0)
                        #expect(unsafe granted.ndim == expected.ndim)
                        #expect(unsafe granted.format.map { unsafe String(cString: $0) } == (expected.hasFormat ? "f" : nil))
                        #expect(unsafe ints(granted.shape) == (expected.hasShape ? [2, 3] : nil))
                        #expect(unsafe ints(granted.strides) == (expected.hasStrides ? [12, 4] : nil))
                        #expect(unsafe granted.suboffsets == nil)
                        #expect(unsafe granted.internal == nil)
                        try python.expect("b.exports == 1")

                        unsafe granted.buf.storeBytes(of: 2.5, toByteOffset: 20, as: Float.self)
                        unsafe PyBuffer_Release(view)
                        #expect(unsafe view.pointee.obj == nil)
                        try python.expect("b.exports == 0 and b[1, 2] == 2.5")
                    }
                }
            }
            let item = try samples.item(5)
            #expect(item == 2.5)
        }

        private func ints(_ pointer: UnsafeMutablePointer<Int>?) -> [Int]? {
            // SAFETY: as many as the dimensions of the Buffer, which are two.
            unsafe pointer.map { unsafe Array(UnsafeBufferPointer(start: $0, count: 2)) }
        }

        @Test(
            "a refused request is a BufferError, leaves obj NULL and counts nothing",
            arguments: [
                RefusedRequest(name: "WRITABLE of a read-only view", object: "b.toreadonly()", flags: [.writable]),
                RefusedRequest(name: "SIMPLE of a transposed view", object: "b.T", flags: []),
                RefusedRequest(name: "ND of a transposed view", object: "b.T", flags: [.shape]),
                RefusedRequest(name: "C_CONTIGUOUS of a transposed view", object: "b.T", flags: [.cContiguous]),
                RefusedRequest(name: "F_CONTIGUOUS of C order", object: "b", flags: [.fContiguous]),
                RefusedRequest(
                    name: "C_CONTIGUOUS and F_CONTIGUOUS together", object: "b",
                    flags: [.cContiguous, .fContiguous]),
                RefusedRequest(name: "FORMAT without ND of floats", object: "b", flags: [.format]),
            ])
        func refusedRequest(_ refused: RefusedRequest) throws {
            let samples = try SharedBuffer<Float>(shape: [2, 3])
            try withPython { python in
                try python.run("pass", with: ["b": samples])
                try python.run("o = \(refused.object); before = o.exports")
                try unsafe withObject("o", python) { object in
                    // SAFETY: with the GIL. A refused view is not released; what stands in `obj` before is only compared.
                    unsafe withUnsafeTemporaryAllocation(of: Py_buffer.self, capacity: 1) { views in
                        let view = views.baseAddress!
                        unsafe view.initialize(to: Py_buffer())
                        unsafe view.pointee.obj = object
                        #expect(unsafe PyObject_GetBuffer(object, view, refused.flags.rawValue) == -1)
                        #expect(takeException(SWIFTBUF_BUFFER_ERROR))
                        #expect(unsafe view.pointee.obj == nil)
                    }
                }
                try python.expect("o.exports == before")
            }
        }

        @Test("a consumer may hand back a copy of the struct")
        func copyIsReleased() throws {
            let samples = try SharedBuffer<Float>(shape: [2, 3])
            try withPython { python in
                try python.run("pass", with: ["b": samples])
                try unsafe withObject("b", python) { object in
                    var view = unsafe Py_buffer()
                    // SAFETY: with the GIL; that the struct moves is what is tested, and this exporter allows it.
                    try #require(unsafe PyObject_GetBuffer(object, &view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0)
                    var copy = unsafe view
                    unsafe PyBuffer_Release(&copy)
                }
                try python.expect("b.exports == 0")
            }
        }
    }
}
