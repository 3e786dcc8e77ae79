// The standard library's numbers as items. Formats are native and one letter long, which NumPy parses fastest.
//
// A 64-bit integer is `l` where C's long has 64 bits, and `q` elsewhere: both say the same eight bytes, and this is the one that
// NumPy calls int64.

import SwiftBufCore

private let isLongWide = MemoryLayout<CLong>.size == 8

extension Int8: BufferElement {
    /// Python's `b`.
    public static var bufferFormat: BufferFormat { BufferFormat("b", kind: .int8) }
}

extension UInt8: BufferElement {
    /// Python's `B`.
    public static var bufferFormat: BufferFormat { BufferFormat("B", kind: .uint8) }
}

extension Int16: BufferElement {
    /// Python's `h`.
    public static var bufferFormat: BufferFormat { BufferFormat("h", kind: .int16) }
}

extension UInt16: BufferElement {
    /// Python's `H`.
    public static var bufferFormat: BufferFormat { BufferFormat("H", kind: .uint16) }
}

extension Int32: BufferElement {
    /// Python's `i`.
    public static var bufferFormat: BufferFormat { BufferFormat("i", kind: .int32) }
}

extension UInt32: BufferElement {
    /// Python's `I`.
    public static var bufferFormat: BufferFormat { BufferFormat("I", kind: .uint32) }
}

extension Int64: BufferElement {
    /// Python's `l`, or `q` where C's long is narrower.
    public static var bufferFormat: BufferFormat { BufferFormat(isLongWide ? "l" : "q", kind: .int64) }
}

extension UInt64: BufferElement {
    /// Python's `L`, or `Q` where C's long is narrower.
    public static var bufferFormat: BufferFormat { BufferFormat(isLongWide ? "L" : "Q", kind: .uint64) }
}

// Int and UInt have 64 bits on every system that swiftbuf supports (CSwiftBufStorage.h).

extension Int: BufferElement {
    /// As ``Swift/Int64``.
    public static var bufferFormat: BufferFormat { Int64.bufferFormat }
}

extension UInt: BufferElement {
    /// As ``Swift/UInt64``.
    public static var bufferFormat: BufferFormat { UInt64.bufferFormat }
}

#if !(os(macOS) && arch(x86_64))
    extension Float16: BufferElement {
        /// Python's `e`.
        public static var bufferFormat: BufferFormat { BufferFormat("e", kind: .float16) }
    }
#endif

extension Float: BufferElement {
    /// Python's `f`.
    public static var bufferFormat: BufferFormat { BufferFormat("f", kind: .float32) }
}

extension Double: BufferElement {
    /// Python's `d`.
    public static var bufferFormat: BufferFormat { BufferFormat("d", kind: .float64) }
}

/// One byte.
///
/// Python's `?` reads every byte but 0 as true and writes 0 and 1. Memory that Python filled with other bytes, through a view of
/// another format, must not be read as `Bool`: use `UInt8` there.
extension Bool: BufferElement {
    /// Python's `?`.
    public static var bufferFormat: BufferFormat { BufferFormat("?", kind: .bool) }
}
