// Handing memory over: a SharedBuffer as a swiftbuf.Buffer, through the C ABI that every module uses.

import CPython
import CSwiftBufABI
package import CSwiftBufStorage
import SwiftBufCore

extension SharedBuffer {
    /// A new `swiftbuf.Buffer` over this memory: not a copy.
    ///
    /// It is in C order, and cannot be resized, because Swift owns the memory too.
    ///
    /// - Returns: A new reference to a `PyObject`.
    /// - Throws: ``BufferError``: `taken` if the memory was taken back, `inUse` if it is being so, `pythonException` with a Python exception set.
    /// - Ownership: The object is one more owner of the memory.
    /// - Threads: With the GIL.
    @unsafe
    package func newPythonBuffer() throws(BufferError) -> UnsafeMutableRawPointer {
        guard let api = unsafe swiftbuf_api_find() else { throw .pythonException }
        let block = unsafe try retainedBlock()
        // The object takes a reference of its own.
        defer { unsafe swiftbuf_storage_release(block) }
        let format = Element.bufferFormat.item
        // SAFETY: with the GIL. The capsule keeps the functions and the type alive; C checks shape and format against the memory.
        let object = unsafe shape.withUnsafeBufferPointer { shape in
            unsafe UnsafeRawPointer(format.text).withMemoryRebound(to: CChar.self, capacity: format.textByteCount + 1) { text in
                unsafe api.pointee.buffer_from_storage(
                    api, block, block.pointee.base, CInt(truncatingIfNeeded: shape.count), shape.baseAddress, nil, text,
                    isReadOnly ? 1 : 0, nil)
            }
        }
        guard let object = unsafe object else { throw .pythonException }
        return UnsafeMutableRawPointer(object)
    }

    /// A reference to the storage block, unless the memory is taken back.
    ///
    /// - Ownership: The caller drops it with `swiftbuf_storage_release`.
    @unsafe
    package func retainedBlock() throws(BufferError) -> UnsafeMutablePointer<swiftbuf_storage> {
        // SAFETY: this value owns one reference, so the block is alive. take() sets MOVING and then looks at the references; here they
        // come in the other order, so that one of the two sees the other.
        unsafe swiftbuf_storage_retain(block)
        swiftbuf_storage_fence()
        if unsafe block.isMoving {
            unsafe swiftbuf_storage_release(block)
            throw refusal(.moving, wanted: .share)
        }
        return unsafe block
    }
}
