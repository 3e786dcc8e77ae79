// The counts that keep exported memory where it is. A pin (BufferHandle.swift) counts in the same way as a Py_buffer.
//
// With the GIL they are plain numbers. In a free-threaded CPython they are atomic, and a Buffer's own word says besides whether the
// Buffer is being changed (swiftbuf_exports.h): `isFreeThreaded` is a constant, so that each build has one of the two alone.

import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Whether this is compiled for a free-threaded CPython.
@inline(__always)
var isFreeThreaded: Bool { SWIFTBUF_FREE_THREADED != 0 }

extension ExportBlock {
    /// Counts one more user of this object's fields and of the memory: a Py_buffer, or an operation without the GIL.
    ///
    /// - Precondition: The object is not released. With the GIL, or in the object's critical section.
    @inline(__always)
    func countExport() {
        if isFreeThreaded { return countExportAtomically() }
        // SAFETY: an object that is not released owns a reference to its storage.
        exports &+= 1
        unsafe pointer.pointee.storage.unsafelyUnwrapped.pointee.exports &+= 1
    }

    /// Ends what ``countExport()`` counted.
    ///
    /// The object cannot be released meanwhile, so its storage is still there.
    @inline(__always)
    func uncountExport() {
        if isFreeThreaded {
            // SAFETY: the Buffer's own count, which is still there, keeps its storage.
            unsafe swiftbuf_exports_add(&pointer.pointee.storage.unsafelyUnwrapped.pointee.exports, -1)
            unsafe swiftbuf_exports_end(exportsWord)
            return
        }
        exports &-= 1
        unsafe pointer.pointee.storage.unsafelyUnwrapped.pointee.exports &-= 1
    }

    // --- a free-threaded CPython ---

    private func countExportAtomically() {
        unsafe swiftbuf_begin_export(pointer)
        countExportOfStorage()
    }

    /// Counts in the storage what is counted in this object already.
    @inline(__always)
    func countExportOfStorage() {
        // SAFETY: as long as this object's word is not zero, nobody takes its storage away.
        unsafe swiftbuf_exports_add(&pointer.pointee.storage.unsafelyUnwrapped.pointee.exports, 1)
    }

    /// The word that counts this object's exports.
    @inline(__always)
    var exportsWord: UnsafeMutablePointer<Int64> {
        // SAFETY: a field of the block, at the offset that C gives.
        unsafe (UnsafeMutableRawPointer(pointer) + Int(SWIFTBUF_EXPORT_EXPORTS_OFFSET)).assumingMemoryBound(to: Int64.self)
    }

    /// Lets no export of this object begin until ``openExports()``: what a Py_buffer points to is about to change.
    ///
    /// - Returns: False if some are live; then there is nothing to open.
    /// - Precondition: With the GIL, or in the object's critical section; nothing of Python's is called before it is opened again.
    @inline(__always)
    func closeExports() -> Bool {
        if isFreeThreaded { return unsafe swiftbuf_exports_close(exportsWord) != 0 }
        return exports == 0
    }

    /// Lets exports begin again.
    @inline(__always)
    func openExports() {
        if isFreeThreaded { unsafe swiftbuf_exports_open(exportsWord) }
    }
}
