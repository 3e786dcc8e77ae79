// Copying one row of items, by the width of the item.
//
// The loops are written so that the compiler can see constant strides: those it turns into vector code. Every item is loaded whole
// before it is stored, so that an item may be copied onto itself, or onto a place that overlaps it.

import CSwiftBufStorage

/// A machine word of which an item consists.
protocol Word: BitwiseCopyable {
    /// The word with its bytes in reverse order.
    var reversed: Self { get }
}

extension UInt8: Word {
    @inline(__always) var reversed: UInt8 { self }
}

extension UInt16: Word {
    @inline(__always) var reversed: UInt16 { byteSwapped }
}

extension UInt32: Word {
    @inline(__always) var reversed: UInt32 { byteSwapped }
}

extension UInt64: Word {
    @inline(__always) var reversed: UInt64 { byteSwapped }
}

/// Sixteen bytes.
struct WordPair: Word {
    var low: UInt64
    var high: UInt64

    @inline(__always) var reversed: WordPair { WordPair(low: high.byteSwapped, high: low.byteSwapped) }
}

/// One row: where it is, how many items, and the strides in bytes.
@unsafe
struct Row {
    var source: UnsafeRawPointer
    var target: UnsafeMutableRawPointer
    var count: Int
    var sourceStride: Int
    var targetStride: Int
}

/// Copies a row of items.
///
/// - Parameters:
///   - itemByteCount: Bytes of one item; where `swapping` is true 2, 4, 8 or 16.
///   - swapping: Whether the bytes of each item are reversed.
@inline(never)
func copyRow(_ row: Row, itemByteCount: Int, swapping: Bool) {
    unsafe copyRows(row, 1, sourceRowStride: 0, targetRowStride: 0, itemByteCount: itemByteCount, swapping: swapping)
}

/// Copies several rows of items, which may be short: what kind of row it is, is asked once.
///
/// - Parameters:
///   - row: The first row.
///   - rowCount: How many there are.
///   - sourceRowStride: Bytes from one row of the source to the next.
///   - targetRowStride: Bytes from one row of the target to the next.
///   - itemByteCount: As of ``copyRow``.
///   - swapping: As of ``copyRow``.
@inline(never)
func copyRows(
    _ row: Row, _ rowCount: Int, sourceRowStride: Int, targetRowStride: Int, itemByteCount: Int, swapping: Bool
) {
    /// Calls `copy` with each row.
    @inline(__always)
    func each(_ copy: (Row) -> Void) {
        // SAFETY: the caller vouches for all rows.
        var row = unsafe row
        for _ in 0..<rowCount {
            unsafe copy(row)
            unsafe row.source += sourceRowStride
            unsafe row.target += targetRowStride
        }
    }
    if swapping {
        switch itemByteCount {
        case 2: unsafe each { unsafe copyWords($0, UInt16.self) { $0.reversed } }
        case 4: unsafe each { unsafe copyWords($0, UInt32.self) { $0.reversed } }
        case 8: unsafe each { unsafe copyWords($0, UInt64.self) { $0.reversed } }
        default: unsafe each { unsafe copyWords($0, WordPair.self) { $0.reversed } }
        }
        return
    }
    switch itemByteCount {
    case 1: unsafe each { unsafe copyWords($0, UInt8.self) { $0 } }
    case 2: unsafe each { unsafe copyWords($0, UInt16.self) { $0 } }
    case 4: unsafe each { unsafe copyWords($0, UInt32.self) { $0 } }
    case 8: unsafe each { unsafe copyWords($0, UInt64.self) { $0 } }
    case 16: unsafe each { unsafe copyWords($0, WordPair.self) { $0 } }
    default: unsafe each { unsafe copyRuns($0, byteCount: itemByteCount) }
    }
}

/// Copies a row of words, each as `transform` makes it.
@inline(__always)
private func copyWords<W: Word>(_ row: Row, _: W.Type, _ transform: (W) -> W) {
    // SAFETY (all of this file): the caller vouches for every item of the row.
    let size = MemoryLayout<W>.size
    let source = unsafe row.source
    let target = unsafe row.target
    if unsafe row.targetStride == size {
        if unsafe row.sourceStride == 0 {
            let word = unsafe transform(source.loadUnaligned(as: W.self))
            for index in unsafe 0..<(row.count) {
                unsafe target.storeBytes(of: word, toByteOffset: index &* size, as: W.self)
            }
            return
        }
        if unsafe row.sourceStride == size {
            for index in unsafe 0..<(row.count) {
                let word = unsafe source.loadUnaligned(fromByteOffset: index &* size, as: W.self)
                unsafe target.storeBytes(of: transform(word), toByteOffset: index &* size, as: W.self)
            }
            return
        }
        if unsafe row.sourceStride == 2 * size {
            for index in unsafe 0..<(row.count) {
                let word = unsafe source.loadUnaligned(fromByteOffset: index &* (2 * size), as: W.self)
                unsafe target.storeBytes(of: transform(word), toByteOffset: index &* size, as: W.self)
            }
            return
        }
    }
    for index in unsafe 0..<(row.count) {
        let word = unsafe source.loadUnaligned(fromByteOffset: index &* row.sourceStride, as: W.self)
        unsafe target.storeBytes(of: transform(word), toByteOffset: index &* row.targetStride, as: W.self)
    }
}

/// Copies a row of items that are no machine words: short ones as two words that overlap, long ones as runs.
private func copyRuns(_ row: Row, byteCount: Int) {
    switch byteCount {
    case 3: unsafe copyEnds(row, UInt16.self, byteCount)
    case 5...7: unsafe copyEnds(row, UInt32.self, byteCount)
    case 9...15: unsafe copyEnds(row, UInt64.self, byteCount)
    case 17...32: unsafe copyEnds(row, WordPair.self, byteCount)
    default:
        for index in 0..<(unsafe row.count) {
            unsafe (row.target + index &* row.targetStride).copyMemory(
                from: row.source + index &* row.sourceStride, byteCount: byteCount)
        }
    }
}

/// Copies a row of items, each as its first and its last word, which between them hold all of its bytes.
@inline(__always)
private func copyEnds<W: Word>(_ row: Row, _: W.Type, _ byteCount: Int) {
    let end = byteCount &- MemoryLayout<W>.size
    var source = unsafe row.source
    var target = unsafe row.target
    for _ in 0..<(unsafe row.count) {
        let first = unsafe source.loadUnaligned(as: W.self)
        let last = unsafe source.loadUnaligned(fromByteOffset: end, as: W.self)
        unsafe target.storeBytes(of: first, as: W.self)
        unsafe target.storeBytes(of: last, toByteOffset: end, as: W.self)
        unsafe source += row.sourceStride
        unsafe target += row.targetStride
    }
}

/// Copies a row of items one after the other.
///
/// - Parameters: As of ``copyRow``; source and target may overlap.
@inline(never)
func moveRow(_ row: Row, itemByteCount: Int, swapping: Bool) {
    switch itemByteCount {
    case 1: unsafe moveWords(row, UInt8.self, swapping)
    case 2: unsafe moveWords(row, UInt16.self, swapping)
    case 4: unsafe moveWords(row, UInt32.self, swapping)
    case 8: unsafe moveWords(row, UInt64.self, swapping)
    case 16: unsafe moveWords(row, WordPair.self, swapping)
    default: unsafe copyRuns(row, byteCount: itemByteCount)
    }
}

@inline(__always)
private func moveWords<W: Word>(_ row: Row, _: W.Type, _ swapping: Bool) {
    for index in unsafe 0..<(row.count) {
        let word = unsafe row.source.loadUnaligned(fromByteOffset: index &* row.sourceStride, as: W.self)
        unsafe row.target.storeBytes(
            of: swapping ? word.reversed : word, toByteOffset: index &* row.targetStride, as: W.self)
    }
}

/// Copies a row of items to where they are packed, past the caches.
///
/// - Parameters: As of ``copyRow``; `targetStride` is `itemByteCount`, which divides 64.
func streamRow(_ row: Row, itemByteCount: Int, swapping: Bool) {
    var row = unsafe row
    func copyNext(_ count: Int, to target: UnsafeMutableRawPointer) {
        var piece = unsafe row
        unsafe piece.count = count
        unsafe piece.target = target
        unsafe copyRow(piece, itemByteCount: itemByteCount, swapping: swapping)
        unsafe row.source += count &* row.sourceStride
        unsafe row.target += count &* itemByteCount
        unsafe row.count -= count
    }
    let head = unsafe (64 &- Int(bitPattern: row.target) & 63) & 63
    if head % itemByteCount == 0 {
        unsafe copyNext(min(head / itemByteCount, row.count), to: row.target)
        if unsafe !swapping && row.sourceStride == 2 * itemByteCount && itemByteCount <= 8 && row.count > 0 {
            // No room between is needed, and all bytes up to the last item may be read: behind that one there may be none.
            let lines = unsafe (row.count &- 1) / (64 / itemByteCount)
            unsafe swiftbuf_stream_every_other(row.target, row.source, lines, itemByteCount)
            unsafe row.source += 128 &* lines
            unsafe row.target += 64 &* lines
            unsafe row.count -= lines &* (64 / itemByteCount)
        }
        unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { (staged) in
            let staged = staged.baseAddress!
            let perPiece = 1024 / itemByteCount
            let perLine = unsafe row.sourceStride.magnitude < 64 ? (row.sourceStride < 0 ? -64 : 64) : row.sourceStride
            let lines = unsafe row.sourceStride == 0 ? 0 : perPiece &* row.sourceStride / perLine
            while unsafe row.count >= perPiece {
                let target = unsafe row.target
                // What the next piece reads is asked for while this one is copied.
                var ahead = unsafe perPiece &* row.sourceStride
                for _ in 0..<lines {
                    unsafe swiftbuf_prefetch(row.source + ahead)
                    ahead &+= perLine
                }
                unsafe copyNext(perPiece, to: staged)
                unsafe swiftbuf_stream_lines(target, 64, staged, 16)
            }
        }
        swiftbuf_stream_end()
    }
    unsafe copyNext(row.count, to: row.target)
}
