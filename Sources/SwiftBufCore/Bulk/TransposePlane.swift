// Copying a plane whose source is packed along one dimension and whose target is packed along the other.
//
// It is cut into tiles of one cache line (64 bytes) in both directions, so that each line of the source is read once and each line
// of the target written once and whole, whatever the strides: with strides that are powers of two all lines of a column fall into
// the same few places of a cache, and none would still be there for its next item. A tile is transposed in registers into a small
// buffer, from which its lines go to the target; past the caches, if the target is too large to stay there.

import CSwiftBufStorage

/// A plane: item [row, column] is copied.
@unsafe
struct Plane {
    var source: UnsafeRawPointer
    var target: UnsafeMutableRawPointer
    var rowCount: Int
    var columnCount: Int
    var sourceRowStride: Int
    var sourceColumnStride: Int
    var targetRowStride: Int
    var targetColumnStride: Int

    /// The part of the plane from an item on.
    @inline(__always)
    func part(row: Int, column: Int, rowCount: Int, columnCount: Int) -> Plane {
        // SAFETY: the item is one of the plane, or one step behind its last while a count is zero.
        var part = unsafe self
        unsafe part.source += row &* sourceRowStride &+ column &* sourceColumnStride
        unsafe part.target += row &* targetRowStride &+ column &* targetColumnStride
        unsafe part.rowCount = rowCount
        unsafe part.columnCount = columnCount
        return unsafe part
    }

    /// One of the rows or, if they are more items, the columns.
    @inline(__always)
    func row(_ index: Int) -> Row {
        unsafe Row(
            source: source + index &* sourceRowStride, target: target + index &* targetRowStride, count: columnCount,
            sourceStride: sourceColumnStride, targetStride: targetColumnStride)
    }
}

/// From this many bytes on a target is written past the caches.
let streamingThreshold = 4 << 20

/// Copies a plane that is packed by columns in the source and by rows in the target.
///
/// - Parameters:
///   - plane: `targetColumnStride` is the item size: rows are packed in the target. In the source columns are better than rows.
///   - isLarge: Whether the whole target is so large that no cache would keep it.
func transpose(_ plane: Plane, itemByteCount: Int, swapping: Bool, isLarge: Bool) {
    if unsafe !swapping && plane.sourceRowStride == itemByteCount && plane.targetColumnStride == itemByteCount {
        switch itemByteCount {
        case 1: return unsafe transposeTiles(plane, LaneBlock16<SIMD16<UInt8>>.self, isLarge: isLarge)
        case 2: return unsafe transposeTiles(plane, LaneBlock8<SIMD8<UInt16>>.self, isLarge: isLarge)
        case 4: return unsafe transposeTiles(plane, LaneBlock4<SIMD4<UInt32>>.self, isLarge: isLarge)
        case 8: return unsafe transposeTiles(plane, LaneBlock2<SIMD2<UInt64>>.self, isLarge: isLarge)
        case 16: return unsafe transposeTiles(plane, LaneBlock1<WordPair>.self, isLarge: isLarge)
        default: break
        }
    }
    unsafe copyInBlocks(plane, itemByteCount: itemByteCount, swapping: swapping)
}

/// Copies a plane in blocks, the lines of which stay in the first-level cache until all their items were used.
private func copyInBlocks(_ plane: Plane, itemByteCount: Int, swapping: Bool) {
    // SAFETY (all of this file): parts of a plane are inside of it, and the caller vouches for the plane.
    if unsafe plane.rowCount == 0 || plane.columnCount == 0 { return }
    let side = max(8, min(32, 256 / itemByteCount))
    // A plane of few rows is cut into longer pieces of them.
    let columnSide = unsafe plane.rowCount < side ? side * side / plane.rowCount : side
    var row = 0
    while unsafe row < plane.rowCount {
        let rowCount = unsafe min(side, plane.rowCount - row)
        var column = 0
        while unsafe column < plane.columnCount {
            let block = unsafe plane.part(
                row: row, column: column, rowCount: rowCount, columnCount: min(columnSide, plane.columnCount - column))
            for index in 0..<rowCount {
                unsafe copyRow(block.row(index), itemByteCount: itemByteCount, swapping: swapping)
            }
            column += columnSide
        }
        row += side
    }
}

/// Copies a plane in tiles of 64 bytes in both directions, and the rest at its borders in blocks.
@inline(__always)
private func transposeTiles<Block: LaneBlock>(_ plane: Plane, _: Block.Type, isLarge: Bool) {
    let itemByteCount = 16 / Block.count
    let side = 64 / itemByteCount
    var firstColumn = 0
    var isStreaming = false
    if unsafe isLarge && plane.targetRowStride % 64 == 0 {
        let head = unsafe (64 - Int(bitPattern: plane.target) & 63) & 63
        if unsafe head % itemByteCount == 0 && head / itemByteCount < plane.columnCount {
            isStreaming = true
            firstColumn = head / itemByteCount
        }
    }
    let columnTiles = unsafe (plane.columnCount - firstColumn) / side
    let rowTiles = unsafe plane.rowCount / side
    let lastColumn = firstColumn + columnTiles * side
    let lastRow = rowTiles * side
    // Groups of tiles as high as the source's prefetcher and the target's address translation both like.
    let groupHeight = 2048 / itemByteCount
    // On the stack: what asks for an alignment of 64 by itself would come from the heap, and could fail.
    var room = InlineArray<136, UInt64>(repeating: 0)
    var words = room.mutableSpan
    unsafe words.withUnsafeMutableBytes { (bytes) in
        let staged = unsafe bytes.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: 64)
        var groupRow = 0
        while groupRow < lastRow {
            let groupEnd = min(lastRow, groupRow + groupHeight)
            var column = firstColumn
            while column < lastColumn {
                var row = groupRow
                while row < groupEnd {
                    let tile = unsafe plane.part(row: row, column: column, rowCount: side, columnCount: side)
                    unsafe transposeTile(tile, Block.self, through: staged, isStreaming: isStreaming)
                    row += side
                }
                column += side
            }
            groupRow = groupEnd
        }
    }
    if isStreaming { swiftbuf_stream_end() }
    unsafe copyInBlocks(
        plane.part(row: 0, column: 0, rowCount: lastRow, columnCount: firstColumn), itemByteCount: itemByteCount, swapping: false)
    unsafe copyInBlocks(
        plane.part(row: 0, column: lastColumn, rowCount: lastRow, columnCount: plane.columnCount - lastColumn),
        itemByteCount: itemByteCount, swapping: false)
    unsafe copyInBlocks(
        plane.part(row: lastRow, column: 0, rowCount: plane.rowCount - lastRow, columnCount: plane.columnCount),
        itemByteCount: itemByteCount, swapping: false)
}

/// Copies one tile, in strips of as many rows as a vector has items.
@inline(__always)
private func transposeTile<Block: LaneBlock>(
    _ tile: Plane, _: Block.Type, through staged: UnsafeMutableRawPointer, isStreaming: Bool
) {
    var strip = 0
    while strip < 4 {
        // The source is packed along the rows' dimension: a vector of it is a piece of a column of the tile.
        var part = 0
        while part < 4 {
            let source = unsafe tile.source + strip &* 16 + part &* Block.count &* tile.sourceColumnStride
            var block = unsafe Block(from: source, stride: tile.sourceColumnStride)
            var count = Block.count
            while count > 1 {
                block = block.interleaved
                count /= 2
            }
            unsafe block.store(to: staged + part &* 16)
            part += 1
        }
        let target = unsafe tile.target + strip &* Block.count &* tile.targetRowStride
        if isStreaming {
            unsafe swiftbuf_stream_lines(target, tile.targetRowStride, staged, Block.count)
        } else {
            unsafe swiftbuf_store_lines(target, tile.targetRowStride, staged, Block.count)
        }
        strip += 1
    }
}
