// Following the pointers of views with suboffsets (PIL-style arrays of PEP 3118), until what is left is direct.
//
// An exporter may say that a pointer stands somewhere, and NULL stands there. No address is made of that: the work ends, and its
// `Interruption` says why.

extension Items {
    /// The number of leading dimensions, up to the last in which a pointer is followed.
    @inline(__always)
    var indirectRank: Int {
        var rank = suboffsets.count
        while rank > 0 && suboffsets[rank - 1] < 0 { rank -= 1 }
        return rank
    }

    /// Does something to all items of two views of one shape.
    ///
    /// - Returns: False if a comparison has found a difference, or the work was ended.
    @inline(__always)
    func run(_ operation: PairOperation, with other: borrowing Items, _ interruption: inout Interruption) -> Bool {
        let indirectRank = max(self.indirectRank, other.indirectRank)
        if indirectRank == 0 {
            return runDirectly(operation, with: other, &interruption)
        }
        return unsafe descend(operation, with: other, axis: 0, of: indirectRank, at: base, other.base, &interruption)
    }

    /// Walks dimension `axis` and those behind it, as far as pointers are followed, then the rest directly.
    ///
    /// At most ``Layout/maximumRank`` calls deep.
    private func descend(
        _ operation: PairOperation, with other: borrowing Items, axis: Int, of indirectRank: Int,
        at address: UnsafeMutableRawPointer, _ otherAddress: UnsafeMutableRawPointer, _ interruption: inout Interruption
    ) -> Bool {
        // SAFETY: `init` has the caller's word that these addresses and the pointers stored there are good.
        if axis == indirectRank {
            let rest = unsafe Items(at: address, layout: layout.droppingAxes(axis), suboffsets: Span())
            let otherRest = unsafe Items(at: otherAddress, layout: other.layout.droppingAxes(axis), suboffsets: Span())
            return rest.runDirectly(operation, with: otherRest, &interruption)
        }
        for index in 0..<layout.shape[axis] {
            guard let place = unsafe step(axis, index, from: address),
                let otherPlace = unsafe other.step(axis, index, from: otherAddress)
            else { return interruption.endAtNullPointer() }
            let goesOn = unsafe descend(
                operation, with: other, axis: axis + 1, of: indirectRank, at: place, otherPlace, &interruption)
            if !goesOn { return false }
        }
        return true
    }

    /// The address at an index of a dimension, behind the pointer that stands there, if one is followed; nil if that is NULL.
    private func step(_ axis: Int, _ index: Int, from address: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        // SAFETY: as above; the pointer may stand at any address.
        let place = unsafe address + index &* layout.byteStrides[axis]
        guard axis < suboffsets.count && suboffsets[axis] >= 0 else { return unsafe place }
        guard let row = unsafe UnsafeMutableRawPointer(bitPattern: place.loadUnaligned(as: UInt.self)) else { return nil }
        return unsafe row + suboffsets[axis]
    }

    /// Does something to all items of two views without pointers.
    private func runDirectly(
        _ operation: PairOperation, with other: borrowing Items, _ interruption: inout Interruption
    ) -> Bool {
        operation.isComparison
            ? equalsDirectly(other, operation.scalar, operation.otherScalar, &interruption)
            : copyDirectly(to: other, swapping: operation.unitByteCount, &interruption)
    }
}

extension Layout {
    /// The layout behind the first dimensions.
    @_lifetime(copy self)
    fileprivate func droppingAxes(_ count: Int) -> Layout {
        Layout(
            shape: shape.extracting(droppingFirst: count), byteStrides: byteStrides.extracting(droppingFirst: count),
            itemByteCount: itemByteCount)
    }
}
