// Python's memory as a typed Swift view: items at any strides, to read. Nothing is copied for it.

/// Borrowed memory of a Python object, to read, whose items lie at distances of their own: slices, transposed arrays, columns.
///
/// As ``BufferView``, but for the spans, which exist only where items lie beside each other.
public struct StridedBufferView<Element: BufferElement>: ~Escapable {
    @usableFromInline let items: BorrowedItems

    /// SAFETY: whoever lends the view keeps the items until nobody can have it any more.
    @unsafe
    @inlinable
    @_lifetime(immortal)
    package init(lending items: BorrowedItems) {
        self.items = items
    }
}

extension StridedBufferView {
    /// How many dimensions there are: 0 to 64.
    @inlinable
    public var rank: Int { items.rank }

    /// How many items there are in all: the product of the shape, 1 for no dimensions.
    @inlinable
    public var count: Int { items.count }

    /// Items along each dimension.
    public var shape: [Int] { items.shapeArray }

    /// Bytes from one item to the next along each dimension; negative and zero ones are possible.
    public var byteStrides: [Int] {
        // SAFETY: `rank` numbers.
        unsafe Array(UnsafeBufferPointer(start: items.strides, count: items.rank))
    }

    /// Items along one dimension.
    ///
    /// - Precondition: `axis` is below ``rank``.
    @inlinable
    public func count(alongAxis axis: Int) -> Int { items.count(alongAxis: axis) }

    /// All items in C order; nil if they are not packed so.
    @inlinable
    public var span: Span<Element.BufferStored>? {
        @_lifetime(copy self)
        get {
            guard items.isPacked(itemByteCount: MemoryLayout<Element.BufferStored>.stride) else { return nil }
            // SAFETY: packed and aligned items of this type, kept in place for as long as the view can be used.
            let span = unsafe Span<Element.BufferStored>(_unsafeStart: items.pointer(), count: items.count)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }

    /// A row of two dimensions; nil if its items do not lie beside each other.
    ///
    /// - Precondition: ``rank`` is 2 and the index in bounds.
    @inlinable
    @_lifetime(copy self)
    public func row(_ index: Int) -> Span<Element.BufferStored>? {
        items.checkRank(2)
        items.check(index, 0)
        guard items.hasPackedRows(of: MemoryLayout<Element.BufferStored>.stride) else { return nil }
        // SAFETY: as above.
        let start = unsafe (items.base + index &* items.strides[0]).assumingMemoryBound(to: Element.BufferStored.self)
        let span = unsafe Span<Element.BufferStored>(_unsafeStart: start, count: items.shape[1])
        return unsafe _overrideLifetime(span, copying: self)
    }

    /// Calls `body` with each item, in C order, whatever the number of dimensions.
    ///
    /// - Throws: What `body` throws; the items behind are then left out.
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public func forEach<Failure: Error>(_ body: (Element.BufferValue) throws(Failure) -> Void) throws(Failure) {
        // SAFETY: the address of an item.
        try unsafe items.forEachPlace { (place) throws(Failure) in
            try body(Element._value(of: unsafe place.load(as: Element.BufferStored.self)))
        }
    }

    /// An item of one dimension.
    ///
    /// - Precondition: ``rank`` is 1 and the index in bounds; a `shape:` given to the borrow makes sure of the first.
    @inlinable
    public subscript(index: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.place(index).load(as: Element.BufferStored.self))
    }

    /// An item of two dimensions.
    ///
    /// - Precondition: ``rank`` is 2 and the indices in bounds.
    @inlinable
    public subscript(row: Int, column: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.place(row, column).load(as: Element.BufferStored.self))
    }

    /// An item of three dimensions.
    ///
    /// - Precondition: ``rank`` is 3 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.place(first, second, third).load(as: Element.BufferStored.self))
    }

    /// An item of four dimensions.
    ///
    /// - Precondition: ``rank`` is 4 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int, fourth: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.place(first, second, third, fourth).load(as: Element.BufferStored.self))
    }

    /// An item, by one index for each dimension, in any number of dimensions: `view[at: [4, 0, 2, 1, 3]]`.
    ///
    /// For one to four dimensions the subscripts above are faster.
    ///
    /// - Precondition: There are ``rank`` indices, and they are in bounds.
    /// - Complexity: O(``rank``).
    @inlinable
    public subscript(at indices: some Collection<Int>) -> Element.BufferValue {
        Element._value(of: unsafe items.place(at: indices).load(as: Element.BufferStored.self))
    }
}
