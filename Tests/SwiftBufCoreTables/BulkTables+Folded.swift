// Many dimensions of few items, and rows of few items: copied and compared as by a loop over single bytes.

import SwiftBufCore

private let shapes: [[Int]] = [
    [2, 2, 2, 2, 2, 2, 2, 2, 2, 2], [3, 3, 3, 3, 3, 3], [130, 3], [3, 130], [3, 130, 2], [67, 15], [5, 41, 5],
    [2, 70, 3, 2], [7, 2, 9, 2, 3],
    [200, 1, 7], [65, 65], [2, 300], [16, 4, 16], [63, 64],
]

func foldedFacts(_ check: inout Check) {
    for shape in shapes {
        for itemByteCount in [1, 2, 3, 4, 8, 16, 20, 70] {
            let packed = packedStrides(shape, itemByteCount, .c)
            let orders = [
                packed, packedStrides(shape, itemByteCount, .fortran), packed.map { 2 * $0 }, packed.map { -$0 },
                shuffled(shape, itemByteCount, gap: 0), shuffled(shape, itemByteCount, gap: 3),
                packed.enumerated().map { $0.offset == shape.count - 1 ? 0 : $0.element },
            ]
            for (index, strides) in orders.enumerated() {
                for targetStrides in orders.dropLast() {
                    let source = View(shape: shape, byteStrides: strides, itemByteCount: itemByteCount, margin: index % 2)
                    let target = View(shape: shape, byteStrides: targetStrides, itemByteCount: itemByteCount, margin: 1)
                    compareCopy(source, target, &check)
                    if itemByteCount % 4 == 0 && itemByteCount <= 16 { compareCopy(source, target, swapping: 4, &check) }
                    compareEquality(source, target, &check)
                }
            }
        }
    }
}

/// Strides with the dimensions in another order in memory, and a gap behind each item.
private func shuffled(_ shape: [Int], _ itemByteCount: Int, gap: Int) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = itemByteCount + gap
    let axes = shape.indices.filter { $0 % 2 == 1 } + shape.indices.filter { $0 % 2 == 0 }
    for axis in axes {
        strides[axis] = stride
        stride *= shape[axis]
    }
    return strides
}

/// A copy is equal to what was copied, and to nothing else: a byte of any item makes a difference.
private func compareEquality(_ source: View, _ target: View, _ check: inout Check) {
    var memory = numberedBytes(source.end + 1)
    var result = [UInt8](repeating: 0xEE, count: target.end + 33)
    naiveCopy(source, memory, to: target, in: &result)
    check.that(areEqual(source, &memory, target, &result), "a copy is equal to what was copied", source.itemByteCount)
    let places = target.places
    let step = max(places.count / 5, 1)
    for index in stride(from: 0, to: places.count, by: step) + [places.count - 1] {
        let byte = places[index] + index % target.itemByteCount
        result[byte] ^= 1
        check.that(
            !areEqual(source, &memory, target, &result), "a byte of any item makes a difference", index)
        result[byte] ^= 1
    }
}

private func areEqual(_ source: View, _ memory: inout [UInt8], _ target: View, _ result: inout [UInt8]) -> Bool {
    let sourceLayout = Layout(
        shape: source.shape.span, byteStrides: source.byteStrides.span, itemByteCount: source.itemByteCount)
    let targetLayout = Layout(
        shape: target.shape.span, byteStrides: target.byteStrides.span, itemByteCount: target.itemByteCount)
    return unsafe memory.withUnsafeMutableBytes { (memory) in
        unsafe result.withUnsafeMutableBytes { (result) in
            let source = unsafe Items(at: memory.baseAddress! + source.first, layout: sourceLayout, suboffsets: Span())
            let target = unsafe Items(at: result.baseAddress! + target.first, layout: targetLayout, suboffsets: Span())
            return source.equals(target, kind: .bytes, swapped: false, otherKind: .bytes, otherSwapped: false)
        }
    }
}
