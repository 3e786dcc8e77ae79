// Handing memory over: a SharedBuffer as a swiftbuf.Buffer, through the C ABI that every extension uses.

import CPython
import CSwiftBuf
import CSwiftBufStorage
public import SwiftBuf

extension SharedBuffer: PythonConvertible {
    /// A `swiftbuf.Buffer` over the memory: not a copy.
    ///
    /// In Python it is writable, in C order, and cannot be resized, because Swift owns the memory too.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Ownership: The Python object owns the memory as well; whichever goes last gives it back.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try PythonObject(makeBuffer(over: self))
    }
}

private func makeBuffer<Element>(over buffer: SharedBuffer<Element>) throws(PythonError) -> PythonReference {
    // SAFETY: with the GIL. The capsule keeps the functions and the type alive; C checks shape and format against the memory and
    // takes its own reference to the block; ours is dropped at the end.
    guard let capsule = unsafe PyCapsule_Import(SWIFTBUF_API_CAPSULE, 0) else { throw PythonError.takeRaised() }
    let api = unsafe UnsafePointer(capsule.assumingMemoryBound(to: swiftbuf_api.self))
    let block = unsafe buffer.retainedBlock()
    defer { unsafe swiftbuf_storage_release(block) }
    let format = Element.bufferFormat.text
    let object = unsafe buffer.shape.withUnsafeBufferPointer { shape in
        unsafe UnsafeRawPointer(format.utf8Start).withMemoryRebound(to: CChar.self, capacity: format.utf8CodeUnitCount + 1) {
            text in
            unsafe api.pointee.buffer_from_storage(
                api, block, block.pointee.base, CInt(shape.count), shape.baseAddress, nil, text, 0, nil)
        }
    }
    return try unsafe PythonReference(object)
}
