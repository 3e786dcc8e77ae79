// The items of a Buffer or of another exporter, as the core's kernels take them: where they lie, for the duration of one call.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Where items lie, in dimensions that somebody else keeps in place.
@unsafe
struct ItemsOperand {
    /// Element [0, …, 0].
    var buf: UnsafeMutableRawPointer
    var rank: Int
    var shape: UnsafeMutablePointer<Int>?
    var strides: UnsafeMutablePointer<Int>?
    /// nil if no items are reached through pointers.
    var suboffsets: UnsafeMutablePointer<Int>?
    var itemByteCount: Int

    /// The items of a Buffer that is not released, and stays as it is while this is used.
    init(_ export: ExportBlock) {
        unsafe buf = export.pointer.pointee.buf.unsafelyUnwrapped
        unsafe rank = export.rank
        unsafe shape = export.pointer.pointee.shape
        unsafe strides = export.pointer.pointee.strides
        unsafe suboffsets = export.pointer.pointee.suboffsets
        unsafe itemByteCount = export.itemByteCount
    }

    /// Items whose dimensions stand in some room.
    init(
        at buf: UnsafeMutableRawPointer, rank: Int, in room: DimensionsRoom, indirect: Bool, itemByteCount: Int
    ) {
        unsafe self.buf = buf
        unsafe self.rank = rank
        unsafe shape = room.shape
        unsafe strides = room.strides
        unsafe suboffsets = indirect ? room.suboffsets : nil
        unsafe self.itemByteCount = itemByteCount
    }

    /// Lends the items to a kernel.
    @inline(__always)
    func withItems<Result>(_ body: (borrowing Items) -> Result) -> Result {
        // SAFETY: by the initialisers the arrays have `rank` items and stay as they are; the memory is there by the export or the
        // Py_buffer that the caller holds.
        let layout = unsafe Layout(
            shape: Span(_unsafeElements: UnsafeBufferPointer(start: shape, count: rank)),
            byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: strides, count: rank)), itemByteCount: itemByteCount)
        let behind = unsafe Span<Int>(
            _unsafeElements: UnsafeBufferPointer(start: suboffsets, count: suboffsets == nil ? 0 : rank))
        return unsafe body(Items(at: buf, layout: layout, suboffsets: behind))
    }

    /// Whether others have as many items along each dimension.
    func hasShape(of other: ItemsOperand) -> Bool {
        guard unsafe rank == other.rank else { return false }
        for axis in unsafe 0..<rank where unsafe shape.unsafelyUnwrapped[axis] != other.shape.unsafelyUnwrapped[axis] {
            return false
        }
        return true
    }

    /// Whether there is no item at all.
    var isEmpty: Bool {
        for axis in unsafe 0..<rank where unsafe shape.unsafelyUnwrapped[axis] == 0 { return true }
        return false
    }

    /// A part of each item, some bytes behind its start.
    ///
    /// - Parameter room: For suboffsets, of which the last leads to another place.
    func part(at byteOffset: Int, byteCount: Int, in room: DimensionsRoom) -> ItemsOperand {
        var part = unsafe self
        unsafe part.itemByteCount = byteCount
        if let suboffsets = unsafe suboffsets {
            unsafe room.suboffsets.update(from: suboffsets, count: rank)
            unsafe part.suboffsets = room.suboffsets
            for step in unsafe 0..<rank where unsafe suboffsets[rank - 1 - step] >= 0 {
                // A sum that overflows says nothing of memory; neither does what the exporter said, which nobody can know.
                unsafe room.suboffsets[rank - 1 - step] &+= byteOffset
                return unsafe part
            }
        }
        unsafe part.buf += byteOffset
        return unsafe part
    }

    /// As many items as these, all of them at one address.
    func repeating(_ address: UnsafeMutableRawPointer, byteCount: Int, in room: DimensionsRoom) -> ItemsOperand {
        var repeated = unsafe self
        unsafe room.strides.update(repeating: 0, count: rank)
        unsafe repeated.buf = address
        unsafe repeated.strides = room.strides
        unsafe repeated.suboffsets = nil
        unsafe repeated.itemByteCount = byteCount
        return unsafe repeated
    }

    /// The packed length of the items, which is known to fit.
    var byteCount: Int {
        var total = unsafe itemByteCount
        for axis in unsafe 0..<rank { total = unsafe total &* shape.unsafelyUnwrapped[axis] }
        return total
    }
}

/// Room for the dimensions of an operand that is described for one call: for ``Layout/maximumRank`` of them.
@unsafe
struct DimensionsRoom {
    let shape: UnsafeMutablePointer<Int>
    let strides: UnsafeMutablePointer<Int>
    let suboffsets: UnsafeMutablePointer<Int>
}

/// Lends uninitialised room for dimensions.
@inline(__always)
func withDimensionsRoom<Result, Failure: Error>(
    _ body: (DimensionsRoom) throws(Failure) -> Result
) throws(Failure) -> Result {
    // Each is half as large as what is still put on the stack.
    let rank = Layout.maximumRank
    return try unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: rank) { (shape) throws(Failure) -> Result in
        try unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: rank) { (strides) throws(Failure) -> Result in
            try unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: rank) { (suboffsets) throws(Failure) -> Result in
                try unsafe body(
                    DimensionsRoom(
                        shape: shape.baseAddress.unsafelyUnwrapped, strides: strides.baseAddress.unsafelyUnwrapped,
                        suboffsets: suboffsets.baseAddress.unsafelyUnwrapped))
            }
        }
    }
}
