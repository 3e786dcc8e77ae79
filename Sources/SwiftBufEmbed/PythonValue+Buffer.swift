// Handing memory over: a SharedBuffer as a swiftbuf.Buffer.

import CPython
public import SwiftBuf

extension PythonValue {
    /// A `swiftbuf.Buffer` over the memory of a `SharedBuffer`: not a copy.
    ///
    /// In Python it is writable, in C order, and cannot be resized, because Swift owns the memory too.
    ///
    /// - Ownership: The Python object owns the memory as well; whichever goes last gives it back. A value of this type keeps the
    ///   `SharedBuffer` until it is dropped itself.
    public static func buffer<Element>(_ buffer: SharedBuffer<Element>) -> PythonValue {
        PythonValue { () throws(PythonError) in try makeBuffer(over: buffer) }
    }
}

private func makeBuffer<Element>(over buffer: SharedBuffer<Element>) throws(PythonError) -> PythonReference {
    let object: UnsafeMutableRawPointer
    do throws(BorrowError) {
        // SAFETY: with the GIL; a new reference.
        unsafe object = try buffer.newPythonBuffer()
    } catch {
        error.raise()
        throw PythonError.takeRaised()
    }
    return try unsafe PythonReference(object.assumingMemoryBound(to: PyObject.self))
}
