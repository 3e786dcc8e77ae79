// The format of one element type. Its type parameter is what keeps a type from using the format of another one.

/// How Python reads the items of one type.
///
/// There is no safe way to make one but those that check it: ``BufferRecord`` and ``BufferRawValue``.
///
/// - Source: PEP 3118; the letters are those of Python's `struct` module.
/// - Threads: Any; it never changes.
@frozen
public struct BufferFormat<Element>: Sendable {
    @usableFromInline let item: ElementFormat

    @inlinable
    @inline(__always)
    init(_ item: ElementFormat) {
        self.item = item
    }

    @inlinable
    @inline(__always)
    init(_ text: StaticString, kind: UInt8, byteCount: Int) {
        item = ElementFormat(text, kind: kind, byteCount: byteCount)
    }

    /// The format of another type, for one whose memory is the same.
    ///
    /// - Parameter other: The format that Python reads items of `Element` by. Every pattern of bits that Python can write through it must be
    ///   a value of `Element`. That the sizes are the same is checked at each borrow.
    @unsafe
    public init<Other: BufferElement>(unsafeSameAs other: Other.Type) {
        item = Other.bufferFormat.item
    }
}
