// Short loops folded into tables: many dimensions of few items each.
//
// Starting a loop costs as much as ten items. Where the innermost loops are short, two groups of loops become two tables of offsets: the
// items of one group lie together in the target, those of the other in the source, so that each line of memory that is touched is used up.
// What is left of the loops runs around them.

/// Two groups of loops as tables, and the loops around them.
struct FoldedLoops {
    /// Entries of a table, at most.
    static var mostEntries: Int { 64 }

    /// The loops that are left.
    private(set) var rest: LoopNest
    /// Entries of the inner and of the outer table; every pair of two entries is an item.
    private(set) var innerCount = 1
    private(set) var outerCount = 1
    /// The offsets: of the inner items in the source and in the target, then the same of the outer ones.
    private(set) var tables = InlineArray<256, Int>(repeating: 0)

    /// The items of both tables.
    var itemCount: Int { innerCount &* outerCount }

    /// Folds the loops from `innerAxis` on into one table, and those of `outerAxes`, a bit for each, into the other.
    ///
    /// - Precondition: Neither table gets more entries than it has room for.
    init(_ nest: LoopNest, innerAxis: Int, outerAxes: UInt64) {
        rest = nest
        for axis in (0..<nest.rank).reversed() {
            let (count, sourceStride, targetStride) = (nest.counts[axis], nest.sourceStrides[axis], nest.targetStrides[axis])
            if axis >= innerAxis {
                `repeat`(0, innerCount, count, sourceStride)
                `repeat`(64, innerCount, count, targetStride)
                innerCount = innerCount &* count
            } else if outerAxes & 1 << UInt64(axis) != 0 {
                `repeat`(128, outerCount, count, sourceStride)
                `repeat`(192, outerCount, count, targetStride)
                outerCount = outerCount &* count
            } else {
                continue
            }
            rest.remove(axis)
        }
    }

    /// Repeats the entries of a table, a stride further each time.
    private mutating func `repeat`(_ table: Int, _ count: Int, _ times: Int, _ stride: Int) {
        for index in count..<(count &* times) { tables[table &+ index] = tables[table &+ index &- count] &+ stride }
    }

    /// Whether the items lie one behind the other, in the order of the tables: in the target, or in the source.
    func isPacked(inTarget: Bool, _ itemByteCount: Int) -> Bool {
        let side = inTarget ? 64 : 0
        for index in 0..<innerCount where tables[side &+ index] != index &* itemByteCount { return false }
        let rowByteCount = innerCount &* itemByteCount
        for index in 0..<outerCount where tables[side &+ 128 &+ index] != index &* rowByteCount { return false }
        return true
    }
}

extension LoopNest {
    /// Whether the innermost loop is too short to be run by itself, or goes across what lies together in the source.
    var isWorthFolding: Bool {
        if rank < 2 { return false }
        let count = counts[rank - 1]
        return count < 12 || count < 64 && nearestInSource(below: rank, notAmong: 0) != rank - 1
    }

    /// Whether items are gathered before they are compared: where the innermost loop is short, or as above.
    var isWorthGathering: Bool {
        if rank < 2 { return false }
        return counts[rank - 1] < 64 || nearestInSource(below: rank, notAmong: 0) != rank - 1
    }

    /// How loops are folded.
    enum Folding {
        /// One loop is cut first, into pieces of so many items: it is too long for a table.
        case cutting(axis: Int, side: Int)
        /// As the parameters of ``FoldedLoops``.
        case tables(innerAxis: Int, outerAxes: UInt64)
    }

    /// How these loops are folded.
    ///
    /// - Parameter most: Items of both tables together, at most; above zero.
    func folding(_ most: Int) -> Folding {
        let largest = min(FoldedLoops.mostEntries, most)
        var innerAxis = rank
        var innerCount = 1
        while innerAxis > 0 && counts[innerAxis - 1] <= largest / innerCount {
            innerAxis -= 1
            innerCount = innerCount &* counts[innerAxis]
        }
        if innerAxis > 0 && innerCount < 16 && largest / innerCount > 1 {
            return .cutting(axis: innerAxis - 1, side: largest / innerCount)
        }
        let room = min(FoldedLoops.mostEntries, most / innerCount)
        var outerAxes: UInt64 = 0
        var outerCount = 1
        while let axis = nearestInSource(below: innerAxis, notAmong: outerAxes) {
            if counts[axis] > room / outerCount {
                if outerCount < 8 && room / outerCount > 1 { return .cutting(axis: axis, side: room / outerCount) }
                break
            }
            outerAxes |= 1 << UInt64(axis)
            outerCount = outerCount &* counts[axis]
        }
        return .tables(innerAxis: innerAxis, outerAxes: outerAxes)
    }

    /// Cuts one loop into pieces of `side` items.
    ///
    /// - Returns: The loops over what is left behind the last piece; `nil` if there is nothing.
    mutating func cut(_ axis: Int, _ side: Int) -> LoopNest? {
        let count = counts[axis]
        let whole = count / side &* side
        var last = self
        last.counts[axis] = count &- whole
        last.sourceOffset &+= whole &* sourceStrides[axis]
        last.targetOffset &+= whole &* targetStrides[axis]
        if last.counts[axis] == 1 { last.remove(axis) }
        insert(at: axis + 1, count: side, sourceStride: sourceStrides[axis], targetStride: targetStrides[axis])
        counts[axis] = count / side
        sourceStrides[axis] = sourceStrides[axis] &* side
        targetStrides[axis] = targetStrides[axis] &* side
        if counts[axis] == 1 { remove(axis) }
        return whole == count ? nil : last
    }

    /// The loop along which the source's items lie nearest: the innermost of several; nil if none is left.
    private func nearestInSource(below end: Int, notAmong taken: UInt64) -> Int? {
        var best: Int?
        for axis in (0..<end).reversed() where taken & 1 << UInt64(axis) == 0 {
            if let found = best, distance(axis) >= distance(found) { continue }
            best = axis
        }
        return best
    }

    /// How far apart the source's items are; very far where all are one.
    private func distance(_ axis: Int) -> UInt {
        sourceStrides[axis] == 0 ? UInt.max : sourceStrides[axis].magnitude
    }

    /// Takes one loop out.
    fileprivate mutating func remove(_ axis: Int) {
        rank -= 1
        for next in axis..<max(rank, axis) {
            counts[next] = counts[next + 1]
            sourceStrides[next] = sourceStrides[next + 1]
            targetStrides[next] = targetStrides[next + 1]
        }
    }

    /// Puts one loop in, which then is number `axis`.
    ///
    /// There is room: all loops have two items or more, so that no more than 63 of them count their items in an Int.
    private mutating func insert(at axis: Int, count: Int, sourceStride: Int, targetStride: Int) {
        for next in (axis..<max(rank, axis)).reversed() {
            counts[next + 1] = counts[next]
            sourceStrides[next + 1] = sourceStrides[next]
            targetStrides[next + 1] = targetStrides[next]
        }
        counts[axis] = count
        sourceStrides[axis] = sourceStride
        targetStrides[axis] = targetStride
        rank += 1
    }
}
