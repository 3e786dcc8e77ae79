// What a borrow asks for, without the type of the items: one code for all of them.

/// What a borrow asks for.
///
/// Laid out so that the caller fills it in where it stands, and everybody else reads it there.
@frozen
@usableFromInline
package struct BorrowRequest {
    /// What an item has to be.
    @usableFromInline let format: ElementFormat
    /// Which shapes are accepted.
    @usableFromInline let shape: ShapePattern
    /// Bytes of an item in memory, as Swift counts them; the format says the same, or nothing is borrowed.
    @usableFromInline let stride: Int
    /// A power of two; the addresses of items are multiples of it.
    @usableFromInline let alignment: Int
    /// Whether the memory is going to be written to.
    @usableFromInline let isMutable: Bool
    /// Whether any strides will do; else the items must be packed in C order.
    @usableFromInline let isStrided: Bool
    /// Whether a copy may be made of memory that lies or counts its bytes in another way.
    @usableFromInline let mayCopy: Bool

    @inlinable
    @inline(__always)
    package init<Element: BufferElement>(
        of element: Element.Type, shape: ShapePattern, isMutable: Bool = false, isStrided: Bool = false, mayCopy: Bool = false
    ) {
        format = Element.bufferFormat.item
        self.shape = shape
        stride = MemoryLayout<Element.BufferStored>.stride
        alignment = MemoryLayout<Element.BufferStored>.alignment
        self.isMutable = isMutable
        self.isStrided = isStrided
        self.mayCopy = mayCopy
    }

    /// The request in words.
    var description: BufferDescription {
        BufferDescription(
            element: ItemDescription(format), order: isStrided ? .any : .c, shape: shape, isWritable: isMutable, isAligned: true)
    }
}
