// Truth values. Python reads every byte but 0 as true, so the memory is one of bytes, and a load converts.

/// One byte: Python's `?`.
///
/// Every byte but 0 is read as `true`; `true` is written as 1. Spans of the memory are of `UInt8`, because bytes above 1 are no `Bool`, and
/// Python can write them.
extension Bool: BufferElement {
    /// A byte.
    public typealias BufferStored = UInt8

    /// Python's `?`.
    @inlinable
    public static var bufferFormat: BufferFormat<Bool> {
        BufferFormat(ElementFormat("?", kind: 1, byteCount: 1, isConverted: true))
    }

    /// Whether the byte is another one than 0.
    @inlinable
    @inline(__always)
    public static func _value(of stored: UInt8) -> Bool { stored != 0 }

    /// 1 or 0.
    @inlinable
    @inline(__always)
    public static func _stored(_ value: Bool) -> UInt8 { value ? 1 : 0 }
}
