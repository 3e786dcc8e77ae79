// flush(): what was written to a mapped file's memory, written to the file.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `b.flush()`.
@_cdecl("swiftbuf_buffer_flush")
func bufferFlush(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { (pin) throws(ExceptionIsSet) in
        // SAFETY: not released, so the storage is there; it stays, because the Buffer is pinned while other threads run.
        let storage = unsafe pin.export.pointer.pointee.storage!
        guard unsafe storage.isMappedFile else {
            raise(.valueError, "flush: a mapped file was asked to be written but this memory is no mapped file")
            throw ExceptionIsSet()
        }
        while true {
            let state = unsafe PyEval_SaveThread()
            do throws(MappingError) {
                try unsafe storage.flush()
                unsafe PyEval_RestoreThread(state)
                return unsafe swiftbuf_none()
            } catch {
                unsafe PyEval_RestoreThread(state)
                guard case .system(let number) = error else { throw ExceptionIsSet() }
                try raiseUnlessInterrupted(number, filename: nil)
            }
        }
    }
}
