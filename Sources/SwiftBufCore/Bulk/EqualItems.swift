// Comparing all items of two views without pointers: which way of comparing suits the kinds, and the walk over the loops.

/// How rows of items are compared.
enum Comparison: UInt8 {
    /// Equal bytes are equal items.
    case bytes
    /// One item after the other, by the generic function that knows every kind.
    case items
}

extension Items {
    /// Whether all items are equal; neither side is empty or indirect.
    func equalsDirectly(_ other: borrowing Items, _ scalar: Scalar, _ otherScalar: Scalar) -> Bool {
        var nest = LoopNest(layout, other.layout)
        nest.normalize()
        // SAFETY: flipping keeps both addresses inside of the views, which `init` has the caller's word for.
        return unsafe nest.equal(
            axis: 0, base + nest.sourceOffset, other.base + nest.targetOffset, layout.itemByteCount, other.layout.itemByteCount,
            scalar, otherScalar)
    }
}

extension LoopNest {
    fileprivate func equal(
        axis: Int, _ first: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer, _ firstByteCount: Int,
        _ secondByteCount: Int,
        _ scalar: Scalar, _ otherScalar: Scalar
    ) -> Bool {
        if axis == rank {
            return unsafe itemsAreEqual(
                UnsafeRawPointer(first), firstByteCount, scalar, UnsafeRawPointer(second), secondByteCount, otherScalar)
        }
        for index in 0..<counts[axis] {
            let isEqual = unsafe equal(
                axis: axis + 1, first + index &* sourceStrides[axis], second + index &* targetStrides[axis], firstByteCount,
                secondByteCount, scalar, otherScalar)
            if !isEqual { return false }
        }
        return true
    }
}
