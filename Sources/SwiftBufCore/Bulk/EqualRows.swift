// Comparing one row of items with another: pieces that fit the first-level cache are brought into a common form where the two are
// not alike, and whole vectors of them are compared.
//
// A piece is read in place if its items follow each other in the machine's byte order and in that form; else it is gathered, or
// widened, into a buffer. Between pieces the comparison ends if a difference was found.

import CSwiftBufStorage

/// Two rows of items that are compared.
@unsafe
struct RowPair {
    var first: UnsafeRawPointer
    var second: UnsafeRawPointer
    var count: Int
    var firstStride: Int
    var secondStride: Int

    @inline(__always)
    mutating func advance(by items: Int) {
        // SAFETY: at most to one step behind the last item.
        unsafe first += items &* firstStride
        unsafe second += items &* secondStride
        unsafe count -= items
    }
}

/// Whether two rows are equal.
func rowsAreEqual(_ row: RowPair, _ pair: ItemPair) -> Bool {
    // SAFETY (all of this file): the caller vouches for every item of both rows, and a piece fits its buffer.
    if pair.comparison == .items {
        return unsafe itemsOneByOneAreEqual(row, pair)
    }
    let isFirstInPlace = unsafe (row.firstStride == pair.firstByteCount || row.count == 1)
    let isSecondInPlace = unsafe (row.secondStride == pair.secondByteCount || row.count == 1)
    if pair.comparison == .bytes {
        if isFirstInPlace && isSecondInPlace {
            // Equal bytes need no form and no buffer.
            return unsafe swiftbuf_bytes_are_equal(row.first, row.second, row.count &* pair.firstByteCount) != 0
        }
        if pair.firstByteCount > 32 {
            return unsafe runsAreEqual(row, byteCount: pair.firstByteCount)
        }
    }
    return unsafe piecesAreEqual(row, pair)
}

/// Compares item by item, by their bytes.
private func runsAreEqual(_ row: RowPair, byteCount: Int) -> Bool {
    var row = unsafe row
    while unsafe row.count > 0 {
        if unsafe swiftbuf_bytes_are_equal(row.first, row.second, byteCount) == 0 { return false }
        unsafe row.advance(by: 1)
    }
    return true
}

/// Compares item by item, by the function that knows every kind.
private func itemsOneByOneAreEqual(_ row: RowPair, _ pair: ItemPair) -> Bool {
    var row = unsafe row
    while unsafe row.count > 0 {
        if unsafe !itemsAreEqual(row.first, pair.firstByteCount, pair.first, row.second, pair.secondByteCount, pair.second) {
            return false
        }
        unsafe row.advance(by: 1)
    }
    return true
}

/// Compares piece by piece: with small buffers, or, if that many items repay their making, with larger ones.
private func piecesAreEqual(_ row: RowPair, _ pair: ItemPair) -> Bool {
    if unsafe row.count > 1024
        && !(row.firstStride == pair.firstByteCount && row.secondStride == pair.secondByteCount && !pair.needsBuffers)
    {
        var buffers = InlineArray<2048, UInt64>(repeating: 0)
        var span = buffers.mutableSpan
        return unsafe span.withUnsafeMutableBytes { (bytes) in
            let start = bytes.baseAddress!
            return unsafe piecesAreEqual(
                row, pair, Buffers(byteCount: 4096, start, start + 4096, start + 8192, start + 12288))
        }
    }
    return unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { (bytes) in
        let start = bytes.baseAddress!
        return unsafe piecesAreEqual(row, pair, Buffers(byteCount: 256, start, start + 256, start + 512, start + 768))
    }
}

/// Where pieces are gathered and widened: two buffers for each side.
@unsafe
private struct Buffers {
    let byteCount: Int
    let first: UnsafeMutableRawPointer
    let firstWide: UnsafeMutableRawPointer
    let second: UnsafeMutableRawPointer
    let secondWide: UnsafeMutableRawPointer

    init(
        byteCount: Int, _ first: UnsafeMutableRawPointer, _ firstWide: UnsafeMutableRawPointer, _ second: UnsafeMutableRawPointer,
        _ secondWide: UnsafeMutableRawPointer
    ) {
        unsafe self.byteCount = byteCount
        unsafe self.first = unsafe first
        unsafe self.firstWide = unsafe firstWide
        unsafe self.second = unsafe second
        unsafe self.secondWide = unsafe secondWide
    }
}

@inline(never)
private func piecesAreEqual(_ row: RowPair, _ pair: ItemPair, _ buffers: Buffers) -> Bool {
    let first = unsafe PieceReader(
        pair.first, pair.firstByteCount, stride: row.firstStride, pair, gathered: buffers.first, formed: buffers.firstWide)
    let second = unsafe PieceReader(
        pair.second, pair.secondByteCount, stride: row.secondStride, pair, gathered: buffers.second, formed: buffers.secondWide)
    // What needs no buffer is compared in longer pieces.
    let isInPlace = unsafe first.isInPlace && second.isInPlace
    let largest = max(pair.firstByteCount, pair.secondByteCount, pair.formByteCount, 1)
    let most = unsafe (isInPlace ? 8192 : buffers.byteCount) / largest
    var row = unsafe row
    while unsafe row.count > 0 {
        let count = unsafe min(row.count, most)
        let one = unsafe first.piece(at: row.first, count: count)
        let other = unsafe second.piece(at: row.second, count: count)
        if unsafe !pieceIsEqual(one, other, count, pair) { return false }
        unsafe row.advance(by: count)
    }
    return true
}

/// Brings pieces of a row into the form in which they are compared.
@unsafe
private struct PieceReader {
    let kind: ScalarKind
    let itemByteCount: Int
    let stride: Int
    let mustGather: Bool
    let mustSwap: Bool
    let form: Form
    let gathered: UnsafeMutableRawPointer
    let formed: UnsafeMutableRawPointer

    init(
        _ scalar: Scalar, _ itemByteCount: Int, stride: Int, _ pair: ItemPair, gathered: UnsafeMutableRawPointer,
        formed: UnsafeMutableRawPointer
    ) {
        unsafe kind = scalar.kind
        unsafe self.itemByteCount = itemByteCount
        unsafe self.stride = stride
        unsafe mustSwap = pair.comparison != .bytes && scalar.swapped && itemByteCount > 1
        unsafe mustGather = mustSwap || stride != itemByteCount
        unsafe form = pair.form(of: scalar.kind)
        unsafe self.gathered = gathered
        unsafe self.formed = formed
    }

    var isInPlace: Bool { unsafe !mustGather && form == .asItIs }

    func piece(at address: UnsafeRawPointer, count: Int) -> UnsafeRawPointer {
        var items = unsafe address
        if unsafe mustGather {
            unsafe copyRow(
                Row(source: address, target: gathered, count: count, sourceStride: stride, targetStride: itemByteCount),
                itemByteCount: itemByteCount, swapping: mustSwap)
            unsafe items = UnsafeRawPointer(gathered)
        }
        if unsafe form == .asItIs { return unsafe items }
        unsafe widen(items, count, kind, to: form, into: formed)
        return unsafe UnsafeRawPointer(formed)
    }
}

/// Whether two pieces in the form of their comparison are equal.
private func pieceIsEqual(_ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int, _ pair: ItemPair) -> Bool {
    let byteCount = count &* pair.formByteCount
    switch pair.comparison {
    case .bytes, .words:
        return unsafe swiftbuf_bytes_are_equal(first, second, byteCount) != 0
    case .bools:
        return unsafe differ(first, second, count, UInt8.self) { truth($0) ^ truth($1) } == 0
    case .unlikeWords:
        switch pair.formByteCount {
        case 1: return unsafe differ(first, second, count, UInt8.self) { ($0 ^ $1) | $0 & 0x80 } == 0
        case 2: return unsafe differ(first, second, count, UInt16.self) { ($0 ^ $1) | $0 & 0x8000 } == 0
        case 4: return unsafe differ(first, second, count, UInt32.self) { ($0 ^ $1) | $0 & 1 << 31 } == 0
        default: return unsafe differ(first, second, count, UInt64.self) { ($0 ^ $1) | $0 & 1 << 63 } == 0
        }
    case .halves:
        return unsafe differ(first, second, count, UInt16.self, halfDifference) == 0
    case .floats:
        return unsafe vectorsAreEqual(first, second, count, Float.self, SIMDMask<SIMD4<Int32>>(repeating: true)) {
            (same, one: SIMD4<Float>, other) in same .& (one .== other)
        }
    case .doubles:
        return unsafe vectorsAreEqual(first, second, count, Double.self, SIMDMask<SIMD2<Int64>>(repeating: true)) {
            (same, one: SIMD2<Double>, other) in same .& (one .== other)
        }
    case .wordsAndDoubles:
        return unsafe wordsEqualDoubles(first, second, count, isSigned: pair.first.kind.isSigned)
    case .doublesAndWords:
        return unsafe wordsEqualDoubles(second, first, count, isSigned: pair.second.kind.isSigned)
    case .shortsAndDoubles:
        return unsafe shortsEqualDoubles(first, second, count, pair.first.kind)
    case .doublesAndShorts:
        return unsafe shortsEqualDoubles(second, first, count, pair.second.kind)
    case .longDoubles:
        return unsafe longDoublesAreEqual(first, second, count)
    case .items:
        return false
    }
}

/// All differences of two pieces, or'ed.
@inline(__always)
private func differ<Item: BitwiseCopyable, Difference: FixedWidthInteger>(
    _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int, _: Item.Type,
    _ difference: (Item, Item) -> Difference
) -> Difference {
    var all: Difference = 0
    for index in 0..<count {
        let offset = index &* MemoryLayout<Item>.size
        all |= unsafe difference(
            first.loadUnaligned(fromByteOffset: offset, as: Item.self),
            second.loadUnaligned(fromByteOffset: offset, as: Item.self))
    }
    return all
}

/// Zero if two halves are equal numbers; no branch, so that many are compared at once.
@inline(__always)
private func halfDifference(_ first: UInt16, _ second: UInt16) -> UInt16 {
    // One behind the infinities the sum reaches the highest bit; one behind the zeros as well.
    let isNaN = (first & 0x7FFF &+ 0x03FF) >> 15
    let isNoZero = ((first | second) & 0x7FFF &+ 0x7FFF) >> 15
    return (first ^ second) & (0 &- isNoZero) | isNaN
}

/// The highest bit alone if a byte is not zero, else zero.
@inline(__always)
private func truth(_ byte: UInt8) -> UInt8 { (byte | (0 &- byte)) & 0x80 }

/// Whether all items of two pieces are equal, sixteen bytes at a time and four of these in a round.
@inline(__always)
private func vectorsAreEqual<Item: BitwiseCopyable & Equatable, Vector: BitwiseCopyable, Lane>(
    _ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int, _: Item.Type, _ allSame: SIMDMask<Lane>,
    _ compare: (SIMDMask<Lane>, Vector, Vector) -> SIMDMask<Lane>
) -> Bool {
    let byteCount = count &* MemoryLayout<Item>.size
    var offset = 0
    var (a, b, c, d) = (allSame, allSame, allSame, allSame)
    while offset <= byteCount &- 64 {
        // Of two streams that are read once, the processor fetches too little by itself.
        unsafe swiftbuf_prefetch(first + (offset &+ 1024))
        unsafe swiftbuf_prefetch(second + (offset &+ 1024))
        unsafe a = compare(a, load(first, offset), load(second, offset))
        unsafe b = compare(b, load(first, offset &+ 16), load(second, offset &+ 16))
        unsafe c = compare(c, load(first, offset &+ 32), load(second, offset &+ 32))
        unsafe d = compare(d, load(first, offset &+ 48), load(second, offset &+ 48))
        offset &+= 64
    }
    if !all((a .& b) .& (c .& d)) { return false }
    while offset < byteCount {
        let one: Item = unsafe load(first, offset)
        if unsafe one != load(second, offset) { return false }
        offset &+= MemoryLayout<Item>.size
    }
    return true
}

@inline(__always)
private func load<Item: BitwiseCopyable>(_ address: UnsafeRawPointer, _ offset: Int) -> Item {
    unsafe address.loadUnaligned(fromByteOffset: offset, as: Item.self)
}
