// Python's memory as a typed Swift view: packed items, to read and write.

/// Borrowed memory of a Python object, to read and write: items packed in C order.
///
/// As ``BufferView``, but it cannot be copied, and while it is lent, nobody else can borrow the same bytes. Assign it to no other view: Swift
/// 6.3 accepts that where the other one lives longer, and it would be used after its memory.
public struct MutableBufferView<Element: BufferElement>: ~Copyable, ~Escapable {
    @usableFromInline let items: BorrowedItems

    /// SAFETY: whoever lends the view keeps the items until nobody can have it any more.
    @unsafe
    @inlinable
    @_lifetime(immortal)
    package init(lending items: BorrowedItems) {
        self.items = items
    }
}

extension MutableBufferView {
    /// How many dimensions there are: 0 to 64.
    @inlinable
    public var rank: Int { items.rank }

    /// How many items there are in all: the product of the shape, 1 for no dimensions.
    @inlinable
    public var count: Int { items.count }

    /// Items along each dimension.
    public var shape: [Int] { items.shapeArray }

    /// Items along one dimension.
    ///
    /// - Precondition: `axis` is below ``rank``.
    @inlinable
    public func count(alongAxis axis: Int) -> Int { items.count(alongAxis: axis) }

    /// All items, in C order, to read.
    @inlinable
    public var span: Span<Element.BufferStored> {
        @_lifetime(borrow self)
        get {
            // SAFETY: packed and aligned items of this type, kept in place for as long as the view can be used.
            let span = unsafe Span<Element.BufferStored>(_unsafeStart: items.pointer(), count: items.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// All items, in C order.
    ///
    /// Taken out into a variable: `var pixels = image.mutableSpan; pixels[0] = 255`.
    @inlinable
    public var mutableSpan: MutableSpan<Element.BufferStored> {
        @_lifetime(&self)
        mutating get {
            // SAFETY: as above; and the exporter has granted writing.
            let span = unsafe MutableSpan<Element.BufferStored>(_unsafeStart: items.pointer(), count: items.count)
            return unsafe _overrideLifetime(span, mutating: &self)
        }
    }

    /// The items of one row: those with this index in the first dimension, in C order.
    ///
    /// - Precondition: There is a first dimension, and the index is in it.
    @inlinable
    @_lifetime(&self)
    public mutating func mutableRow(_ index: Int) -> MutableSpan<Element.BufferStored> {
        let count = items.rowItemCount(index)
        let span = unsafe MutableSpan<Element.BufferStored>(_unsafeStart: items.pointer(at: index * count), count: count)
        return unsafe _overrideLifetime(span, mutating: &self)
    }

    /// An item of one dimension.
    ///
    /// - Precondition: ``rank`` is 1 and the index in bounds; a `shape:` given to the borrow makes sure of the first.
    @inlinable
    public subscript(index: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.pointer(at: items.packedIndex(index)).pointee) }
        set { unsafe items.pointer(at: items.packedIndex(index)).pointee = Element._stored(newValue) }
    }

    /// An item of two dimensions.
    ///
    /// - Precondition: ``rank`` is 2 and the indices in bounds.
    @inlinable
    public subscript(row: Int, column: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.pointer(at: items.packedIndex(row, column)).pointee) }
        set { unsafe items.pointer(at: items.packedIndex(row, column)).pointee = Element._stored(newValue) }
    }

    /// An item of three dimensions.
    ///
    /// - Precondition: ``rank`` is 3 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.pointer(at: items.packedIndex(first, second, third)).pointee) }
        set { unsafe items.pointer(at: items.packedIndex(first, second, third)).pointee = Element._stored(newValue) }
    }

    /// An item of four dimensions.
    ///
    /// - Precondition: ``rank`` is 4 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int, fourth: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.pointer(at: items.packedIndex(first, second, third, fourth)).pointee) }
        set { unsafe items.pointer(at: items.packedIndex(first, second, third, fourth)).pointee = Element._stored(newValue) }
    }

    /// An item, by one index for each dimension, in any number of dimensions: `view[at: [4, 0, 2, 1, 3]]`.
    ///
    /// For one to four dimensions the subscripts above are faster.
    ///
    /// - Precondition: There are ``rank`` indices, and they are in bounds.
    /// - Complexity: O(``rank``).
    @inlinable
    public subscript(at indices: some Collection<Int>) -> Element.BufferValue {
        get { Element._value(of: unsafe items.pointer(at: items.packedIndex(at: indices)).pointee) }
        set { unsafe items.pointer(at: items.packedIndex(at: indices)).pointee = Element._stored(newValue) }
    }
}
