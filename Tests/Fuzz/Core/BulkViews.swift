// Views of small memories, as an input describes them.

import SwiftBufCore

/// The item sizes that are tried: those with loops of their own, and some between.
private let itemSizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 24, 31, 32, 33, 48]

/// The most bytes that all items of a view have together; few views are so large.
private let mostBytes = 4096
private let fewBytes = 512

/// A view into an array of bytes: where its first item stands, and its layout.
struct View {
    var first = 0
    var shape: [Int]
    var byteStrides: [Int]
    var itemByteCount: Int

    /// The lowest byte of an item and the one behind the highest, from element [0, …, 0] on.
    var reach: Range<Int> {
        if shape.contains(0) { return 0..<0 }
        var (low, high) = (0, itemByteCount)
        for axis in shape.indices {
            let reach = (shape[axis] - 1) * byteStrides[axis]
            if reach < 0 { low += reach } else { high += reach }
        }
        return low..<high
    }

    /// The first byte of each item, in C order.
    var places: [Int] { allPlaces(shape: shape, byteStrides: byteStrides).map { first + $0 } }

    /// Moves the view to where its lowest byte is `margin`; says how many bytes of memory it needs from byte 0 on.
    mutating func settle(margin: Int) -> Int {
        first = margin - reach.lowerBound
        return first + reach.upperBound
    }

    /// Lends the items, in a memory.
    func withItems<Result>(in memory: UnsafeMutableRawPointer, _ body: (borrowing Items) -> Result) -> Result {
        // SAFETY: the caller's memory has all bytes up to what `settle` said.
        let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
        return unsafe body(Items(at: memory + first, layout: layout, suboffsets: Span()))
    }
}

extension Choices {
    /// A shape of up to four dimensions; two of them can be long enough for squares of items.
    mutating func shape(itemByteCount: Int) -> [Int] {
        var shape: [Int] = []
        let size = byte()
        var room = (size >= 240 ? mostBytes : fewBytes) / itemByteCount
        for _ in 0..<size % 5 {
            let count = byte()
            let wanted = count < 200 ? count % 18 : count - 180
            shape.append(min(wanted, room))
            room /= max(shape.last!, 1)
        }
        return shape
    }

    mutating func itemByteCount() -> Int { itemSizes[below(itemSizes.count)] }

    /// Strides that put each item into a place of its own: dimensions in any order, gaps, either direction.
    mutating func separateStrides(_ shape: [Int], _ itemByteCount: Int) -> [Int] {
        var strides = [Int](repeating: 0, count: shape.count)
        let rotation = byte()
        let isReversed = flag()
        var step = itemByteCount
        for index in shape.indices {
            let rotated = (index + rotation) % shape.count
            let axis = isReversed ? rotated : shape.count - 1 - rotated
            let choice = byte()
            step += choice & 3 == 3 ? (choice >> 3) % 9 : 0
            strides[axis] = choice & 4 == 4 ? -step : step
            step *= max(shape[axis], 1)
        }
        return strides
    }

    /// Any strides: also of zero, or such that items overlap.
    mutating func anyStrides(_ shape: [Int], _ itemByteCount: Int) -> [Int] {
        var strides = separateStrides(shape, itemByteCount)
        for axis in shape.indices {
            switch below(8) {
            case 1: strides[axis] = 0
            case 2: strides[axis] = small()
            case 3: strides[axis] = small() / 8 * itemByteCount
            case 4: strides[axis] *= 2
            default: break
            }
        }
        return strides
    }

    /// Bytes that are reversed at a time: of a size that divides an item, or 0.
    mutating func swappedUnit(_ itemByteCount: Int) -> Int {
        let unit = [0, 0, 2, 4, 8, 16][below(6)]
        return unit > 0 && itemByteCount % unit == 0 ? unit : 0
    }
}

/// Bytes that differ from their neighbours.
func numberedBytes(_ count: Int, seed: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ ($0 >> 8) &* 13 &+ seed) }
}

/// Copies the items byte after byte.
func naiveCopy(_ source: View, _ memory: [UInt8], to target: View, in result: inout [UInt8], swapping unit: Int) {
    let targetPlaces = target.places
    for (index, place) in source.places.enumerated() {
        for byte in 0..<source.itemByteCount {
            let from = unit > 1 ? byte / unit * unit + (unit - 1 - byte % unit) : byte
            result[targetPlaces[index] + byte] = memory[place + from]
        }
    }
}

/// Lends two arrays as memories.
func withMemories<Result>(
    _ memory: inout [UInt8], _ other: inout [UInt8], _ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Result
) -> Result {
    unsafe memory.withUnsafeMutableBytes { (memory) in
        unsafe other.withUnsafeMutableBytes { (other) in
            unsafe body(memory.baseAddress!, other.baseAddress!)
        }
    }
}
