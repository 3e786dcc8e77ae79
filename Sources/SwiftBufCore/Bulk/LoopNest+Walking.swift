// Walking over loops: in parts of bounded work, and over the places at which inner loops begin.

extension LoopNest {
    /// The number of items; the largest number if no integer counts them.
    var itemCount: Int {
        var count = 1
        for axis in 0..<rank {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: counts[axis])
            if isTooLarge { return Int.max }
            count = product
        }
        return count
    }
}

/// Loops over many items as loops over parts of them, one after the other.
struct LoopParts {
    private let whole: LoopNest
    /// The part that is to be done.
    private(set) var part: LoopNest
    /// Items of each loop in a part, at most.
    private var sides = InlineArray<65, Int>(repeating: 1)
    private var starts = InlineArray<65, Int>(repeating: 0)

    /// - Parameters:
    ///   - most: Items of a part, about.
    ///   - inOrder: Whether the items have to keep their order; else parts are as square as they can be.
    init(_ nest: LoopNest, of most: Int, inOrder: Bool) {
        whole = nest
        part = nest
        let last = nest.rank - 1
        var count = 1
        // Of two dimensions, parts that are long and thin would read the same lines of memory again and again.
        let longest = last > 0 && !inOrder ? min(most, 1 << 20) : most
        for axis in (0..<nest.rank).reversed() {
            sides[axis] = max(min(nest.counts[axis], axis == last ? longest : most / count), 1)
            count = count &* sides[axis]
            if inOrder && sides[axis] < nest.counts[axis] { break }
        }
        if last >= 0 { sides[last] = min(nest.counts[last], sides[last] &* max(most / count, 1)) }
        cut()
    }

    private mutating func cut() {
        part.sourceOffset = whole.sourceOffset
        part.targetOffset = whole.targetOffset
        for axis in 0..<whole.rank {
            part.counts[axis] = min(sides[axis], whole.counts[axis] &- starts[axis])
            part.sourceOffset &+= starts[axis] &* whole.sourceStrides[axis]
            part.targetOffset &+= starts[axis] &* whole.targetStrides[axis]
        }
    }

    /// Goes on to the next part; false if there is none.
    mutating func advance() -> Bool {
        var axis = whole.rank - 1
        while axis >= 0 && starts[axis] >= whole.counts[axis] &- sides[axis] {
            starts[axis] = 0
            axis -= 1
        }
        if axis < 0 { return false }
        starts[axis] &+= sides[axis]
        cut()
        return true
    }
}

/// The places at which the inner ones of nested loops begin, one after the other.
struct LoopBeginnings {
    /// From the beginning of all loops, in bytes.
    private(set) var source = 0
    private(set) var target = 0
    /// The outer loops.
    private let rank: Int
    private var indices = InlineArray<65, Int>(repeating: 0)

    /// - Parameter axis: The first of the inner loops.
    init(ofLoopsFrom axis: Int) { rank = axis }

    /// Goes on to the next place; false if there is none.
    ///
    /// - Parameter nest: The same loops each time.
    @inline(never)
    mutating func advance(_ nest: borrowing LoopNest) -> Bool {
        var axis = rank - 1
        while axis >= 0 {
            indices[axis] &+= 1
            source &+= nest.sourceStrides[axis]
            target &+= nest.targetStrides[axis]
            if indices[axis] < nest.counts[axis] { return true }
            source &-= nest.counts[axis] &* nest.sourceStrides[axis]
            target &-= nest.counts[axis] &* nest.targetStrides[axis]
            indices[axis] = 0
            axis -= 1
        }
        return false
    }
}
