// Which Swift types can be the items of memory that Python shares.

/// A type whose values can be the items of a buffer.
///
/// An item is the same bytes in Swift and in Python: of a fixed size, in the machine's byte order, with no references inside. All
/// bits zero are a value.
///
/// The numbers of the standard library, `Bool`, ``Complex`` and `InlineArray`s of them are elements. A struct of elements becomes one by
/// ``BufferRecord``, which checks its fields; conform no type to this protocol directly.
public protocol BufferElement: BitwiseCopyable, Sendable {
    /// How Python reads an item.
    static var bufferFormat: BufferFormat { get }
}
