// Whether a copy disturbs its own source, and in which direction it does not.
//
// Of two loops over the same items, in the order in which they would be copied, target item i disturbs source item j if they share
// a byte, i is written before j is read, and the write changes something. In one dimension this is decided exactly; in several, the
// inner dimensions count as one block from their first to their last byte, which may ask for a temporary where a cleverer order
// would need none.

/// What a copy needs so that the result is that of a copy made first.
public enum Overlap: UInt8, Sendable {
    /// Nothing: no byte is both read and written, or each item would be copied onto itself. ``Items/copy(to:swapping:)`` does it.
    case none
    /// ``Items/move(to:swapping:overlap:)``, by rising addresses of the target.
    case forward
    /// ``Items/move(to:swapping:overlap:)``, by falling addresses of the target.
    case backward
    /// A copy of the source, made first.
    case needsTemporary
}

extension Items {
    /// What copying these items to `target` needs so that the result is that of a copy made first.
    ///
    /// Exact where both views are one loop; with more dimensions, and where a target overlaps itself, ``Overlap/needsTemporary``
    /// may be said although a direction would work. It is said of all views with suboffsets.
    ///
    /// - Parameters:
    ///   - target: Items of the same shape and size.
    ///   - unitByteCount: As in ``copy(to:swapping:)``.
    /// - Complexity: O(dimensions) where the address ranges are apart or the strides are equal; O(*n*) in the items at most.
    /// - Threads: Any.
    public func overlap(with target: borrowing Items, swapping unitByteCount: Int = 0) -> Overlap {
        if layout.isEmpty { return .none }
        if indirectRank > 0 || target.indirectRank > 0 { return .needsTemporary }
        guard let reach = layout.reachableBytes, let targetReach = target.layout.reachableBytes else { return .needsTemporary }
        // Addresses as numbers: they are compared, not followed.
        let distance = unsafe Int(bitPattern: target.base) &- Int(bitPattern: base)
        if distance &+ targetReach.upperBound <= reach.lowerBound || reach.upperBound <= distance &+ targetReach.lowerBound {
            return .none
        }
        let (nest, itemByteCount) = loopsForMoving(to: target, swapping: unitByteCount)
        let first = distance &+ nest.targetOffset &- nest.sourceOffset
        if first == 0 && nest.hasEqualStrides(from: 0) { return .none }
        let directions = nest.harmlessDirections(
            axis: 0, distance: first, itemByteCount: itemByteCount, changesInPlace: unitByteCount > 1)
        if directions.forward { return .forward }
        return directions.backward ? .backward : .needsTemporary
    }

    /// Copies every item in one direction, so that no item is read after it was written.
    ///
    /// - Parameters:
    ///   - target: Items of the same shape and size, neither they nor these reached through pointers.
    ///   - unitByteCount: As in ``copy(to:swapping:)``.
    ///   - overlap: What ``overlap(with:swapping:)`` said: ``Overlap/forward`` or ``Overlap/backward``.
    /// - Complexity: Linear in the bytes.
    /// - Threads: Any; nobody else may use the items meanwhile.
    public func move(to target: borrowing Items, swapping unitByteCount: Int = 0, overlap: Overlap) {
        var never = Interruption.never
        move(to: target, swapping: unitByteCount, overlap: overlap, &never)
    }

    /// Copies every item in one direction, as ``move(to:swapping:overlap:)`` does, unless that is ended.
    ///
    /// - Parameter interruption: Ends the work; then some items were copied.
    public func move(
        to target: borrowing Items, swapping unitByteCount: Int = 0, overlap: Overlap, _ interruption: inout Interruption
    ) {
        if layout.isEmpty || layout.itemByteCount == 0 { return }
        var nest: LoopNest
        let itemByteCount: Int
        (nest, itemByteCount) = loopsForMoving(to: target, swapping: unitByteCount)
        if overlap == .backward { nest.reverse() }
        // SAFETY: reversing keeps both addresses inside of the views, which `init` has the caller's word for.
        let (source, target) = unsafe (base, target.base)
        let isPacked = unitByteCount <= 1 && nest.innermostLoopIsPacked(itemByteCount: itemByteCount)
        var parts = LoopParts(nest, of: max(Interruption.pieceCost / itemByteCount, 1), inOrder: true)
        repeat {
            nest = parts.part
            let cost = nest.itemCount &* itemByteCount
            var runByteCount = itemByteCount
            if isPacked {
                // A run is moved as if it were copied first, which is right in both directions.
                if overlap == .backward { nest.flipInnermostLoop() }
                runByteCount = nest.absorbPackedLoop(itemByteCount: itemByteCount)
            }
            unsafe nest.move(from: source, to: target, itemByteCount: runByteCount, swapping: unitByteCount > 1)
            if !interruption.goesOn(after: cost) { return }
        } while parts.advance()
    }

    /// The loops that are judged, and then run.
    private func loopsForMoving(to target: borrowing Items, swapping unitByteCount: Int) -> (LoopNest, Int) {
        var nest = LoopNest(layout, target.layout)
        var itemByteCount = layout.itemByteCount
        if unitByteCount > 1 {
            nest.append(count: itemByteCount / unitByteCount, sourceStride: unitByteCount, targetStride: unitByteCount)
            itemByteCount = unitByteCount
        }
        nest.normalize()
        return (nest, itemByteCount)
    }
}

/// The directions in which a copy disturbs no item that is still to be read.
struct Directions {
    var forward: Bool
    var backward: Bool
}

extension LoopNest {
    /// Whether the loops from `axis` on step alike in both views.
    fileprivate func hasEqualStrides(from axis: Int) -> Bool {
        for axis in axis..<rank where sourceStrides[axis] != targetStrides[axis] {
            return false
        }
        return true
    }

    /// In which directions loop `axis`, and those inside of it, may run.
    ///
    /// - Parameters:
    ///   - distance: From the first item of the source to that of the target, in bytes.
    ///   - changesInPlace: Whether an item that is copied onto itself is changed.
    fileprivate func harmlessDirections(axis: Int, distance: Int, itemByteCount: Int, changesInPlace: Bool) -> Directions {
        // One item is loaded before it is stored.
        if axis == rank { return Directions(forward: true, backward: true) }
        // The blocks that one round reads and writes, relative to their first items. No sum here is larger than the memory.
        var sourceStart = 0
        var sourceEnd = itemByteCount
        var targetEnd = itemByteCount
        for inner in (axis + 1)..<max(rank, axis + 1) {
            let reach = (counts[inner] &- 1) &* sourceStrides[inner]
            if reach < 0 { sourceStart &+= reach } else { sourceEnd &+= reach }
            targetEnd &+= (counts[inner] &- 1) &* targetStrides[inner]
        }
        var rounds = Rounds(
            count: counts[axis], sourceStride: sourceStrides[axis], targetStride: targetStrides[axis], distance: distance,
            lowest: sourceStart &- targetEnd &+ 1, highest: sourceEnd &- 1, harmless: -1)
        // A target that overlaps itself: a stranger's.
        if rounds.targetStride < targetEnd { return Directions(forward: false, backward: false) }
        let slip = rounds.targetStride &- rounds.sourceStride
        if !changesInPlace && slip != 0 && distance % slip == 0 && hasEqualStrides(from: axis + 1) {
            rounds.harmless = 0 &- distance / slip
        }
        var result = Directions(forward: !rounds.disturbLaterRounds, backward: !rounds.reversed.disturbLaterRounds)
        if axis + 1 == rank { return result }
        // Rounds that overlap what they read themselves.
        var checked = 0
        for round in rounds.overlappingThemselves {
            if !(result.forward || result.backward) { return result }
            if checked == 4 { return Directions(forward: false, backward: false) }
            checked += 1
            let inside = harmlessDirections(
                axis: axis + 1, distance: distance &+ round &* slip, itemByteCount: itemByteCount, changesInPlace: changesInPlace)
            result.forward = result.forward && (inside.forward || round == rounds.harmless)
            result.backward = result.backward && (inside.backward || round == rounds.harmless)
            if slip == 0 { break }
        }
        return result
    }

    /// Lets all loops run from their other end.
    fileprivate mutating func reverse() {
        for axis in 0..<rank { flip(axis) }
    }

    fileprivate mutating func flipInnermostLoop() {
        if rank > 0 { flip(rank - 1) }
    }

    /// Whether the innermost loop's items follow each other without gaps in both views, in the same direction.
    fileprivate func innermostLoopIsPacked(itemByteCount: Int) -> Bool {
        rank > 0 && sourceStrides[rank - 1] == targetStrides[rank - 1] && sourceStrides[rank - 1].magnitude == itemByteCount
    }

    /// Copies the items of the loops, strictly in order.
    fileprivate func move(
        from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, itemByteCount: Int, swapping: Bool
    ) {
        let axis = rank - 1
        var beginnings = LoopBeginnings(ofLoopsFrom: axis)
        repeat {
            // SAFETY: every address is that of an item of its view.
            let row = unsafe Row(
                source: UnsafeRawPointer(source + (sourceOffset &+ beginnings.source)),
                target: target + (targetOffset &+ beginnings.target), count: axis < 0 ? 1 : counts[axis],
                sourceStride: axis < 0 ? itemByteCount : sourceStrides[axis],
                targetStride: axis < 0 ? itemByteCount : targetStrides[axis])
            unsafe moveRow(row, itemByteCount: itemByteCount, swapping: swapping)
        } while beginnings.advance(self)
    }
}

/// The rounds of one loop, each of which reads a block and writes a block.
///
/// The block that round i writes overlaps the one that round j reads if and only if
/// `lowest ≤ distance + targetStride · i − sourceStride · j ≤ highest`.
private struct Rounds {
    var count: Int
    var sourceStride: Int
    var targetStride: Int
    var distance: Int
    var lowest: Int
    var highest: Int
    /// The round that copies its block onto itself and so changes nothing; below zero, or beyond `count`, if none does.
    var harmless: Int

    /// The same rounds from the last to the first.
    ///
    /// With i and j counted from the other end, the condition keeps its form when all of it is negated.
    var reversed: Rounds {
        var rounds = self
        rounds.distance = 0 &- (distance &+ (targetStride &- sourceStride) &* (count &- 1))
        rounds.lowest = 0 &- highest
        rounds.highest = 0 &- lowest
        rounds.harmless = count &- 1 &- harmless
        return rounds
    }

    /// The rounds whose own two blocks overlap.
    var overlappingThemselves: Range<Int> {
        let slip = targetStride &- sourceStride
        if slip == 0 { return lowest <= distance && distance <= highest ? 0..<count : 0..<0 }
        return multiples(of: slip, from: lowest &- distance, through: highest &- distance, in: 0..<count)
    }

    /// Whether some round changes what a later one reads.
    var disturbLaterRounds: Bool {
        // What later rounds read lies at multiples of the stride; the range of those that round i overlaps:
        if sourceStride == targetStride {
            // The same for all rounds: it is a question of how much later.
            if distance == 0 && lowest == 0 && highest == 0 { return false }
            return !multiples(of: sourceStride, from: distance &- highest, through: distance &- lowest, in: 1..<count).isEmpty
        }
        if sourceStride == 0 {
            let rounds = multiples(
                of: targetStride, from: lowest &- distance, through: highest &- distance, in: 0..<(count &- 1))
            return !(rounds.isEmpty || (rounds.count == 1 && rounds.lowerBound == harmless))
        }
        // Differences of strides reach multiples of their common divisor alone: interleaved views never meet.
        let divisor = greatestCommonDivisor(sourceStride, targetStride)
        if floorDivide(highest &- distance, by: divisor) < ceilingDivide(lowest &- distance, by: divisor) { return false }
        // Rounds that could overlap a later one if strides could be cut into fractions; and of those the first that does. As
        // the distance modulo the stride goes round, that is found within as many steps as the stride has bytes.
        var candidates = 0..<(count &- 1)
        let slip = targetStride &- sourceStride
        if sourceStride > 0 {
            candidates = solutions(slip, atLeast: sourceStride &+ lowest &- distance, in: candidates)
            candidates = solutions(
                0 &- targetStride, atLeast: distance &- highest &- sourceStride &* (count &- 1), in: candidates)
        } else {
            candidates = solutions(targetStride, atLeast: sourceStride &* (count &- 1) &+ lowest &- distance, in: candidates)
            candidates = solutions(0 &- slip, atLeast: distance &- sourceStride &- highest, in: candidates)
        }
        for round in candidates where round != harmless {
            let place = distance &+ targetStride &* round
            let readers = multiples(
                of: sourceStride, from: place &- highest, through: place &- lowest, in: (round &+ 1)..<count)
            if !readers.isEmpty { return true }
        }
        return false
    }
}

/// The numbers of a range whose products with `factor` lie between two bounds.
private func multiples(of factor: Int, from lowest: Int, through highest: Int, in range: Range<Int>) -> Range<Int> {
    let atLeast = solutions(factor, atLeast: lowest, in: range)
    return solutions(0 &- factor, atLeast: 0 &- highest, in: atLeast)
}

/// The numbers x of a range for which `factor · x ≥ bound`.
private func solutions(_ factor: Int, atLeast bound: Int, in range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    if factor > 0 {
        start = max(start, ceilingDivide(bound, by: factor))
    } else if factor < 0 {
        end = min(end, floorDivide(0 &- bound, by: 0 &- factor) &+ 1)
    } else if bound > 0 {
        end = start
    }
    return start < end ? start..<end : range.lowerBound..<range.lowerBound
}

/// - Precondition: `divisor` is above zero.
private func floorDivide(_ dividend: Int, by divisor: Int) -> Int {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient &- 1 : quotient
}

/// - Precondition: `divisor` is above zero.
private func ceilingDivide(_ dividend: Int, by divisor: Int) -> Int {
    let quotient = dividend / divisor
    return dividend % divisor > 0 ? quotient &+ 1 : quotient
}

private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (first, second) = (first.magnitude, second.magnitude)
    while second != 0 { (first, second) = (second, first % second) }
    return Int(truncatingIfNeeded: first)
}
