// Packing: copying the items of any view into packed C order.
//
// Trailing dimensions that are packed already are copied as one run; what is left is walked dimension by dimension, the innermost
// loop specialised by item width. Every access is unaligned-safe: views with items at odd addresses exist (NumPy's packed structs).

extension Layout {
    /// Copies the items of a view, packed in C order.
    ///
    /// - Parameters:
    ///   - source: Element [0, …, 0]; every byte of ``reachableBytes`` from there may be read.
    ///   - destination: Room for as many bytes as the view has packed; overlaps nothing that is read.
    /// - Complexity: Linear in the bytes.
    /// - Threads: Any; nobody may write or move either memory meanwhile.
    @unsafe
    public func pack(from source: UnsafeRawPointer, into destination: UnsafeMutableRawPointer) {
        if isEmpty { return }
        var runByteCount = itemByteCount
        var outerRank = rank
        while outerRank > 0 && (shape[outerRank - 1] == 1 || byteStrides[outerRank - 1] == runByteCount) {
            runByteCount *= shape[outerRank - 1]
            outerRank -= 1
        }
        var destination = unsafe destination
        unsafe pack(axis: 0, of: outerRank, runByteCount: runByteCount, from: source, into: &destination)
    }

    /// Copies what dimension `axis` and those behind it hold, and advances the destination.
    ///
    /// At most ``maximumRank`` calls deep.
    private func pack(
        axis: Int, of outerRank: Int, runByteCount: Int, from source: UnsafeRawPointer,
        into destination: inout UnsafeMutableRawPointer
    ) {
        // SAFETY (all of this file): the caller of `pack(from:into:)` guarantees that what the layout reaches may be read and
        // that the destination has room for the packed length; each step stays inside both.
        if axis == outerRank {
            unsafe destination.copyMemory(from: source, byteCount: runByteCount)
            unsafe destination += runByteCount
            return
        }
        let stride = byteStrides[axis]
        if axis == outerRank - 1 {
            let count = shape[axis]
            switch runByteCount {
            case 1: unsafe gather(UInt8.self, count, stride, from: source, into: &destination)
            case 2: unsafe gather(UInt16.self, count, stride, from: source, into: &destination)
            case 4: unsafe gather(UInt32.self, count, stride, from: source, into: &destination)
            case 8: unsafe gather(UInt64.self, count, stride, from: source, into: &destination)
            default:
                var source = unsafe source
                for _ in 0..<count {
                    unsafe destination.copyMemory(from: source, byteCount: runByteCount)
                    unsafe destination += runByteCount
                    unsafe source += stride
                }
            }
            return
        }
        var source = unsafe source
        for _ in 0..<shape[axis] {
            unsafe pack(axis: axis + 1, of: outerRank, runByteCount: runByteCount, from: source, into: &destination)
            unsafe source += stride
        }
    }

    /// Copies one strided row of items of a machine width.
    @inline(__always)
    private func gather<Word: BitwiseCopyable>(
        _: Word.Type, _ count: Int, _ stride: Int, from source: UnsafeRawPointer,
        into destination: inout UnsafeMutableRawPointer
    ) {
        var source = unsafe source
        for _ in 0..<count {
            unsafe destination.storeBytes(of: source.loadUnaligned(as: Word.self), as: Word.self)
            unsafe destination += MemoryLayout<Word>.size
            unsafe source += stride
        }
    }
}

/// Fills memory with copies of one item.
///
/// - Parameters:
///   - destination: The first byte of `itemByteCount * count` bytes; its first item is the pattern.
///   - itemByteCount: Bytes of one item.
///   - count: Items in all, the pattern included.
/// - Complexity: Linear in the bytes: each round doubles what is filled.
/// - Threads: Any; nobody else may use the memory meanwhile.
@unsafe
public func repeatFirstItem(in destination: UnsafeMutableRawPointer, itemByteCount: Int, count: Int) {
    // SAFETY: `filled` bytes hold the pattern, and `filled + step` never passes the end that the caller guarantees.
    let total = itemByteCount * count
    var filled = min(itemByteCount, total)
    while filled < total {
        // Blocks that stay in the first-level cache are copied from there.
        let step = min(filled, total - filled, max(itemByteCount, 16384 / itemByteCount * itemByteCount))
        unsafe (destination + filled).copyMemory(from: destination, byteCount: step)
        filled += step
    }
}
