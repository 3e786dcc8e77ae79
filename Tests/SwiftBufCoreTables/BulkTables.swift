// Copying and filling the items of any view, held against a loop over single bytes.

import SwiftBufCore

/// States the facts about copying, filling, moving and comparing many items.
public func bulkTables(_ check: inout Check) {
    copyItemsFacts(&check)
    largeCopyFacts(&check)
    fillItemsFacts(&check)
    indirectFacts(&check)
    overlapFacts(&check)
    equalityFacts(&check)
    searchingFacts(&check)
    foldedFacts(&check)
    interruptionFacts(&check)
}

private let itemSizes = [1, 2, 3, 4, 5, 8, 16, 24]

/// A view into an array: where its first item stands, and its layout.
struct View {
    var first: Int
    var shape: [Int]
    var byteStrides: [Int]
    var itemByteCount: Int

    /// How many bytes of memory the view needs from byte 0 on, if `first` is as low as it can be behind `margin` bytes.
    init(shape: [Int], byteStrides: [Int], itemByteCount: Int, margin: Int) {
        self.shape = shape
        self.byteStrides = byteStrides
        self.itemByteCount = itemByteCount
        first = margin
        for axis in shape.indices where byteStrides[axis] < 0 && shape[axis] > 0 {
            first -= (shape[axis] - 1) * byteStrides[axis]
        }
    }

    /// One behind the last byte that an item has.
    var end: Int {
        if shape.contains(0) { return first }
        var end = first + itemByteCount
        for axis in shape.indices where byteStrides[axis] > 0 { end += (shape[axis] - 1) * byteStrides[axis] }
        return end
    }

    /// The first byte of each item, in C order.
    var places: [Int] { offsetsOfAllItems(shape: shape, byteStrides: byteStrides).map { first + $0 } }
}

/// Bytes that differ from their neighbours.
func numberedBytes(_ count: Int, seed: Int = 3) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for offset in 0..<count { bytes.append(UInt8(truncatingIfNeeded: offset &* 7 &+ offset >> 8 &* 13 &+ seed)) }
    return bytes
}

/// The items of `source` in `memory` copied to the places of `target` in `result`, byte after byte.
func naiveCopy(_ source: View, _ memory: [UInt8], to target: View, in result: inout [UInt8], swapping unit: Int = 0) {
    let targetPlaces = target.places
    for (index, place) in source.places.enumerated() {
        for byte in 0..<source.itemByteCount {
            let from = unit > 1 ? byte / unit * unit + (unit - 1 - byte % unit) : byte
            result[targetPlaces[index] + byte] = memory[place + from]
        }
    }
}

func copyItems(_ source: View, _ memory: inout [UInt8], to target: View, in result: inout [UInt8], swapping unit: Int = 0) {
    let sourceLayout = Layout(
        shape: source.shape.span, byteStrides: source.byteStrides.span, itemByteCount: source.itemByteCount)
    let targetLayout = Layout(
        shape: target.shape.span, byteStrides: target.byteStrides.span, itemByteCount: target.itemByteCount)
    unsafe memory.withUnsafeMutableBytes { (memory) in
        unsafe result.withUnsafeMutableBytes { (result) in
            let source = unsafe Items(at: memory.baseAddress! + source.first, layout: sourceLayout, suboffsets: Span())
            let target = unsafe Items(at: result.baseAddress! + target.first, layout: targetLayout, suboffsets: Span())
            source.copy(to: target, swapping: unit)
        }
    }
}

func compareCopy(_ source: View, _ target: View, swapping unit: Int = 0, _ check: inout Check) {
    var memory = numberedBytes(source.end + 1)
    var expected = [UInt8](repeating: 0xEE, count: target.end + 33)
    var result = expected
    naiveCopy(source, memory, to: target, in: &expected, swapping: unit)
    copyItems(source, &memory, to: target, in: &result, swapping: unit)
    check.that(result == expected, "copying puts each item into its place, and no byte elsewhere", source.itemByteCount)
}

/// The strides of a shape with its dimensions in another order in memory, and `gap` bytes behind each item.
private func permutedStrides(_ shape: [Int], _ itemByteCount: Int, gap: Int, rotation: Int) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = itemByteCount + gap
    for step in shape.indices {
        let axis = (step + rotation) % shape.count
        strides[axis] = stride
        stride *= max(shape[axis], 1)
    }
    return strides
}

/// Strides that put each item into a place of its own.
private func separateStrides(_ shape: [Int], _ itemByteCount: Int) -> [[Int]] {
    let c = packedStrides(shape, itemByteCount, .c)
    var choices = [c]
    if !shape.isEmpty {
        choices.append(c.map { -$0 })
        choices.append(packedStrides(shape, itemByteCount, .fortran))
        choices.append(permutedStrides(shape, itemByteCount, gap: 1, rotation: 1))
        choices.append(c.map { $0 * 2 })
        choices.append(c.enumerated().map { $0.offset % 2 == 0 ? -$0.element : $0.element })
    }
    return choices
}

private func copyItemsFacts(_ check: inout Check) {
    let shapes = [
        [], [0], [1], [2], [7], [33], [2, 3], [3, 1], [9, 17], [0, 3], [2, 3, 4], [5, 1, 9], [4, 0, 2], [2, 3, 2, 3],
        [1, 9, 2, 8],
    ]
    for itemByteCount in itemSizes {
        for shape in shapes {
            let separate = separateStrides(shape, itemByteCount)
            var sources = separate
            if !shape.isEmpty {
                sources.append(shape.map { _ in 0 })
                sources.append(shape.indices.map { $0 == 0 ? 0 : separate[0][$0] })
                sources.append(shape.indices.map { $0 == shape.count - 1 ? 0 : separate[0][$0] })
                sources.append(shape.map { _ in 1 })
                sources.append(separate[0].map { $0 * 3 })
                sources.append(separate[0].map { $0 * -4 })
            }
            for byteStrides in sources {
                for targetStrides in separate {
                    for margin in [0, 1] {
                        let source = View(shape: shape, byteStrides: byteStrides, itemByteCount: itemByteCount, margin: margin)
                        let target = View(
                            shape: shape, byteStrides: targetStrides, itemByteCount: itemByteCount, margin: 1 - margin)
                        compareCopy(source, target, &check)
                        for unit in [2, 4, 8, 16] where itemByteCount % unit == 0 && margin == 1 {
                            compareCopy(source, target, swapping: unit, &check)
                        }
                    }
                }
            }
        }
    }
}

/// Sizes around the borders of tiles and blocks.
private func largeCopyFacts(_ check: inout Check) {
    for itemByteCount in itemSizes {
        for shape in [[15, 16], [16, 15], [17, 33], [31, 64], [65, 63], [128, 127], [66, 2], [2, 66], [300, 17]] {
            let c = packedStrides(shape, itemByteCount, .c)
            let f = packedStrides(shape, itemByteCount, .fortran)
            for (sourceStrides, targetStrides) in [
                (c, f), (f, c), (c.map { -$0 }, f), (f, [c[0], -c[1]]), (f.map { $0 * 2 }, c),
            ] {
                for margin in [0, 1, 5] {
                    let source = View(shape: shape, byteStrides: sourceStrides, itemByteCount: itemByteCount, margin: margin)
                    let target = View(shape: shape, byteStrides: targetStrides, itemByteCount: itemByteCount, margin: margin * 3)
                    compareCopy(source, target, &check)
                    if itemByteCount == 4 || itemByteCount == 16 {
                        compareCopy(source, target, swapping: itemByteCount, &check)
                    }
                }
            }
        }
        for count in [255, 256, 257, 1023, 1025, 4100] {
            for stride in [1, 2, 3, 4, 5, -1, -2] {
                let source = View(shape: [count], byteStrides: [stride * itemByteCount], itemByteCount: itemByteCount, margin: 1)
                let target = View(shape: [count], byteStrides: [itemByteCount], itemByteCount: itemByteCount, margin: 1)
                compareCopy(source, target, &check)
                compareCopy(target, source, &check)
            }
        }
    }
}

private func fillItemsFacts(_ check: inout Check) {
    for itemByteCount in itemSizes + [1000, 5000] {
        for shape in [[], [0], [1], [5], [100], [3000 / itemByteCount + 1], [7, 9], [2, 3, 4], [20000 / itemByteCount + 2]] {
            for byteStrides in separateStrides(shape, itemByteCount) {
                let view = View(shape: shape, byteStrides: byteStrides, itemByteCount: itemByteCount, margin: 1)
                var item = numberedBytes(itemByteCount)
                var expected = [UInt8](repeating: 0xEE, count: view.end + 33)
                var result = expected
                for place in view.places {
                    for byte in 0..<itemByteCount { expected[place + byte] = item[byte] }
                }
                let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
                unsafe item.withUnsafeMutableBytes { (item) in
                    unsafe result.withUnsafeMutableBytes { (result) in
                        let items = unsafe Items(at: result.baseAddress! + view.first, layout: layout, suboffsets: Span())
                        unsafe items.fill(with: UnsafeRawPointer(item.baseAddress!))
                    }
                }
                check.that(result == expected, "filling writes each item, and no byte elsewhere", itemByteCount)
            }
        }
    }
}
