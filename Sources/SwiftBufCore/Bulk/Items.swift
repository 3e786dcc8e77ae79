// The items of a view, where they lie, borrowed: what copying, filling, comparing and moving many items begin with.
//
// Here: the type and its operations, as they are called. How each is done stands in the files around this one: LoopNest turns two
// views into few loops, Copy… and Transpose… move bytes, Equal… compare, Overlap says whether source and target disturb each
// other, Indirection follows pointers.

/// The items of a view: where element [0, …, 0] stands, shape, byte strides, item size, and suboffsets if items are reached through
/// pointers.
///
/// Strides may be zero, negative, odd, and smaller than an item; items may stand at any address. Nothing is allocated by any
/// operation, and none keeps an address. What takes an ``Interruption`` can be ended between pieces of bounded work, and is ended where
/// NULL stands in a pointer's place.
@safe
public struct Items: ~Escapable {
    /// Element [0, …, 0]; with suboffsets, what PEP 3118 calls `buf`.
    let base: UnsafeMutableRawPointer
    /// Shape, byte strides and item size.
    public let layout: Layout
    /// For each dimension what is added behind a pointer that is followed there, or a number below zero; empty if none is.
    public let suboffsets: Span<Int>

    /// Borrows the items of a view.
    ///
    /// - Parameters:
    ///   - base: Element [0, …, 0]. All bytes that `layout` reaches from there (with suboffsets: through the pointers) may be read,
    ///     and those of a target written, while the value is in use. Any address if there are no items.
    ///   - layout: At most ``Layout/maximumRank`` dimensions; ``Layout/reachableBytes`` is not `nil`.
    ///   - suboffsets: As many as dimensions; or an empty span, where no pointer is followed. A pointer may be NULL, behind which
    ///     nothing is looked for.
    @unsafe
    @inline(__always)
    @_lifetime(copy layout, copy suboffsets)
    public init(at base: UnsafeMutableRawPointer, layout: Layout, suboffsets: Span<Int>) {
        unsafe self.base = base
        self.layout = layout
        self.suboffsets = suboffsets
    }

    /// Copies every item.
    ///
    /// - Parameters:
    ///   - target: Items of the same shape and size. Their memory is apart from that of the source, or ``overlap(with:swapping:)``
    ///     says ``Overlap/none``.
    ///   - unitByteCount: 0, or 2, 4, 8, 16: each unit of that many bytes is reversed on the way. It divides the item size; of a
    ///     complex number it is half of the item.
    /// - Returns: Whether all items were copied: false if a NULL pointer was met.
    /// - Complexity: Linear in the bytes.
    /// - Threads: Any; nobody else may write the source or use the target meanwhile.
    @discardableResult
    public func copy(to target: borrowing Items, swapping unitByteCount: Int = 0) -> Bool {
        var never = Interruption.never
        copy(to: target, swapping: unitByteCount, &never)
        return !never.hasEnded
    }

    /// Copies every item, as ``copy(to:swapping:)`` does, unless that is ended.
    ///
    /// - Parameter interruption: Ends the work; then some items were copied.
    public func copy(to target: borrowing Items, swapping unitByteCount: Int = 0, _ interruption: inout Interruption) {
        if layout.hasNoBytes { return }
        _ = run(.copying(swapping: unitByteCount), with: target, &interruption)
    }

    /// Fills every item with one value.
    ///
    /// - Parameter item: As many bytes as an item has, none of them one of the items' bytes.
    /// - Complexity: Linear in the bytes.
    /// - Threads: Any; nobody else may use the items meanwhile.
    @unsafe
    public func fill(with item: UnsafeRawPointer) {
        var never = Interruption.never
        unsafe fill(with: item, &never)
    }

    /// Fills every item, as ``fill(with:)`` does, unless that is ended.
    ///
    /// - Parameter interruption: Ends the work; then some items have the value.
    @unsafe
    public func fill(with item: UnsafeRawPointer, _ interruption: inout Interruption) {
        if layout.hasNoBytes { return }
        if unsafe fillSmallRow(with: item) { return }
        // A view of the one item, as often as the shape wants it: strides of zero.
        let strides = InlineArray<64, Int>(repeating: 0)
        let repeated = Layout(
            shape: layout.shape, byteStrides: strides.span.extracting(first: layout.rank), itemByteCount: layout.itemByteCount)
        // SAFETY: the item is only read.
        let source = unsafe Items(at: UnsafeMutableRawPointer(mutating: item), layout: repeated, suboffsets: Span())
        source.copy(to: self, &interruption)
    }

    /// Whether all items are equal as values, as Python's `==` has it for what `struct.unpack` gives.
    ///
    /// Numbers are compared exactly, whatever their kinds: no integer is rounded to be compared with a float. NaN equals nothing.
    /// `bytes`, `pascal` and `character` are byte strings, which never equal a number.
    ///
    /// - Parameters:
    ///   - other: Items of the same shape, of any size.
    ///   - kind: What an item here is; its size is the item size (of the texts any above zero).
    ///   - swapped: Whether the byte order here is not the machine's.
    ///   - otherKind: What an item of `other` is.
    ///   - otherSwapped: Whether the byte order there is not the machine's.
    /// - Returns: True as well if there are no items.
    /// - Complexity: Linear in the bytes at most; ends soon behind the first difference.
    /// - Threads: Any; nobody may write the items meanwhile.
    public func equals(
        _ other: borrowing Items, kind: ScalarKind, swapped: Bool, otherKind: ScalarKind, otherSwapped: Bool
    ) -> Bool {
        var never = Interruption.never
        return equals(other, kind: kind, swapped: swapped, otherKind: otherKind, otherSwapped: otherSwapped, &never)
    }

    /// Whether all items are equal, as ``equals(_:kind:swapped:otherKind:otherSwapped:)`` has it, unless that is ended.
    ///
    /// - Parameter interruption: Ends the work; then the result says nothing.
    public func equals(
        _ other: borrowing Items, kind: ScalarKind, swapped: Bool, otherKind: ScalarKind, otherSwapped: Bool,
        _ interruption: inout Interruption
    ) -> Bool {
        if layout.isEmpty { return true }
        return run(
            .comparing(Scalar(kind, swapped: swapped), with: Scalar(otherKind, swapped: otherSwapped)), with: other,
            &interruption)
    }
}

/// What an item is, and in which byte order.
struct Scalar {
    let kind: ScalarKind
    let swapped: Bool

    @inline(__always)
    init(_ kind: ScalarKind, swapped: Bool) {
        self.kind = kind
        self.swapped = swapped
    }
}

/// What is done to two views at once.
struct PairOperation {
    /// Whether items are compared; else they are copied.
    let isComparison: Bool
    /// Of a copy: the bytes of one unit that is reversed, or 0.
    let unitByteCount: Int
    let scalar: Scalar
    let otherScalar: Scalar

    static func copying(swapping unitByteCount: Int) -> PairOperation {
        let none = Scalar(.uint8, swapped: false)
        return PairOperation(isComparison: false, unitByteCount: unitByteCount, scalar: none, otherScalar: none)
    }

    static func comparing(_ scalar: Scalar, with other: Scalar) -> PairOperation {
        PairOperation(isComparison: true, unitByteCount: 0, scalar: scalar, otherScalar: other)
    }
}
