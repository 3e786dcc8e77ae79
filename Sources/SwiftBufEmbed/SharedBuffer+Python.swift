// Handing memory over: a SharedBuffer as a swiftbuf.Buffer.

import CPython
public import SwiftBuf

extension SharedBuffer: ConvertibleToPython {
    /// A `swiftbuf.Buffer` over the memory: not a copy.
    ///
    /// In Python it is in C order, writable unless this is read-only, and cannot be resized, because Swift owns the memory too.
    ///
    /// - Throws: `BufferError` if the memory was taken back; ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Ownership: The Python object owns the memory as well; whichever goes last gives it back.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        do {
            // SAFETY: with the GIL; a new reference.
            return try unsafe PythonObject(owning: newPythonBuffer().assumingMemoryBound(to: PyObject.self))
        } catch {
            throw whatWasRaised(error)
        }
    }
}
