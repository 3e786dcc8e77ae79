// Each element type: what NumPy and CPython take it for, and its values both ways.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct ElementTests {
        /// Hands two values over, and takes them back in the other order through NumPy.
        private func expectRoundTrip<Element: BufferElement & Equatable>(
            _ first: Element, _ second: Element, dtype: String, python firstLiteral: String, _ secondLiteral: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws where Element.BufferStored == Element {
            let buffer = try SharedBuffer<Element>(shape: [2])
            try buffer.withMutableSpan { span in
                span[0] = first
                span[1] = second
            }
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b); m = memoryview(b)", with: ["b": buffer])
                // The scalar class, not only an equal dtype: NumPy has two 8-byte integers, and int64 is one of them.
                try python.expect("a.dtype.type is np.\(dtype) and a.dtype.isnative", sourceLocation: sourceLocation)
                let stride = MemoryLayout<Element>.stride
                try python.expect("a.itemsize == b.itemsize == m.itemsize == \(stride)", sourceLocation: sourceLocation)
                let expected = "[\(firstLiteral), \(secondLiteral)]"
                try python.expect("a.tolist() == b.tolist() == \(expected)", sourceLocation: sourceLocation)
                try python.run("a[:] = a[::-1].copy()")
                let swapped = try buffer.items()
                #expect(swapped == [second, first], sourceLocation: sourceLocation)
            }
        }

        @Test("signed integers are NumPy's of the same width")
        func signedIntegers() throws {
            try expectRoundTrip(Int8.min, Int8.max, dtype: "int8", python: "-2**7", "2**7 - 1")
            try expectRoundTrip(Int16.min, Int16.max, dtype: "int16", python: "-2**15", "2**15 - 1")
            try expectRoundTrip(Int32.min, Int32.max, dtype: "int32", python: "-2**31", "2**31 - 1")
            try expectRoundTrip(Int64.min, Int64.max, dtype: "int64", python: "-2**63", "2**63 - 1")
            try expectRoundTrip(Int.min, Int.max, dtype: "int64", python: "-2**63", "2**63 - 1")
        }

        @Test("unsigned integers are NumPy's of the same width")
        func unsignedIntegers() throws {
            try expectRoundTrip(UInt8.min, UInt8.max, dtype: "uint8", python: "0", "2**8 - 1")
            try expectRoundTrip(UInt16.min, UInt16.max, dtype: "uint16", python: "0", "2**16 - 1")
            try expectRoundTrip(UInt32.min, UInt32.max, dtype: "uint32", python: "0", "2**32 - 1")
            try expectRoundTrip(UInt64.min, UInt64.max, dtype: "uint64", python: "0", "2**64 - 1")
            try expectRoundTrip(UInt.min, UInt.max, dtype: "uint64", python: "0", "2**64 - 1")
        }

        @Test("floating-point numbers are NumPy's of the same width, to the last bit")
        func floatingPointNumbers() throws {
            #if !(os(macOS) && arch(x86_64))
                try expectRoundTrip(
                    Float16.leastNonzeroMagnitude, -Float16.greatestFiniteMagnitude, dtype: "float16", python: "2.0**-24",
                    "-65504.0")
            #endif
            try expectRoundTrip(Float.leastNonzeroMagnitude, -Float.infinity, dtype: "float32", python: "2.0**-149", "-np.inf")
            try expectRoundTrip(Double.pi, -Double.leastNonzeroMagnitude, dtype: "float64", python: "np.pi", "-5e-324")
        }

        @Test("Bool is NumPy's bool")
        func booleans() throws {
            try expectRoundTrip(BufferItem<Bool>(true), false, dtype: "bool_", python: "True", "False")
        }
    }
}
