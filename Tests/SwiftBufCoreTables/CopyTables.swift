// Packing and filling, held against copying byte by byte.

import SwiftBufCore

/// States the facts about copying and filling.
public func copyTables(_ check: inout Check) {
    packFacts(&check)
    fillFacts(&check)
}

private func packFacts(_ check: inout Check) {
    for itemByteCount in [1, 2, 3, 4, 5, 8, 16, 24] {
        for shape in [[], [0], [7], [3, 4], [4, 3, 2], [1, 5, 1], [2, 0, 3], [3, 1, 2, 2]] {
            let c = packedStrides(shape, itemByteCount, .c)
            let f = packedStrides(shape, itemByteCount, .fortran)
            comparePacking(shape, c, itemByteCount, &check)
            comparePacking(shape, f, itemByteCount, &check)
            comparePacking(shape, c.map { -$0 }, itemByteCount, &check)
            comparePacking(shape, f.map { $0 * 2 + 1 }, itemByteCount, &check)
            comparePacking(shape, c.map { _ in 0 }, itemByteCount, &check)
        }
    }
}

private func comparePacking(_ shape: [Int], _ byteStrides: [Int], _ itemByteCount: Int, _ check: inout Check) {
    let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
    guard let reach = layout.reachableBytes else {
        check.that(false, "the layout reaches what can be counted")
        return
    }
    // One odd byte in front, so that items stand at odd addresses.
    var source: [UInt8] = []
    for offset in 0..<(reach.count + 1) { source.append(UInt8(truncatingIfNeeded: offset &* 7 &+ 3)) }
    let first = 1 - reach.lowerBound
    var expected: [UInt8] = []
    for offset in offsetsOfAllItems(shape: shape, byteStrides: byteStrides) {
        for byte in 0..<itemByteCount { expected.append(source[first + offset + byte]) }
    }
    var packed = [UInt8](repeating: 0xEE, count: expected.count + 8)
    unsafe source.withUnsafeBytes { (source) in
        unsafe packed.withUnsafeMutableBytes { (packed) in
            unsafe layout.pack(from: source.baseAddress! + first, into: packed.baseAddress!)
        }
    }
    var isRight = true
    for position in expected.indices where packed[position] != expected[position] { isRight = false }
    for position in expected.count..<packed.count where packed[position] != 0xEE { isRight = false }
    check.that(isRight, "packing copies each item to its place in C order, and no byte behind them", itemByteCount)
}

private func fillFacts(_ check: inout Check) {
    for itemByteCount in [1, 2, 3, 8, 16, 1000, 20000] {
        for count in [1, 2, 3, 100, 5000 / itemByteCount + 1, 70000 / itemByteCount + 1] {
            var memory = [UInt8](repeating: 0, count: itemByteCount * count + 4)
            for byte in 0..<itemByteCount { memory[byte] = UInt8(truncatingIfNeeded: byte &* 5 &+ 1) | 1 }
            unsafe memory.withUnsafeMutableBytes { (bytes) in
                unsafe repeatFirstItem(in: bytes.baseAddress!, itemByteCount: itemByteCount, count: count)
            }
            var isRight = true
            for position in 0..<(itemByteCount * count)
            where memory[position] != UInt8(truncatingIfNeeded: position % itemByteCount &* 5 &+ 1) | 1 {
                isRight = false
            }
            for position in (itemByteCount * count)..<memory.count where memory[position] != 0 { isRight = false }
            check.that(isRight, "filling repeats the first item up to the end, and no byte behind it", itemByteCount)
        }
    }
}
