// What a Swift function gives back to Python.

import CPython
import CSwiftBufABI

/// A new Python object, on its way to Python.
///
/// - Ownership: Noncopyable: one reference, which is handed over or dropped.
/// - Threads: With the GIL.
@safe
@frozen
public struct ExtensionResult: ~Copyable {
    @usableFromInline let object: UnsafeMutableRawPointer

    private init(_ new: UnsafeMutablePointer<PyObject>?) throws(BufferError) {
        guard let new = unsafe new else { throw .pythonException }
        unsafe object = UnsafeMutableRawPointer(new)
    }

    /// None.
    public static func none() throws(BufferError) -> ExtensionResult {
        unsafe try ExtensionResult(swiftbuf_none())
    }

    /// An int.
    public static func int(_ value: Int) throws(BufferError) -> ExtensionResult {
        unsafe try ExtensionResult(PyLong_FromSsize_t(value))
    }

    /// A float.
    public static func double(_ value: Double) throws(BufferError) -> ExtensionResult {
        unsafe try ExtensionResult(PyFloat_FromDouble(value))
    }

    /// A bool.
    public static func bool(_ value: Bool) throws(BufferError) -> ExtensionResult {
        unsafe try ExtensionResult(PyBool_FromLong(value ? 1 : 0))
    }

    /// A `swiftbuf.Buffer` over the memory of a ``SharedBuffer``: not a copy.
    ///
    /// - Throws: ``BufferError/taken`` if the memory was taken back; `pythonException` if there is no room for the object.
    public static func buffer<Element>(_ buffer: SharedBuffer<Element>) throws(BufferError) -> ExtensionResult {
        unsafe try ExtensionResult(buffer.newPythonBuffer().assumingMemoryBound(to: PyObject.self))
    }

    /// Hands the reference to the caller.
    @unsafe
    consuming func relinquish() -> UnsafeMutableRawPointer {
        let object = unsafe object
        discard self
        return unsafe object
    }

    deinit {
        // SAFETY: this value owns one reference, and the GIL is held by its contract.
        unsafe swiftbuf_drop_reference(object.assumingMemoryBound(to: PyObject.self))
    }
}
