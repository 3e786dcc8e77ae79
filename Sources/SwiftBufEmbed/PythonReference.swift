// One reference to a Python object, dropped when it goes.

import CPython
import CSwiftBuf

/// One reference to a Python object.
///
/// - Ownership: Noncopyable: it is dropped exactly once.
/// - Threads: Made, used and dropped with the GIL: it never leaves the call of a function that has a `Python`.
@safe
struct PythonReference: ~Copyable {
    /// The object; alive as long as this value is.
    let pointer: UnsafeMutablePointer<PyObject>

    /// Takes over the new reference that a C function returned, or the exception that it set.
    @unsafe
    init(_ new: UnsafeMutablePointer<PyObject>?) throws(PythonError) {
        guard let new = unsafe new else { throw PythonError.takeRaised() }
        unsafe pointer = new
    }

    /// A Python str.
    init(_ text: String) throws(PythonError) {
        var text = text
        // SAFETY: the bytes live as long as the closure; CPython copies them.
        let new = text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe PyUnicode_DecodeUTF8(characters.baseAddress, characters.count, nil)
            }
        }
        try unsafe self.init(new)
    }

    deinit {
        // SAFETY: this value owns one reference.
        unsafe swiftbuf_drop_reference(pointer)
    }

    /// Gives the reference to the caller.
    @unsafe
    consuming func relinquish() -> UnsafeMutablePointer<PyObject> {
        let pointer = unsafe pointer
        discard self
        return unsafe pointer
    }

    /// The text of a Python str; what no Unicode text can hold, such as half a surrogate pair, is escaped with a backslash.
    ///
    /// - Throws: `TypeError` if the object is no str.
    func text() throws(PythonError) -> String {
        // SAFETY: a live object, with the GIL; the bytes stay as long as the bytes object, and are copied before it goes.
        let bytes = try unsafe PythonReference(PyUnicode_AsEncodedString(pointer, "utf-8", "backslashreplace"))
        let start = unsafe PyBytes_AsString(bytes.pointer)
        let span = unsafe UnsafeRawBufferPointer(start: start, count: PyBytes_Size(bytes.pointer))
        return unsafe String(decoding: span, as: UTF8.self)
    }

    /// The value of an attribute.
    func attribute(_ name: String) throws(PythonError) -> PythonReference {
        // SAFETY: a live object, with the GIL.
        try unsafe PythonReference(PyObject_GetAttrString(pointer, name))
    }
}
