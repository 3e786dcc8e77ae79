// Making a view: a new Buffer over memory that another Buffer has already. No byte moves.
//
// A view counts as one export of the memory, so that nothing moves while it lives, and that keeps the storage: a Buffer that goes
// leaves its reference to the views (`letGo`; in a free-threaded CPython each view has one of its own). It refers to no Buffer, so chains of views are never deeper than one. What the memory belongs to on Python's side
// (`base`) is the view's too.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Makes a view of a Buffer.
///
/// The Buffer is pinned meanwhile: allocating an object may run the garbage collector, and so Python code.
///
/// - Parameters:
///   - pin: The Buffer.
///   - rank: Dimensions of the view.
///   - formatByteCount: Bytes of the view's format, the NUL included.
///   - indirect: Whether the view may need suboffsets.
///   - traits: What is so of the view beside its layout, and beside what is so of the Buffer.
///   - describe: Writes `buf`, shape, strides, suboffsets and format of the target. Runs no Python code.
/// - Returns: A new reference, tracked; or nil with an exception set.
@inline(__always)
func makeView(
    of pin: PinnedBuffer, rank: Int, formatByteCount: Int, indirect: Bool, adding traits: Traits = [],
    describe: (_ source: ExportBlock, _ target: ExportBlock) throws(ExceptionIsSet) -> Void
) -> NewReference {
    // SAFETY: the pin keeps fields and storage as they are. The new object is nobody else's until it is returned.
    let source = pin.export
    let object = unsafe pin.object
    guard let view = unsafe swiftbuf_object_new(swiftbuf_type_of(object), swiftbuf_base_of(object)) else { return nil }
    let new = unsafe BufferHandle(view)
    let target = unsafe new.exclusive
    do throws(ExceptionIsSet) {
        try target.reserve(rank: rank, formatByteCount: formatByteCount, indirect: indirect)
        try describe(source, target)
        target.dropNeedlessSuboffsets()
        try target.settleByteCount()
    } catch {
        unsafe swiftbuf_drop_reference(view)
        return nil
    }
    target.settleTraits(source.traits.intersection(.readonly).union(traits).union(.view))
    let storage = unsafe source.pointer.pointee.storage.unsafelyUnwrapped
    unsafe target.pointer.pointee.storage = storage
    if isFreeThreaded {
        unsafe swiftbuf_storage_retain(storage)
        unsafe swiftbuf_exports_add(&storage.pointee.exports, 1)
    } else {
        unsafe storage.pointee.exports &+= 1
    }
    unsafe PyObject_GC_Track(view)
    return unsafe view
}

/// Makes a view of all items of a Buffer, in their own order.
func makeView(ofAll pin: PinnedBuffer, adding traits: Traits = []) -> NewReference {
    let export = pin.export
    return unsafe makeView(
        of: pin, rank: export.rank, formatByteCount: export.formatByteCount, indirect: export.isIndirect, adding: traits
    ) { (source, target) throws(ExceptionIsSet) in
        target.copyItemFormat(from: source)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        for axis in 0..<source.rank {
            target.copyDimension(axis, from: source, axis: axis)
        }
    }
}

extension ExportBlock {
    /// Whether items are reached through pointers.
    @inline(__always)
    var isIndirect: Bool { unsafe pointer.pointee.suboffsets != nil }

    /// Takes over one dimension of another block.
    @inline(__always)
    func copyDimension(_ target: Int, from source: ExportBlock, axis: Int) {
        // SAFETY: both blocks have these dimensions, by the caller's `reserve`.
        unsafe pointer.pointee.shape.unsafelyUnwrapped[target] = source.pointer.pointee.shape.unsafelyUnwrapped[axis]
        unsafe pointer.pointee.strides.unsafelyUnwrapped[target] = source.pointer.pointee.strides.unsafelyUnwrapped[axis]
        if let suboffsets = unsafe pointer.pointee.suboffsets {
            unsafe suboffsets[target] = unsafe source.pointer.pointee.suboffsets?[axis] ?? -1
        }
    }

    /// Forgets suboffsets of which none leads through a pointer.
    @inline(__always)
    fileprivate func dropNeedlessSuboffsets() {
        guard let suboffsets = unsafe pointer.pointee.suboffsets else { return }
        for axis in 0..<rank where unsafe suboffsets[axis] >= 0 { return }
        unsafe pointer.pointee.suboffsets = nil
    }

    /// Works out the packed length of the shape.
    ///
    /// - Throws: With `ValueError` set if no Int can count it, as that of a broadcast shape.
    @inline(__always)
    fileprivate func settleByteCount() throws(ExceptionIsSet) {
        if let rowByteCount {
            byteCount = rowByteCount
            return
        }
        // SAFETY: the block's own shape, which nobody changes meanwhile.
        do throws(LayoutError) {
            byteCount = try Layout.byteCount(
                shape: unsafe Span(_unsafeElements: UnsafeBufferPointer(shape)), itemByteCount: itemByteCount)
        } catch {
            raise(error, from: .view)
            throw ExceptionIsSet()
        }
    }
}
