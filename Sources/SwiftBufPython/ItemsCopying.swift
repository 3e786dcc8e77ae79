// Copying items into others of the same format, whatever the strides: broadcast, and right if source and target overlap.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Copies items, as often as the target's shape wants them.
///
/// Overlapping source and target give the result of a copy made first; one is made only where no direction of copying does.
///
/// - Parameters:
///   - source: Any shape that broadcasts to the target's, by NumPy's rules.
///   - target: Writable; both stay in place, whatever other threads do.
///   - room: For the source's dimensions, aligned with the target's.
/// - Throws: With `ValueError` set for shapes that do not fit, `MemoryError` for a copy that has no room; then nothing was written. Or what a
///   signal's handler raised; then a part was.
func copy(
    _ source: ItemsOperand, into target: ItemsOperand, aligning room: DimensionsRoom
) throws(ExceptionIsSet) {
    if unsafe moveRun(source, into: target) { return }
    let aligned = try unsafe source.aligned(with: target, in: room)
    let byteCount = unsafe target.byteCount
    if byteCount == 0 { return }
    let overlap = unsafe aligned.withItems { items in unsafe target.withItems { items.overlap(with: $0) } }
    switch overlap {
    case .none:
        try withoutGIL(forByteCount: byteCount) { (interruption: inout Interruption) in
            unsafe aligned.withItems { items in unsafe target.withItems { items.copy(to: $0, &interruption) } }
        }
    case .forward, .backward:
        try withoutGIL(forByteCount: byteCount) { (interruption: inout Interruption) in
            unsafe aligned.withItems { items in unsafe target.withItems { items.move(to: $0, overlap: overlap, &interruption) } }
        }
    case .needsTemporary:
        try unsafe copyByTemporary(source, into: target, aligning: room)
    }
}

/// Copies one packed row onto another of the same length, as most assignments are.
///
/// - Returns: False, with nothing done, for all others.
@inline(__always)
private func moveRun(_ source: ItemsOperand, into target: ItemsOperand) -> Bool {
    guard
        unsafe source.isPackedRow && target.isPackedRow && source.shape.unsafelyUnwrapped[0] == target.shape.unsafelyUnwrapped[0]
    else { return false }
    let byteCount = unsafe source.byteCount
    // Longer than a piece of work: in pieces.
    if byteCount > Interruption.pieceCost { return false }
    withoutGIL(forByteCount: byteCount) {
        // As if the source were copied first, wherever they overlap.
        unsafe target.buf.copyMemory(from: source.buf, byteCount: byteCount)
    }
    return true
}

/// Copies the source first, as it is before it is repeated, and then from there.
@inline(never)
private func copyByTemporary(
    _ source: ItemsOperand, into target: ItemsOperand, aligning room: DimensionsRoom
) throws(ExceptionIsSet) {
    let byteCount = unsafe source.byteCount
    guard let memory = unsafe swiftbuf_memory_allocate(byteCount, 0) else {
        unsafe PyErr_NoMemory()
        throw ExceptionIsSet()
    }
    defer { unsafe swiftbuf_memory_free(memory, byteCount) }
    try unsafe withDimensionsRoom { (packedRoom) throws(ExceptionIsSet) in
        let packed = unsafe source.packed(at: memory, order: .c, in: packedRoom)
        let aligned = try unsafe packed.aligned(with: target, in: room)
        try unsafe withoutGIL(forByteCount: target.byteCount) { (interruption: inout Interruption) in
            unsafe source.withItems { items in unsafe packed.withItems { items.copy(to: $0, &interruption) } }
            if interruption.hasEnded { return }
            unsafe aligned.withItems { items in unsafe target.withItems { items.copy(to: $0, &interruption) } }
        }
    }
}

extension ItemsOperand {
    /// Whether the items are one packed dimension.
    @inline(__always)
    fileprivate var isPackedRow: Bool {
        unsafe rank == 1 && strides.unsafelyUnwrapped[0] == itemByteCount && suboffsets == nil
    }

    /// The same items with the dimensions of others: new ones in front, and those of one item repeated.
    ///
    /// - Throws: With `ValueError` set if the shape does not broadcast to the other's.
    fileprivate func aligned(with target: ItemsOperand, in room: DimensionsRoom) throws(ExceptionIsSet) -> ItemsOperand {
        // Dimensions in front that the target has not may be there if they have one item, and no pointer behind them.
        var dropped = 0
        while unsafe rank - dropped > target.rank {
            guard unsafe shape.unsafelyUnwrapped[dropped] == 1 && (suboffsets?[dropped] ?? -1) < 0 else {
                unsafe raise(
                    .valueError, "assignment: %lld dimensions were given but the target has %lld", rank, target.rank)
                throw ExceptionIsSet()
            }
            dropped += 1
        }
        let added = unsafe target.rank - (rank - dropped)
        for axis in unsafe 0..<target.rank {
            let wanted = unsafe target.shape.unsafelyUnwrapped[axis]
            unsafe room.shape[axis] = wanted
            unsafe room.strides[axis] = 0
            unsafe room.suboffsets[axis] = -1
            if axis < added { continue }
            let own = dropped + axis - added
            let count = unsafe shape.unsafelyUnwrapped[own]
            guard count == wanted || count == 1 else {
                raise(
                    .valueError, "assignment: dimension %lld was given with %lld items but the target has %lld", own, count,
                    wanted)
                throw ExceptionIsSet()
            }
            if count == wanted { unsafe room.strides[axis] = strides.unsafelyUnwrapped[own] }
            if let suboffsets = unsafe suboffsets { unsafe room.suboffsets[axis] = suboffsets[own] }
        }
        return unsafe ItemsOperand(
            at: buf, rank: target.rank, in: room, indirect: suboffsets != nil, itemByteCount: itemByteCount)
    }

    /// Packed memory for items of this shape.
    func packed(at memory: UnsafeMutableRawPointer, order: Order, in room: DimensionsRoom) -> ItemsOperand {
        // SAFETY: the shape is that of items that are there, so no product overflows; the room is for more dimensions than there are.
        for axis in unsafe 0..<rank { unsafe room.shape[axis] = shape.unsafelyUnwrapped[axis] }
        var target = unsafe MutableSpan(_unsafeStart: room.strides, count: rank)
        unsafe Layout.pack(
            &target, shape: Span(_unsafeStart: room.shape, count: rank), itemByteCount: itemByteCount, order: order)
        return unsafe ItemsOperand(at: memory, rank: rank, in: room, indirect: false, itemByteCount: itemByteCount)
    }
}
