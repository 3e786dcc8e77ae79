// Which Swift types can be the items of memory that Python shares.

/// A type whose values can be the items of a buffer.
///
/// An item is the same bytes in Swift and in Python: of a fixed size, in the machine's byte order, with no references inside. All
/// bits zero are a value.
///
/// - Note: Conform no types of your own: the formats that this version knows are those of the standard library's numbers.
public protocol BufferElement: BitwiseCopyable, Sendable {
    /// How Python reads an item.
    static var bufferFormat: BufferFormat { get }
}
