// The end of an export block: what it holds is let go of, and who drops the references to the storage.

import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Drops what an export block holds, and leaves it released.
///
/// Called by tp_dealloc, tp_clear and release().
@_cdecl("swiftbuf_export_clear")
func exportClear(_ pointer: UnsafeMutablePointer<swiftbuf_export>?) {
    // SAFETY: called only when no Py_buffer of this object is live, so nobody reads the block or its memory through it.
    guard let buffer = unsafe pointer.map({ unsafe BufferHandle(block: $0) }) else { return }
    let export = unsafe buffer.exclusive
    export.markReleased()
    // No pointer into the block is left behind, nor one to the memory: there is no dimension, and the text is one letter in the object.
    let block = unsafe export.pointer.pointee.block
    export.forgetDimensions()
    if let storage = unsafe export.pointer.pointee.storage {
        unsafe export.pointer.pointee.storage = nil
        unsafe letGo(of: storage, isView: export.traits.contains(.view))
    }
    unsafe ExportBlock.free(block)
}

/// Drops what a Buffer has of its storage.
///
/// With the GIL a view has no reference of its own, which would be an atomic operation for each slice: it is counted as an export,
/// and as long as exports are live the references of the Buffers that are gone are left behind for it. In a free-threaded CPython, where
/// each count is atomic, a view has its own.
@inline(__always)
private func letGo(of storage: UnsafeMutablePointer<swiftbuf_storage>, isView: Bool) {
    // SAFETY: the storage is there, by the reference of this Buffer or, with the GIL, by the one that was left for its views.
    if isFreeThreaded {
        if isView { unsafe swiftbuf_exports_add(&storage.pointee.exports, -1) }
        return unsafe swiftbuf_storage_release(storage)
    }
    if isView {
        unsafe storage.pointee.exports &-= 1
        if unsafe storage.pointee.left_behind == 0 { return }
    } else {
        unsafe storage.pointee.left_behind &+= 1
    }
    unsafe releaseWhatWasLeft(of: storage)
}

/// Drops all references that Buffers left behind, if no view is there any more.
///
/// The last export may have been a Py_buffer of another Buffer over the same storage, which looks at nothing when it is released.
@inline(__always)
func releaseWhatWasLeft(of storage: UnsafeMutablePointer<swiftbuf_storage>) {
    // SAFETY: with the GIL; the caller's Buffer has a reference, or the last one is among those that were left.
    if unsafe isFreeThreaded || storage.pointee.exports != 0 { return }
    var count = unsafe storage.pointee.left_behind
    unsafe storage.pointee.left_behind = 0
    while count > 0 {
        count &-= 1
        unsafe swiftbuf_storage_release(storage)
    }
}
