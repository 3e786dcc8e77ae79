// Python's memory as a typed Swift view: items at any strides, to read and write.

/// Borrowed memory of a Python object, to read and write, whose items lie at distances of their own.
///
/// As ``StridedBufferView``, but it cannot be copied, and while it is lent, nobody else can borrow bytes from the first to the last of its
/// items. Assign it to no other view: Swift 6.3 accepts that where the other one lives longer, and it would be used after its memory.
public struct MutableStridedBufferView<Element: BufferElement>: ~Copyable, ~Escapable {
    @usableFromInline let items: BorrowedItems

    /// SAFETY: whoever lends the view keeps the items until nobody can have it any more.
    @unsafe
    @inlinable
    @_lifetime(immortal)
    package init(lending items: BorrowedItems) {
        self.items = items
    }
}

extension MutableStridedBufferView {
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

    /// A row of two dimensions; nil if its items do not lie beside each other.
    ///
    /// - Precondition: ``rank`` is 2 and the index in bounds.
    @inlinable
    @_lifetime(&self)
    public mutating func mutableRow(_ index: Int) -> MutableSpan<Element.BufferStored>? {
        items.checkRank(2)
        items.check(index, 0)
        guard items.hasPackedRows(of: MemoryLayout<Element.BufferStored>.stride) else { return nil }
        // SAFETY: packed and aligned items of this type, kept in place for as long as the view can be used.
        let start = unsafe (items.base + index &* items.strides[0]).assumingMemoryBound(to: Element.BufferStored.self)
        let span = unsafe MutableSpan<Element.BufferStored>(_unsafeStart: start, count: items.shape[1])
        return unsafe _overrideLifetime(span, mutating: &self)
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

    /// Lets `body` change each item, in C order, whatever the number of dimensions.
    ///
    /// Where a stride is zero, one item is changed several times.
    ///
    /// - Throws: What `body` throws; that item and those behind stay as they are.
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public mutating func modifyEach<Failure: Error>(_ body: (inout Element.BufferValue) throws(Failure) -> Void) throws(Failure) {
        // SAFETY: the address of an item, which nobody else has borrowed.
        try unsafe items.forEachPlace { (place) throws(Failure) in
            var value = Element._value(of: unsafe place.load(as: Element.BufferStored.self))
            try body(&value)
            unsafe place.storeBytes(of: Element._stored(value), as: Element.BufferStored.self)
        }
    }

    /// An item of one dimension.
    ///
    /// - Precondition: ``rank`` is 1 and the index in bounds; a `shape:` given to the borrow makes sure of the first.
    @inlinable
    public subscript(index: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.place(index).load(as: Element.BufferStored.self)) }
        set { unsafe items.place(index).storeBytes(of: Element._stored(newValue), as: Element.BufferStored.self) }
    }

    /// An item of two dimensions.
    ///
    /// - Precondition: ``rank`` is 2 and the indices in bounds.
    @inlinable
    public subscript(row: Int, column: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.place(row, column).load(as: Element.BufferStored.self)) }
        set { unsafe items.place(row, column).storeBytes(of: Element._stored(newValue), as: Element.BufferStored.self) }
    }

    /// An item of three dimensions.
    ///
    /// - Precondition: ``rank`` is 3 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.place(first, second, third).load(as: Element.BufferStored.self)) }
        set { unsafe items.place(first, second, third).storeBytes(of: Element._stored(newValue), as: Element.BufferStored.self) }
    }

    /// An item of four dimensions.
    ///
    /// - Precondition: ``rank`` is 4 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int, fourth: Int) -> Element.BufferValue {
        get { Element._value(of: unsafe items.place(first, second, third, fourth).load(as: Element.BufferStored.self)) }
        set {
            unsafe items.place(first, second, third, fourth).storeBytes(
                of: Element._stored(newValue), as: Element.BufferStored.self)
        }
    }

    /// An item, by one index for each dimension, in any number of dimensions: `view[at: [4, 0, 2, 1, 3]]`.
    ///
    /// For one to four dimensions the subscripts above are faster.
    ///
    /// - Precondition: There are ``rank`` indices, and they are in bounds.
    /// - Complexity: O(``rank``).
    @inlinable
    public subscript(at indices: some Collection<Int>) -> Element.BufferValue {
        get { Element._value(of: unsafe items.place(at: indices).load(as: Element.BufferStored.self)) }
        set { unsafe items.place(at: indices).storeBytes(of: Element._stored(newValue), as: Element.BufferStored.self) }
    }
}
