// The counts that keep exported memory where it is.

import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

extension ExportBlock {
    /// Counts one more user of this object's fields and of the memory: a Py_buffer, or an operation without the GIL.
    ///
    /// - Precondition: The object is not released. With the GIL.
    @inline(__always)
    func countExport() {
        // SAFETY: an object that is not released owns a reference to its storage.
        exports &+= 1
        unsafe pointer.pointee.storage.unsafelyUnwrapped.pointee.exports &+= 1
    }

    /// Keeps fields and memory where they are while `body` runs code that may do anything to the object.
    ///
    /// - Precondition: The object is not released. With the GIL.
    @inline(__always)
    func pinned<Result>(_ body: () -> Result) -> Result {
        countExport()
        defer { uncountExport() }
        return body()
    }

    /// Ends what ``countExport()`` counted.
    ///
    /// The object cannot be released meanwhile, so its storage is still there.
    @inline(__always)
    func uncountExport() {
        exports &-= 1
        unsafe pointer.pointee.storage.unsafelyUnwrapped.pointee.exports &-= 1
    }
}
