// Two views of one shape as few loops as they need.
//
// Dimensions of one item, or of the same two items again and again, are dropped; directions are flipped so that the target is walked
// upwards; dimensions are ordered by the target's stride, the smallest innermost; neighbours that continue each other in both views
// are merged. None of this changes which item goes where.

/// Nested loops over the items of two views.
struct LoopNest {
    /// The number of loops; 0 is one item.
    var rank = 0
    /// Times that each loop runs, the outermost first; all above one.
    var counts = InlineArray<65, Int>(repeating: 0)
    /// Bytes from one item of the source to the next, for each loop.
    var sourceStrides = InlineArray<65, Int>(repeating: 0)
    /// Bytes from one item of the target to the next, for each loop; none negative after ``normalize()``.
    var targetStrides = InlineArray<65, Int>(repeating: 0)
    /// The item of the source with which the loops begin, as an offset from element [0, …, 0].
    var sourceOffset = 0
    /// The item of the target with which the loops begin, as an offset from element [0, …, 0].
    var targetOffset = 0

    /// The loops over two views of one shape, in C order.
    ///
    /// - Precondition: Neither view is empty.
    init(_ source: Layout, _ target: Layout) {
        for axis in source.shape.indices {
            append(count: source.shape[axis], sourceStride: source.byteStrides[axis], targetStride: target.byteStrides[axis])
        }
    }

    /// Adds an innermost loop, unless all of its rounds would do the same.
    mutating func append(count: Int, sourceStride: Int, targetStride: Int) {
        if count == 1 || (sourceStride == 0 && targetStride == 0) { return }
        counts[rank] = count
        sourceStrides[rank] = sourceStride
        targetStrides[rank] = targetStride
        rank += 1
    }

    /// Flips, orders and merges loops.
    mutating func normalize() {
        flip()
        sort()
        merge()
    }

    private mutating func flip() {
        for axis in 0..<rank where targetStrides[axis] < 0 || (targetStrides[axis] == 0 && sourceStrides[axis] < 0) {
            flip(axis)
        }
    }

    /// Lets one loop run from its other end.
    mutating func flip(_ axis: Int) {
        // Offsets of items that exist: they do not overflow.
        sourceOffset &+= (counts[axis] &- 1) &* sourceStrides[axis]
        targetOffset &+= (counts[axis] &- 1) &* targetStrides[axis]
        sourceStrides[axis] = 0 &- sourceStrides[axis]
        targetStrides[axis] = 0 &- targetStrides[axis]
    }

    /// Orders the loops by insertion: there are few, and mostly they are in order.
    private mutating func sort() {
        var next = 1
        while next < rank {
            var axis = next
            while axis > 0 && belongsInside(axis - 1, of: axis) {
                exchange(axis - 1, axis)
                axis -= 1
            }
            next += 1
        }
    }

    private func belongsInside(_ outer: Int, of inner: Int) -> Bool {
        if targetStrides[outer] != targetStrides[inner] { return targetStrides[outer] < targetStrides[inner] }
        return sourceStrides[outer].magnitude < sourceStrides[inner].magnitude
    }

    /// Exchanges two loops.
    mutating func exchange(_ first: Int, _ second: Int) {
        (counts[first], counts[second]) = (counts[second], counts[first])
        (sourceStrides[first], sourceStrides[second]) = (sourceStrides[second], sourceStrides[first])
        (targetStrides[first], targetStrides[second]) = (targetStrides[second], targetStrides[first])
    }

    private mutating func merge() {
        if rank < 2 { return }
        var kept = 0
        for axis in 1..<rank {
            // A product that wraps around belongs to strides that no memory has.
            if sourceStrides[kept] == counts[axis] &* sourceStrides[axis]
                && targetStrides[kept] == counts[axis] &* targetStrides[axis]
            {
                counts[kept] = counts[kept] &* counts[axis]
            } else {
                kept += 1
                counts[kept] = counts[axis]
            }
            sourceStrides[kept] = sourceStrides[axis]
            targetStrides[kept] = targetStrides[axis]
        }
        rank = kept + 1
    }

    /// Takes the innermost loop away if its items follow each other without gaps in both views.
    ///
    /// - Parameter itemByteCount: Bytes of one item.
    /// - Returns: Bytes of what is now one item.
    mutating func absorbPackedLoop(itemByteCount: Int) -> Int {
        if rank == 0 || sourceStrides[rank - 1] != itemByteCount || targetStrides[rank - 1] != itemByteCount {
            return itemByteCount
        }
        rank -= 1
        return itemByteCount &* counts[rank]
    }

    /// Exchanges the two innermost loops if the innermost is short and the other is not: starting a loop costs more than a round.
    mutating func preferLongInnermostLoop() {
        if rank >= 2 && counts[rank - 1] < 8 && counts[rank - 2] > counts[rank - 1] {
            exchange(rank - 2, rank - 1)
        }
    }

    /// Makes the two innermost loops those along which target and source are best, if these are not the same.
    ///
    /// - Parameter shortest: Items that both have at least.
    /// - Returns: Whether there is such a pair.
    mutating func formPlane(ofLoops shortest: Int) -> Bool {
        if rank < 2 { return false }
        var best = rank - 1
        for axis in 0..<rank where sourceStrides[axis] != 0 && sourceStrides[axis].magnitude < sourceStrides[best].magnitude {
            best = axis
        }
        if best == rank - 1 || counts[best] < shortest || counts[rank - 1] < shortest { return false }
        while best < rank - 2 {
            exchange(best, best + 1)
            best += 1
        }
        if sourceStrides[best] < 0 { flip(best) }
        return true
    }

    /// Lets the target be one item, again and again.
    mutating func stayAtTarget() {
        for axis in 0..<rank { targetStrides[axis] = 0 }
    }
}
