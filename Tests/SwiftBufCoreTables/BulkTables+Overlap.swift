// Copying within one memory, held against a copy made first: every pair of small views.

import SwiftBufCore

func overlapFacts(_ check: inout Check) {
    oneDimensionalFacts(&check)
    twoDimensionalFacts(&check)
    inPlaceFacts(&check)
    neighbourFacts(&check)
}

/// What overlap(with:) says of two views of one memory, and what the memory then holds if that is done.
private func obey(_ source: View, _ target: View, in memory: inout [UInt8], swapping unit: Int) -> Overlap {
    let sourceLayout = Layout(
        shape: source.shape.span, byteStrides: source.byteStrides.span, itemByteCount: source.itemByteCount)
    let targetLayout = Layout(
        shape: target.shape.span, byteStrides: target.byteStrides.span, itemByteCount: target.itemByteCount)
    return unsafe memory.withUnsafeMutableBytes { (memory) in
        let source = unsafe Items(at: memory.baseAddress! + source.first, layout: sourceLayout, suboffsets: Span())
        let target = unsafe Items(at: memory.baseAddress! + target.first, layout: targetLayout, suboffsets: Span())
        let overlap = source.overlap(with: target, swapping: unit)
        switch overlap {
        case .none: source.copy(to: target, swapping: unit)
        case .forward, .backward: source.move(to: target, swapping: unit, overlap: overlap)
        case .needsTemporary: break
        }
        return overlap
    }
}

/// The items copied one after the other, in C order or against it.
private func copyInOrder(_ source: View, _ target: View, in memory: inout [UInt8], swapping unit: Int, backward: Bool) {
    let places = source.places
    let targetPlaces = target.places
    for step in places.indices {
        let index = backward ? places.count - 1 - step : step
        let item = Array(memory[places[index]..<places[index] + source.itemByteCount])
        for byte in item.indices {
            memory[targetPlaces[index] + byte] = item[unit > 1 ? byte / unit * unit + (unit - 1 - byte % unit) : byte]
        }
    }
}

/// Whether what is said of a pair is right, and a temporary asked for only where item by item neither order works.
private func judge(_ source: View, _ target: View, _ original: [UInt8], swapping unit: Int = 0, exact: Bool) -> Bool {
    var expected = original
    naiveCopy(source, original, to: target, in: &expected, swapping: unit)
    var result = original
    if obey(source, target, in: &result, swapping: unit) != .needsTemporary { return result == expected }
    if !exact { return true }
    for backward in [false, true] {
        var ordered = original
        copyInOrder(source, target, in: &ordered, swapping: unit, backward: backward)
        if ordered == expected { return false }
    }
    return true
}

private func neighbourFacts(_ check: inout Check) {
    var memory = numberedBytes(40)
    for distance in [-8, 8] {
        var source = View(shape: [4], byteStrides: [2], itemByteCount: 2, margin: 0)
        var target = source
        source.first = 16
        target.first = 16 + distance
        check.that(
            obey(source, target, in: &memory, swapping: 0) == .none, "views that touch each other do not overlap", distance)
    }
    // What a stranger's strides may say.
    var source = View(shape: [4], byteStrides: [2], itemByteCount: 2, margin: 0)
    var target = View(shape: [4], byteStrides: [1], itemByteCount: 2, margin: 0)
    source.first = 16
    target.first = 17
    check.that(
        obey(source, target, in: &memory, swapping: 0) == .needsTemporary, "a target that overlaps itself needs a temporary")
}

private func oneDimensionalFacts(_ check: inout Check) {
    let original = numberedBytes(40)
    for itemByteCount in [1, 2, 3] {
        for count in [1, 2, 3, 4, 6] {
            var isRight = true
            for sourceStride in -6...6 {
                for targetStride in -6...6 where abs(targetStride) >= itemByteCount {
                    let source = View(shape: [count], byteStrides: [sourceStride], itemByteCount: itemByteCount, margin: 0)
                    let target = View(shape: [count], byteStrides: [targetStride], itemByteCount: itemByteCount, margin: 0)
                    for place in 0...max(0, original.count - source.end) where place % 2 == 0 || place < 8 {
                        for targetPlace in stride(from: 0, through: original.count - target.end, by: 1) {
                            var (source, target) = (source, target)
                            source.first += place
                            target.first += targetPlace
                            if !judge(source, target, original, exact: true) { isRight = false }
                            // Swapped onto its neighbour, one repeated item can come out right by chance.
                            if itemByteCount == 2
                                && !judge(source, target, original, swapping: 2, exact: sourceStride != 0)
                            {
                                isRight = false
                            }
                        }
                    }
                }
            }
            check.that(
                isRight, "a row copied into its own memory is that of a copy made first, and needs one only if no order works",
                itemByteCount * 100 + count)
        }
    }
}

private func twoDimensionalFacts(_ check: inout Check) {
    let original = numberedBytes(64)
    for shape in [[2, 3], [3, 2], [4, 4]] {
        let strides = [-8, -4, -2, 0, 2, 3, 4, 6, 8, 12]
        var isRight = true
        for outer in strides {
            for inner in strides {
                let source = View(shape: shape, byteStrides: [outer, inner], itemByteCount: 2, margin: 0)
                if source.end > original.count { continue }
                for targetStrides in [[8, 2], [2, 8], [-8, 2], [8, -2], [12, 4], [6, 2], [2, 6], [-2, -8], [10, 3]] {
                    let target = View(shape: shape, byteStrides: targetStrides, itemByteCount: 2, margin: 0)
                    // A target that overlaps itself has no copy that could be right.
                    if Set4(target.places.flatMap { [$0, $0 + 1] }).hasRepetition { continue }
                    for targetPlace in 0...(original.count - target.end) where targetPlace < 20 {
                        var (source, target) = (source, target)
                        target.first += targetPlace
                        source.first += min(7, original.count - source.end)
                        if !judge(source, target, original, exact: false) { isRight = false }
                        if targetPlace % 4 == 0 && !judge(source, target, original, swapping: 2, exact: false) { isRight = false }
                    }
                }
            }
        }
        check.that(isRight, "a matrix copied into its own memory is that of a copy made first", shape[0] * 10 + shape[1])
    }
}

/// Small numbers of which one may be there twice.
private struct Set4 {
    let hasRepetition: Bool
    init(_ numbers: [Int]) {
        var isThere = [Bool](repeating: false, count: 256)
        var twice = false
        for number in numbers {
            if isThere[number] { twice = true }
            isThere[number] = true
        }
        hasRepetition = twice
    }
}

private struct InPlaceRow {
    let fact: StaticString
    let sourceFirst: Int
    let sourceStrides: [Int]
    let targetFirst: Int
    let targetStrides: [Int]
    let swapping: Int
    let overlap: [Overlap]
}

/// The pairs that programs write, and what is said of them: 6 × 6 items of 4 bytes, of which views of 4 × 4 or less are taken.
private func inPlaceFacts(_ check: inout Check) {
    let rows = [
        InPlaceRow(
            fact: "a view onto itself needs nothing", sourceFirst: 8, sourceStrides: [24, 4], targetFirst: 8,
            targetStrides: [24, 4], swapping: 0, overlap: [.none]),
        InPlaceRow(
            fact: "a view is swapped in place", sourceFirst: 8, sourceStrides: [24, 4], targetFirst: 8,
            targetStrides: [24, 4], swapping: 4, overlap: [.none]),
        InPlaceRow(
            fact: "columns moved to the right are moved from the end", sourceFirst: 0, sourceStrides: [24, 4], targetFirst: 4,
            targetStrides: [24, 4], swapping: 0, overlap: [.backward]),
        InPlaceRow(
            fact: "rows moved down are moved from the end", sourceFirst: 0, sourceStrides: [24, 4], targetFirst: 24,
            targetStrides: [24, 4], swapping: 0, overlap: [.backward]),
        InPlaceRow(
            fact: "rows moved up are moved from the start", sourceFirst: 24, sourceStrides: [24, 4], targetFirst: 0,
            targetStrides: [24, 4], swapping: 0, overlap: [.forward]),
        InPlaceRow(
            fact: "the first row is written into every row without a temporary", sourceFirst: 0, sourceStrides: [0, 4],
            targetFirst: 0, targetStrides: [24, 4], swapping: 0, overlap: [.forward]),
        InPlaceRow(
            fact: "the last row as well", sourceFirst: 72, sourceStrides: [0, 4], targetFirst: 0, targetStrides: [24, 4],
            swapping: 0, overlap: [.forward, .backward]),
        InPlaceRow(
            fact: "a row in the middle as well", sourceFirst: 24, sourceStrides: [0, 4], targetFirst: 0,
            targetStrides: [24, 4], swapping: 0, overlap: [.forward, .backward]),
        InPlaceRow(
            fact: "swapped, the row in the middle would change under way", sourceFirst: 24, sourceStrides: [0, 4],
            targetFirst: 0, targetStrides: [24, 4], swapping: 4, overlap: [.needsTemporary]),
        InPlaceRow(
            fact: "a view is not transposed in place", sourceFirst: 0, sourceStrides: [4, 24], targetFirst: 0,
            targetStrides: [24, 4], swapping: 0, overlap: [.needsTemporary]),
        InPlaceRow(
            fact: "nor reversed", sourceFirst: 84, sourceStrides: [-24, -4], targetFirst: 0, targetStrides: [24, 4],
            swapping: 0, overlap: [.needsTemporary]),
        InPlaceRow(
            fact: "interleaved views do not meet", sourceFirst: 4, sourceStrides: [32, 8], targetFirst: 0,
            targetStrides: [32, 8], swapping: 0, overlap: [.none, .forward]),
    ]
    for row in rows {
        let original = numberedBytes(160)
        let source = View(shape: [4, 4], byteStrides: row.sourceStrides, itemByteCount: 4, margin: 0)
        let target = View(shape: [4, 4], byteStrides: row.targetStrides, itemByteCount: 4, margin: 0)
        var (first, second) = (source, target)
        first.first = row.sourceFirst
        second.first = row.targetFirst
        var expected = original
        naiveCopy(first, original, to: second, in: &expected, swapping: row.swapping)
        var result = original
        let overlap = obey(first, second, in: &result, swapping: row.swapping)
        check.that(row.overlap.contains(overlap), row.fact, Int(overlap.rawValue))
        check.that(overlap == .needsTemporary || result == expected, row.fact)
    }
}
