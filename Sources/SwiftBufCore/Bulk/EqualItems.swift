// Comparing all items of two views without pointers: the walk over the loops.

extension Items {
    /// Whether all items are equal; neither side is empty or indirect.
    func equalsDirectly(_ other: borrowing Items, _ scalar: Scalar, _ otherScalar: Scalar) -> Bool {
        let itemByteCount = layout.itemByteCount
        let otherItemByteCount = other.layout.itemByteCount
        let part = scalar.kind.complexPart
        let otherPart = otherScalar.kind.complexPart
        let parts = ItemPair(
            scalar.part, part?.byteCount ?? itemByteCount, otherScalar.part, otherPart?.byteCount ?? otherItemByteCount)
        if (part == nil) != (otherPart == nil) && parts.comparison != .items {
            // A complex number equals a real one if their real parts are equal, and its imaginary part is zero.
            return equalsComplex(other, scalar, otherScalar)
        }
        var nest = LoopNest(layout, other.layout)
        if let part, let otherPart {
            // Two complex numbers are two rows of two parts.
            nest.append(count: 2, sourceStride: part.byteCount, targetStride: otherPart.byteCount)
            return unsafe nest.equal(parts, base, other.base)
        }
        // SAFETY: `init` has the caller's word for both views.
        return unsafe nest.equal(
            ItemPair(scalar, itemByteCount, otherScalar, otherItemByteCount), base, other.base)
    }

    /// Whether real and complex items are equal.
    private func equalsComplex(_ other: borrowing Items, _ scalar: Scalar, _ otherScalar: Scalar) -> Bool {
        let itemByteCount = scalar.part.kind.byteCount
        let otherItemByteCount = otherScalar.part.kind.byteCount
        // SAFETY: the parts are inside of the items; the zero is read while it is there.
        let realParts = LoopNest(layout, other.layout)
        let parts = ItemPair(scalar.part, itemByteCount, otherScalar.part, otherItemByteCount)
        if unsafe !realParts.equal(parts, base, other.base) { return false }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { (zero) in
            unsafe zero.storeBytes(of: 0, as: UInt64.self)
            let real = Scalar(.float64, swapped: false)
            var imaginaryParts: LoopNest
            let start: UnsafeMutableRawPointer
            let pair: ItemPair
            if scalar.kind.complexPart != nil {
                imaginaryParts = LoopNest(layout, layout)
                unsafe start = base + itemByteCount
                pair = ItemPair(scalar.part, itemByteCount, real, 8)
            } else {
                imaginaryParts = LoopNest(other.layout, other.layout)
                unsafe start = other.base + otherItemByteCount
                pair = ItemPair(otherScalar.part, otherItemByteCount, real, 8)
            }
            imaginaryParts.stayAtTarget()
            return unsafe imaginaryParts.equal(pair, start, zero.baseAddress!)
        }
    }
}

extension ScalarKind {
    /// What the two parts of a complex number are; `nil` of other kinds.
    fileprivate var complexPart: ScalarKind? {
        switch self {
        case .complex64: .float32
        case .complex128: .float64
        case .complexLongDouble: .longDouble
        default: nil
        }
    }
}

extension Scalar {
    /// One part of a complex number; any other scalar is its own part.
    fileprivate var part: Scalar { Scalar(kind.complexPart ?? kind, swapped: swapped) }
}

extension LoopNest {
    /// Whether all pairs of items of the loops are equal.
    fileprivate consuming func equal(_ pair: ItemPair, _ first: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer)
        -> Bool
    {
        normalize()
        let isPlane = formPlane()
        if !isPlane { preferLongInnermostLoop() }
        return unsafe equal(
            pair, isPlane: isPlane, axis: 0, UnsafeRawPointer(first + sourceOffset), UnsafeRawPointer(second + targetOffset))
    }

    /// Runs loop `axis` and those inside of it.
    ///
    /// At most ``Layout/maximumRank`` calls deep, and one more.
    private func equal(
        _ pair: ItemPair, isPlane: Bool, axis: Int, _ first: UnsafeRawPointer, _ second: UnsafeRawPointer
    ) -> Bool {
        // SAFETY: every address is that of an item of its view.
        if axis >= rank - 1 {
            let isRow = axis == rank - 1
            let row = unsafe RowPair(
                first: first, second: second, count: isRow ? counts[axis] : 1,
                firstStride: isRow ? sourceStrides[axis] : pair.firstByteCount,
                secondStride: isRow ? targetStrides[axis] : pair.secondByteCount)
            return unsafe rowsAreEqual(row, pair)
        }
        if isPlane && axis == rank - 2 {
            return unsafe planesAreEqual(pair, first, second)
        }
        for index in 0..<counts[axis] {
            let isEqual = unsafe equal(
                pair, isPlane: isPlane, axis: axis + 1, first + index &* sourceStrides[axis],
                second + index &* targetStrides[axis])
            if !isEqual { return false }
        }
        return true
    }

    /// Compares the two innermost loops in squares, the lines of which stay in a cache until all their items were used.
    private func planesAreEqual(_ pair: ItemPair, _ first: UnsafeRawPointer, _ second: UnsafeRawPointer) -> Bool {
        // SAFETY: as above.
        let side = 64
        let (rows, columns) = (rank - 2, rank - 1)
        var row = 0
        while row < counts[rows] {
            var column = 0
            while column < counts[columns] {
                for index in row..<min(row &+ side, counts[rows]) {
                    let piece = unsafe RowPair(
                        first: first + (index &* sourceStrides[rows] &+ column &* sourceStrides[columns]),
                        second: second + (index &* targetStrides[rows] &+ column &* targetStrides[columns]),
                        count: min(side, counts[columns] &- column), firstStride: sourceStrides[columns],
                        secondStride: targetStrides[columns])
                    if unsafe !rowsAreEqual(piece, pair) { return false }
                }
                column &+= side
            }
            row &+= side
        }
        return true
    }
}
