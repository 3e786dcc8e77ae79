// Contiguity by the protocol's rules: a view without bytes is packed in both orders whatever its strides, a dimension of one item has
// no say, and no dimensions at all is one item, packed in both orders.

extension Layout {
    /// Whether the items are packed in C order, the last index fastest.
    ///
    /// - Complexity: O(dimensions).
    /// - Source: CPython, `Objects/abstract.c` (`_IsCContiguous`).
    @inline(__always)
    public var isCContiguous: Bool {
        if hasNoBytes { return true }
        var packed = itemByteCount
        for step in shape.indices {
            let axis = shape.count - 1 - step
            if shape[axis] > 1 && byteStrides[axis] != packed { return false }
            packed = packed &* shape[axis]
        }
        return true
    }

    /// Whether the items are packed in Fortran order, the first index fastest.
    ///
    /// - Complexity: O(dimensions).
    /// - Source: CPython, `Objects/abstract.c` (`_IsFortranContiguous`).
    @inline(__always)
    public var isFContiguous: Bool {
        if hasNoBytes { return true }
        var packed = itemByteCount
        for axis in shape.indices {
            if shape[axis] > 1 && byteStrides[axis] != packed { return false }
            packed = packed &* shape[axis]
        }
        return true
    }

    /// The contiguity facts for the grant decision.
    ///
    /// Items of no bytes count as contiguous in no order: without a shape, which such requests do without, CPython itself divides by
    /// their size.
    @inline(__always)
    public var traits: Traits {
        var traits: Traits = []
        if itemByteCount == 0 { return traits }
        if isCContiguous { traits.insert(.cContiguous) }
        if isFContiguous { traits.insert(.fContiguous) }
        return traits
    }
}
