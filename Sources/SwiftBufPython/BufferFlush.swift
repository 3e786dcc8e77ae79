// flush(): what was written to a mapped file's memory, written to the file.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `b.flush()`.
@_cdecl("swiftbuf_buffer_flush")
func bufferFlush(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return nil }
    // SAFETY: not released, so the storage is there; it stays, because an export is counted while other threads run.
    let storage = unsafe export.pointer.pointee.storage!
    guard unsafe storage.isMappedFile else {
        raise(.valueError, "flush: a mapped file was asked to be written but this memory is no mapped file")
        return nil
    }
    export.countExport()
    defer { export.uncountExport() }
    while true {
        let state = unsafe PyEval_SaveThread()
        do throws(MappingError) {
            try unsafe storage.flush()
            unsafe PyEval_RestoreThread(state)
            return unsafe swiftbuf_none()
        } catch {
            unsafe PyEval_RestoreThread(state)
            guard case .system(let number) = error, (try? raiseUnlessInterrupted(number, filename: nil)) != nil else {
                return nil
            }
        }
    }
}
