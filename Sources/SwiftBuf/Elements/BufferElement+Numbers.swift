// The standard library's numbers as items. Formats are native and one letter long, which NumPy parses fastest.
//
// A 64-bit integer is `l` where C's long has 64 bits, and `q` elsewhere: both say the same eight bytes, and this is the one that
// NumPy calls int64. Kinds are numbers of the C ABI (the core's ScalarKind), so that a client can see them without the core.

@inlinable
var isLongWide: Bool { MemoryLayout<CLong>.size == 8 }

extension Int8: BufferElement {
    /// Python's `b`.
    @inlinable
    public static var bufferFormat: BufferFormat<Int8> { BufferFormat("b", kind: 3, byteCount: 1) }
}

extension UInt8: BufferElement {
    /// Python's `B`.
    @inlinable
    public static var bufferFormat: BufferFormat<UInt8> { BufferFormat("B", kind: 4, byteCount: 1) }
}

extension Int16: BufferElement {
    /// Python's `h`.
    @inlinable
    public static var bufferFormat: BufferFormat<Int16> { BufferFormat("h", kind: 5, byteCount: 2) }
}

extension UInt16: BufferElement {
    /// Python's `H`.
    @inlinable
    public static var bufferFormat: BufferFormat<UInt16> { BufferFormat("H", kind: 6, byteCount: 2) }
}

extension Int32: BufferElement {
    /// Python's `i`.
    @inlinable
    public static var bufferFormat: BufferFormat<Int32> { BufferFormat("i", kind: 7, byteCount: 4) }
}

extension UInt32: BufferElement {
    /// Python's `I`.
    @inlinable
    public static var bufferFormat: BufferFormat<UInt32> { BufferFormat("I", kind: 8, byteCount: 4) }
}

extension Int64: BufferElement {
    /// Python's `l`, or `q` where C's long is narrower.
    @inlinable
    public static var bufferFormat: BufferFormat<Int64> { BufferFormat(isLongWide ? "l" : "q", kind: 9, byteCount: 8) }
}

extension UInt64: BufferElement {
    /// Python's `L`, or `Q` where C's long is narrower.
    @inlinable
    public static var bufferFormat: BufferFormat<UInt64> { BufferFormat(isLongWide ? "L" : "Q", kind: 10, byteCount: 8) }
}

// Int and UInt have 64 bits on every system that swiftbuf supports (CSwiftBufStorage.h).

extension Int: BufferElement {
    /// As ``Swift/Int64``.
    @inlinable
    public static var bufferFormat: BufferFormat<Int> { BufferFormat(Int64.bufferFormat.item) }
}

extension UInt: BufferElement {
    /// As ``Swift/UInt64``.
    @inlinable
    public static var bufferFormat: BufferFormat<UInt> { BufferFormat(UInt64.bufferFormat.item) }
}

#if !(os(macOS) && arch(x86_64))
    extension Float16: BufferElement {
        /// Python's `e`.
        @inlinable
        public static var bufferFormat: BufferFormat<Float16> { BufferFormat("e", kind: 11, byteCount: 2) }
    }
#endif

extension Float: BufferElement {
    /// Python's `f`.
    @inlinable
    public static var bufferFormat: BufferFormat<Float> { BufferFormat("f", kind: 12, byteCount: 4) }
}

extension Double: BufferElement {
    /// Python's `d`.
    @inlinable
    public static var bufferFormat: BufferFormat<Double> { BufferFormat("d", kind: 13, byteCount: 8) }
}
