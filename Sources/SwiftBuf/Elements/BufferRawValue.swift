// Enums, and structs around a number, as items: their raw values lie in the memory.

/// A type whose raw values can be the items of a buffer: an enum, an option set, a number with a unit.
///
///     enum Quality: UInt8, BufferRawValue { case unknown, good, poor }
///
/// Python sees the raw values. An item that is read is `nil` if there is no value of these bits, since Python can write any; spans of the
/// memory are of the raw type.
public protocol BufferRawValue: BufferElement, RawRepresentable
where RawValue: BufferElement, RawValue.BufferStored == RawValue, BufferStored == RawValue, BufferValue == Self? {}

extension BufferRawValue {
    /// The format of the raw value.
    @inlinable
    public static var bufferFormat: BufferFormat<Self> {
        BufferFormat(ElementFormat(RawValue.bufferFormat.item, isConverted: true))
    }

    /// The value that has this raw value; nil if there is none.
    @inlinable
    @inline(__always)
    public static func _value(of stored: RawValue) -> Self? { Self(rawValue: stored) }

    /// The raw value.
    ///
    /// - Precondition: The value is not nil.
    @inlinable
    @inline(__always)
    public static func _stored(_ value: Self?) -> RawValue {
        guard let value else { preconditionFailure("nil has no raw value that could be stored") }
        return value.rawValue
    }
}
