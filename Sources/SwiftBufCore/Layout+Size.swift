// Sizes: how many items and bytes a shape has, which strides pack it, and which bytes a strided view reaches.

extension Layout {
    /// The packed length of a shape in bytes: product(shape) × item size, `Py_buffer`'s `len`.
    ///
    /// A dimension of zero makes it zero; the other dimensions must be countable all the same, because strides are made of them.
    ///
    /// - Parameters:
    ///   - shape: Items along each dimension.
    ///   - itemByteCount: Bytes of one item; 0 only of a field, or another exporter's items, without any.
    /// - Throws: ``LayoutError``.
    /// - Complexity: O(dimensions).
    @inline(__always)
    public static func byteCount(shape: Span<Int>, itemByteCount: Int) throws(LayoutError) -> Int {
        guard shape.count <= maximumRank else { throw .tooManyDimensions(shape.count) }
        var total = itemByteCount
        var isEmpty = false
        for axis in shape.indices {
            let count = shape[axis]
            guard count >= 0 else { throw .negativeDimension(axis: axis, count: count) }
            if count == 0 {
                isEmpty = true
                continue
            }
            let (product, overflow) = total.multipliedReportingOverflow(by: count)
            guard !overflow else { throw .sizeOverflow }
            total = product
        }
        return isEmpty ? 0 : total
    }

    /// Writes the byte strides that pack a shape.
    ///
    /// A dimension of zero counts as one, as in NumPy, so that no stride is zero.
    ///
    /// - Parameters:
    ///   - byteStrides: Where they are written; as many as `shape`.
    ///   - shape: A shape that ``byteCount(shape:itemByteCount:)`` has accepted, so that no product overflows.
    ///   - order: Which index varies fastest.
    /// - Complexity: O(dimensions).
    @inline(__always)
    public static func pack(_ byteStrides: inout MutableSpan<Int>, shape: Span<Int>, itemByteCount: Int, order: Order) {
        var stride = itemByteCount
        for step in shape.indices {
            let axis = order == .c ? shape.count - 1 - step : step
            byteStrides[axis] = stride
            stride = stride &* max(shape[axis], 1)
        }
    }

    /// Whether a dimension has no items, and so the whole view none.
    @inline(__always)
    public var isEmpty: Bool {
        for axis in shape.indices where shape[axis] == 0 {
            return true
        }
        return false
    }

    /// Whether there is no byte to read or write: no items, or items of none.
    @inline(__always)
    public var hasNoBytes: Bool { itemByteCount == 0 || isEmpty }

    /// The bytes that the items reach, as offsets from element [0, …, 0]: negative strides reach below zero.
    ///
    /// - Returns: An empty range at zero if there are no items, `nil` if an offset, or how far the ends are apart, is more than an `Int`
    ///   can count.
    /// - Complexity: O(dimensions).
    /// - Source: CPython, `Lib/test/test_buffer.py` (`verify_structure`).
    @inline(__always)
    public var reachableBytes: Range<Int>? {
        if isEmpty {
            return 0..<0
        }
        var lowest = 0
        var highest = 0
        for axis in shape.indices {
            let (reach, tooFar) = byteStrides[axis].multipliedReportingOverflow(by: shape[axis] - 1)
            if tooFar { return nil }
            let (sum, overflow) = (reach < 0 ? lowest : highest).addingReportingOverflow(reach)
            if overflow { return nil }
            if reach < 0 { lowest = sum } else { highest = sum }
        }
        let (end, overflow) = highest.addingReportingOverflow(itemByteCount)
        return overflow || end.subtractingReportingOverflow(lowest).overflow ? nil : lowest..<end
    }
}
