// Comparing all items of two views without pointers: the walk over the loops.

extension Items {
    /// Whether all items are equal; neither side is empty or indirect.
    ///
    /// - Returns: False as well if the work was ended.
    func equalsDirectly(
        _ other: borrowing Items, _ scalar: Scalar, _ otherScalar: Scalar, _ interruption: inout Interruption
    ) -> Bool {
        let itemByteCount = layout.itemByteCount
        let otherItemByteCount = other.layout.itemByteCount
        let part = scalar.kind.complexPart
        let otherPart = otherScalar.kind.complexPart
        let parts = ItemPair(
            scalar.part, part?.byteCount ?? itemByteCount, otherScalar.part, otherPart?.byteCount ?? otherItemByteCount)
        if (part == nil) != (otherPart == nil) && parts.comparison != .items {
            // A complex number equals a real one if their real parts are equal, and its imaginary part is zero.
            return equalsComplex(other, scalar, otherScalar, &interruption)
        }
        if let unit = scalar.kind.textUnit, unit == otherScalar.kind.textUnit,
            unit.byteCount <= min(itemByteCount, otherItemByteCount),
            itemByteCount != otherItemByteCount || scalar.swapped != otherScalar.swapped
        {
            return equalsTexts(
                other, Scalar(unit, swapped: scalar.swapped), Scalar(unit, swapped: otherScalar.swapped), &interruption)
        }
        if part == nil && otherPart == nil, let areEqual = equalsSmallRow(other, parts, &interruption) { return areEqual }
        var nest = LoopNest(layout, other.layout)
        // SAFETY: `init` has the caller's word for both views.
        if let part, let otherPart {
            // Two complex numbers are two rows of two parts.
            nest.append(count: 2, sourceStride: part.byteCount, targetStride: otherPart.byteCount)
            return unsafe nest.equal(parts, base, other.base, &interruption)
        }
        // A complex number beside a real one is compared as a whole: its imaginary part counts.
        return unsafe nest.equal(
            ItemPair(scalar, itemByteCount, otherScalar, otherItemByteCount), base, other.base, &interruption)
    }

    /// Whether texts of the same units are equal that differ in length or byte order: as rows of units, of which the shorter ends in NULs.
    private func equalsTexts(
        _ other: borrowing Items, _ unit: Scalar, _ otherUnit: Scalar, _ interruption: inout Interruption
    ) -> Bool {
        let size = unit.kind.byteCount
        let count = layout.itemByteCount / size
        let otherCount = other.layout.itemByteCount / size
        let common = min(count, otherCount)
        // SAFETY: the units are inside of the items; the zero is read while it is there.
        var units = LoopNest(layout, other.layout)
        units.append(count: common, sourceStride: size, targetStride: size)
        if unsafe !units.equal(ItemPair(unit, size, otherUnit, size), base, other.base, &interruption) { return false }
        if count == otherCount { return true }
        var rest = count > otherCount ? LoopNest(layout, layout) : LoopNest(other.layout, other.layout)
        rest.append(count: max(count, otherCount) &- common, sourceStride: size, targetStride: size)
        rest.stayAtTarget()
        let start = unsafe (count > otherCount ? base : other.base) + common &* size
        return unsafe withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { (zero) in
            unsafe zero.storeBytes(of: 0, as: UInt64.self)
            return unsafe rest.equal(ItemPair(unit, size, unit, size), start, zero.baseAddress!, &interruption)
        }
    }

    /// Whether real and complex items are equal.
    private func equalsComplex(
        _ other: borrowing Items, _ scalar: Scalar, _ otherScalar: Scalar, _ interruption: inout Interruption
    ) -> Bool {
        let itemByteCount = scalar.part.kind.byteCount
        let otherItemByteCount = otherScalar.part.kind.byteCount
        // SAFETY: the parts are inside of the items; the zero is read while it is there.
        var realParts = LoopNest(layout, other.layout)
        let parts = ItemPair(scalar.part, itemByteCount, otherScalar.part, otherItemByteCount)
        if unsafe !realParts.equal(parts, base, other.base, &interruption) { return false }
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
            return unsafe imaginaryParts.equal(pair, start, zero.baseAddress!, &interruption)
        }
    }
}

extension ScalarKind {
    /// The integers of which a text of code points consists; `nil` of other kinds.
    fileprivate var textUnit: ScalarKind? {
        switch self {
        case .ucs2: .uint16
        case .ucs4: .uint32
        default: nil
        }
    }

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
    /// Whether all pairs of items of the loops are equal; false as well if the work was ended.
    @inline(never)
    fileprivate mutating func equal(
        _ pair: ItemPair, _ first: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer,
        _ interruption: inout Interruption
    ) -> Bool {
        normalize()
        let comparer = unsafe Comparer(first: UnsafeRawPointer(first), second: UnsafeRawPointer(second), pair: pair)
        let itemCost = pair.itemCost
        let most = max(Interruption.pieceCost / itemCost, 1)
        let count = itemCount
        if count <= most {
            return unsafe comparer.itemsAreEqual(&self) && interruption.goesOn(after: count &* itemCost)
        }
        var parts = LoopParts(self, of: most, inOrder: false)
        repeat {
            self = parts.part
            let cost = itemCount &* itemCost
            if unsafe !comparer.itemsAreEqual(&self) || !interruption.goesOn(after: cost) { return false }
        } while parts.advance()
        return true
    }
}

/// What all loops of a comparison have in common.
@unsafe
private struct Comparer {
    let first: UnsafeRawPointer
    let second: UnsafeRawPointer
    let pair: ItemPair

    /// Whether the items of normalised loops, which it may change, are equal.
    @inline(never)
    func itemsAreEqual(_ nest: inout LoopNest) -> Bool {
        if unsafe nest.isWorthGathering && max(pair.firstByteCount, pair.secondByteCount) <= 64 {
            return unsafe gatheredItemsAreEqual(&nest)
        }
        if nest.rank < 2 { return unsafe innermostLoopIsEqual(nest, 0, 0) }
        nest.preferLongInnermostLoop()
        var beginnings = LoopBeginnings(ofLoopsFrom: nest.rank - 1)
        repeat {
            if unsafe !innermostLoopIsEqual(nest, beginnings.source, beginnings.target) { return false }
        } while beginnings.advance(nest)
        return true
    }

    /// Compares the items of the innermost loop where it begins; one item if there is none.
    private func innermostLoopIsEqual(_ nest: borrowing LoopNest, _ firstOffset: Int, _ secondOffset: Int) -> Bool {
        let axis = nest.rank - 1
        // SAFETY: every address is that of an item of its view.
        let row = unsafe RowPair(
            first: first + (nest.sourceOffset &+ firstOffset), second: second + (nest.targetOffset &+ secondOffset),
            count: axis < 0 ? 1 : nest.counts[axis], firstStride: axis < 0 ? pair.firstByteCount : nest.sourceStrides[axis],
            secondStride: axis < 0 ? pair.secondByteCount : nest.targetStrides[axis])
        return unsafe rowsAreEqual(row, pair)
    }

    /// Gathers the items of short loops, or of those that lie across each other, many at a time, and compares them as one row.
    @inline(never)
    private func gatheredItemsAreEqual(_ nest: inout LoopNest) -> Bool {
        var buffers = InlineArray<1024, UInt64>(repeating: 0)
        var span = buffers.mutableSpan
        return unsafe span.withUnsafeMutableBytes { (bytes) in
            let start = bytes.baseAddress!
            let work = unsafe FoldedWork(comparing: first, with: second, pair, byteCount: 4096, start, start + 4096)
            return unsafe work.run(&nest)
        }
    }
}
