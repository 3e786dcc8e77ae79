// Python's memory as a typed Swift view: packed items, to read.

/// Borrowed memory of a Python object, to read: items packed in C order.
///
/// `withBuffer` lends it for the time of one call. The compiler refuses to let it, or a span of it, outlive the call. It can be copied and
/// handed on, as a `Span` can:
///
///     func mean(_ image: BufferView<UInt8>) -> Double { average(image.span) }
///
///     let brightness = try python.withBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
///         mean(image)
///     }
///
/// Items are as Python's last write left them. Swift cannot see that Python writes while Swift reads: see ``BufferError/User``.
///
/// - Ownership: Whoever lends the view holds the borrow; the view gives nothing back. The exporter keeps its memory in place until the
///   borrow ends.
/// - Threads: The items may be read on any thread for as long as the borrow lasts, without the GIL too. Not Sendable: what other threads get
///   is a span.
public struct BufferView<Element: BufferElement>: ~Escapable {
    @usableFromInline let items: BorrowedItems

    /// SAFETY: whoever lends the view keeps the items until nobody can have it any more.
    @unsafe
    @inlinable
    @_lifetime(immortal)
    package init(lending items: BorrowedItems) {
        self.items = items
    }
}

extension BufferView {
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

    /// All items, in C order, as they lie in memory: a Bool is a byte, an enum its raw value.
    @inlinable
    public var span: Span<Element.BufferStored> {
        @_lifetime(copy self)
        get {
            // SAFETY: packed and aligned items of this type, kept in place for as long as the view can be used.
            let span = unsafe Span<Element.BufferStored>(_unsafeStart: items.pointer(), count: items.count)
            return unsafe _overrideLifetime(span, copying: self)
        }
    }

    /// The items of one row: those with this index in the first dimension, in C order.
    ///
    /// - Precondition: There is a first dimension, and the index is in it.
    @inlinable
    @_lifetime(copy self)
    public func row(_ index: Int) -> Span<Element.BufferStored> {
        let count = items.rowItemCount(index)
        let span = unsafe Span<Element.BufferStored>(_unsafeStart: items.pointer(at: index * count), count: count)
        return unsafe _overrideLifetime(span, copying: self)
    }

    /// An item of one dimension.
    ///
    /// - Precondition: ``rank`` is 1 and the index in bounds; a `shape:` given to the borrow makes sure of the first.
    @inlinable
    public subscript(index: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.pointer(at: items.packedIndex(index)).pointee)
    }

    /// An item of two dimensions.
    ///
    /// - Precondition: ``rank`` is 2 and the indices in bounds.
    @inlinable
    public subscript(row: Int, column: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.pointer(at: items.packedIndex(row, column)).pointee)
    }

    /// An item of three dimensions.
    ///
    /// - Precondition: ``rank`` is 3 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.pointer(at: items.packedIndex(first, second, third)).pointee)
    }

    /// An item of four dimensions.
    ///
    /// - Precondition: ``rank`` is 4 and the indices in bounds.
    @inlinable
    public subscript(first: Int, second: Int, third: Int, fourth: Int) -> Element.BufferValue {
        Element._value(of: unsafe items.pointer(at: items.packedIndex(first, second, third, fourth)).pointee)
    }

    /// An item, by one index for each dimension, in any number of dimensions: `view[at: [4, 0, 2, 1, 3]]`.
    ///
    /// For one to four dimensions the subscripts above are faster.
    ///
    /// - Precondition: There are ``rank`` indices, and they are in bounds.
    /// - Complexity: O(``rank``).
    @inlinable
    public subscript(at indices: some Collection<Int>) -> Element.BufferValue {
        Element._value(of: unsafe items.pointer(at: items.packedIndex(at: indices)).pointee)
    }
}
