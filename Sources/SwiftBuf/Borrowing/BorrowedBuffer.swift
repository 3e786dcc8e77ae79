// Python's memory as a typed Swift view: packed items, to read.

/// Borrowed memory of a Python object, to read: items packed in C order.
///
/// Lent by `withBorrowed` for the time of one call. It cannot be kept: the compiler refuses to let it, or a span of it, outlive the call.
///
///     let mean = try python.withBorrowed(photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
///         average(image.span)
///     }
///
/// Items are as Python's last write left them. That Python writes while Swift reads cannot be seen: see ``BorrowConflict``.
///
/// - Ownership: The exporter keeps its memory in place meanwhile; it gets it back exactly once, when the borrow ends, also by a thrown
///   error.
/// - Threads: The items may be read on any thread for as long as the borrow lasts, without the GIL too; beginning and ending need it. Not
///   Sendable: what other threads get is a span.
public struct BorrowedBuffer<Element: BufferElement>: ~Copyable {
    @usableFromInline let items: BorrowedItems
    private let hold: LeaseHold

    @usableFromInline
    init(_ items: BorrowedItems, _ hold: consuming LeaseHold) {
        self.items = items
        self.hold = hold
    }

    /// Begins a borrow that lasts as long as this value.
    ///
    /// - Parameter ending: Ends it, on whatever thread.
    @unsafe
    package init(
        unsafeObject object: UnsafeMutableRawPointer, shape: ShapePattern, copyIfNeeded: Bool, ending: @escaping LeaseHold.End
    ) throws(BorrowError) {
        // SAFETY: the block is the hold's from here on.
        let (items, room) = try unsafe beginOwnedLease(
            of: object,
            BorrowRequest(
                of: Element.self, shape: shape, mayCopy: copyIfNeeded),
            ending: ending)
        unsafe self.init(items, LeaseHold(owning: room, ending: ending))
    }
}

extension BorrowedBuffer {
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
        @_lifetime(borrow self)
        get {
            // SAFETY: packed and aligned items of this type, kept in place by `hold`, as long as this value.
            let span = unsafe Span<Element.BufferStored>(_unsafeStart: items.pointer(), count: items.count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// The items of one row: those with this index in the first dimension, in C order.
    ///
    /// - Precondition: There is a first dimension, and the index is in it.
    @inlinable
    @_lifetime(borrow self)
    public func row(_ index: Int) -> Span<Element.BufferStored> {
        let count = items.rowCount(index)
        let span = unsafe Span<Element.BufferStored>(_unsafeStart: items.pointer(at: index * count), count: count)
        return unsafe _overrideLifetime(span, borrowing: self)
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
}
