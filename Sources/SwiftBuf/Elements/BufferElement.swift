// Which Swift types can be the items of memory that Python shares.

/// A type whose values can be the items of a buffer.
///
/// An item is the same bytes in Swift and in Python: of a fixed size, in the machine's byte order, with no references inside. All
/// bits zero are a value.
///
/// The numbers of the standard library, `Bool`, ``BufferComplex`` and `InlineArray`s of numbers are elements. A struct of elements becomes one by
/// ``BufferRecord``, which checks its fields; an enum or a struct with a raw value by ``BufferRawValue``. Conform no type to this protocol
/// directly: the format that it asks for can only be made `unsafe`.
///
/// Python can write any bytes into memory that it shares. So an item is lent as itself only if all of them are values of its type: as
/// numbers are. A `Bool` or an enum has other bytes; its memory is lent as that of its raw type, and each item is converted when it is
/// read.
public protocol BufferElement: BitwiseCopyable, Sendable {
    /// What lies in the memory: the type itself if all bytes are a value of it, else its raw type.
    associatedtype BufferStored: BufferElement = Self where BufferStored.BufferStored == BufferStored
    /// What an item is read as: the type itself, or an optional if there can be bytes that are no value.
    associatedtype BufferValue = Self

    /// How Python reads an item.
    static var bufferFormat: BufferFormat<Self> { get }

    /// An item that was loaded.
    static func _value(of stored: BufferStored) -> BufferValue

    /// An item that is going to be stored.
    static func _stored(_ value: BufferValue) -> BufferStored
}

extension BufferElement where BufferStored == Self, BufferValue == Self {
    /// The item itself.
    @inlinable
    @inline(__always)
    public static func _value(of stored: Self) -> Self { stored }

    /// The item itself.
    @inlinable
    @inline(__always)
    public static func _stored(_ value: Self) -> Self { value }
}
