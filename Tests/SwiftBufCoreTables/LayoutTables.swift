// Layouts, held against a naive model: the address of every item, by enumeration.

import SwiftBufCore

/// States the facts about ``Layout``.
public func layoutTables(_ check: inout Check) {
    sizeFacts(&check)
    contiguityFacts(&check)
    modelFacts(&check)
}

/// The byte offset of every item in C order, by counting the indices up one by one.
func offsetsOfAllItems(shape: [Int], byteStrides: [Int]) -> [Int] {
    var offsets: [Int] = []
    var index = [Int](repeating: 0, count: shape.count)
    var total = 1
    for count in shape { total *= count }
    for _ in 0..<total {
        var offset = 0
        for axis in shape.indices { offset += index[axis] * byteStrides[axis] }
        offsets.append(offset)
        var axis = shape.count - 1
        while axis >= 0 {
            index[axis] += 1
            if index[axis] < shape[axis] { break }
            index[axis] = 0
            axis -= 1
        }
    }
    return offsets
}

/// The strides that pack a shape.
func packedStrides(_ shape: [Int], _ itemByteCount: Int, _ order: Order) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var span = strides.mutableSpan
    Layout.pack(&span, shape: shape.span, itemByteCount: itemByteCount, order: order)
    return strides
}

private func byteCount(_ shape: [Int], _ itemByteCount: Int) -> Result<Int, LayoutError> {
    do throws(LayoutError) {
        return .success(try Layout.byteCount(shape: shape.span, itemByteCount: itemByteCount))
    } catch {
        return .failure(error)
    }
}

private func sizeFacts(_ check: inout Check) {
    check.that(byteCount([], 8) == .success(8), "no dimensions is one item")
    check.that(byteCount([3, 4], 8) == .success(96), "the packed length is product(shape) times the item size")
    check.that(byteCount([3, 0, 4], 8) == .success(0), "a dimension of zero makes the length zero")
    check.that(
        byteCount([3, -1], 8) == .failure(.negativeDimension(axis: 1, count: -1)), "a negative dimension is refused by name")
    check.that(byteCount([Int.max, 2], 1) == .failure(.sizeOverflow), "a product above Int.max is refused")
    check.that(byteCount([Int.max], 2) == .failure(.sizeOverflow), "so is one that the item size takes there")
    check.that(
        byteCount([0, Int.max, 2], 1) == .failure(.sizeOverflow), "beside a zero the other dimensions must be countable")
    check.that(byteCount([Int.max], 1) == .success(Int.max), "the largest length is Int.max")
    check.that(
        byteCount([Int](repeating: 1, count: 64), 1) == .success(1), "64 dimensions are allowed")
    check.that(
        byteCount([Int](repeating: 1, count: 65), 1) == .failure(.tooManyDimensions(65)), "65 dimensions are refused")

    check.that(packedStrides([2, 3, 4], 8, .c) == [96, 32, 8], "C order packs the last dimension tightest")
    check.that(packedStrides([2, 3, 4], 8, .fortran) == [8, 16, 48], "Fortran order packs the first dimension tightest")
    check.that(packedStrides([2, 0, 4], 8, .c) == [32, 32, 8], "a dimension of zero counts as one in strides")
    check.that(packedStrides([], 8, .c) == [], "no dimensions have no strides")

    reach([], [], 8, 0..<8, "one item reaches its own bytes", &check)
    reach([4], [-8], 8, -24..<8, "a negative stride reaches below element 0", &check)
    reach([4, 3], [-8, 100], 8, -24..<208, "strides of both signs reach both ways", &check)
    reach([4, 0], [-8, 100], 8, 0..<0, "an empty view reaches nothing", &check)
    reach([9], [0], 4, 0..<4, "a broadcast dimension reaches one item", &check)
    reach([3], [Int.max], 1, nil, "a reach that overflows is reported", &check)
    reach([2, 2], [Int.min, Int.min], 1, nil, "so is one that overflows downwards", &check)
    reach([2], [Int.max], 2, nil, "and one whose last item overflows", &check)
}

private func reach(
    _ shape: [Int], _ strides: [Int], _ itemByteCount: Int, _ expected: Range<Int>?, _ fact: StaticString,
    _ check: inout Check
) {
    let layout = Layout(shape: shape.span, byteStrides: strides.span, itemByteCount: itemByteCount)
    check.that(layout.reachableBytes == expected, fact)
}

private struct ContiguityRow {
    var shape: [Int]
    var byteStrides: [Int]
    var c: Bool
    var f: Bool
    var fact: StaticString
}

private func contiguityFacts(_ check: inout Check) {
    let rows = [
        ContiguityRow(shape: [], byteStrides: [], c: true, f: true, fact: "one item is packed in both orders"),
        ContiguityRow(shape: [3], byteStrides: [8], c: true, f: true, fact: "a packed row is packed in both orders"),
        ContiguityRow(shape: [3], byteStrides: [16], c: false, f: false, fact: "a row with gaps is packed in none"),
        ContiguityRow(shape: [3], byteStrides: [-8], c: false, f: false, fact: "a reversed row is packed in none"),
        ContiguityRow(shape: [2, 3], byteStrides: [24, 8], c: true, f: false, fact: "a C matrix is packed in C order alone"),
        ContiguityRow(shape: [2, 3], byteStrides: [8, 16], c: false, f: true, fact: "a Fortran matrix in Fortran order alone"),
        ContiguityRow(shape: [1, 3], byteStrides: [999, 8], c: true, f: true, fact: "a dimension of one item has no say"),
        ContiguityRow(shape: [3, 1], byteStrides: [8, -1], c: true, f: true, fact: "nor at the end"),
        ContiguityRow(shape: [2, 1, 3], byteStrides: [24, 0, 8], c: true, f: false, fact: "nor in the middle"),
        ContiguityRow(shape: [0, 3], byteStrides: [5, -7], c: true, f: true, fact: "an empty view is packed in both orders"),
        ContiguityRow(shape: [3], byteStrides: [0], c: false, f: false, fact: "a broadcast row is packed in none"),
        ContiguityRow(shape: [1, 1], byteStrides: [0, 0], c: true, f: true, fact: "one item in two dimensions is packed"),
    ]
    for row in rows {
        let layout = Layout(shape: row.shape.span, byteStrides: row.byteStrides.span, itemByteCount: 8)
        check.that(layout.isCContiguous == row.c, row.fact)
        check.that(layout.isFContiguous == row.f, row.fact)
    }
}

/// Every layout of up to three dimensions of up to three items, with every stride of a small set.
private func modelFacts(_ check: inout Check) {
    let strides = [-6, -2, 0, 2, 4, 6]
    for a in 0...3 {
        for b in 0...3 {
            for first in strides {
                for second in strides {
                    compareWithModel([a, b], [first, second], &check)
                }
            }
        }
    }
    for order in [Order.c, .fortran] {
        for a in 0...3 {
            for b in 0...3 {
                for c in 0...3 {
                    compareWithModel([a, b, c], packedStrides([a, b, c], 2, order), &check)
                }
            }
        }
    }
}

private func compareWithModel(_ shape: [Int], _ byteStrides: [Int], _ check: inout Check) {
    let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: 2)
    let offsets = offsetsOfAllItems(shape: shape, byteStrides: byteStrides)
    var lowest = 0
    var highest = offsets.isEmpty ? 0 : 2
    for offset in offsets {
        lowest = min(lowest, offset)
        highest = max(highest, offset + 2)
    }
    check.that(layout.reachableBytes == lowest..<highest, "the reachable bytes are those of the outermost items")

    var isC = true
    for position in offsets.indices where offsets[position] != 2 * position { isC = false }
    check.that(layout.isCContiguous == isC, "C-contiguous means that item after item follows in C order")

    let transposed = offsetsOfAllItems(shape: shape.reversed(), byteStrides: byteStrides.reversed())
    var isF = true
    for position in transposed.indices where transposed[position] != 2 * position { isF = false }
    check.that(layout.isFContiguous == isF, "F-contiguous means that item after item follows in Fortran order")
}
