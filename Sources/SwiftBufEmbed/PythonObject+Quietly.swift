// Looking at an object where a failure is no matter: for describing exceptions.
//
// To describe what fails on the way would fail in the same way, without end. So nothing here makes a PythonError.
// SAFETY (all of this file): live objects, with the GIL; C returns new references, or NULL with an exception set.

import CPython
import CSwiftBuf
import CSwiftBufEmbed

/// The object that a C function returned; nil, and no exception set, if there is none.
///
/// A KeyboardInterrupt that came in between is not lost: it comes again.
@unsafe
func quietly(_ new: UnsafeMutablePointer<PyObject>?) -> PythonObject? {
    if let new = unsafe new { return unsafe PythonObject(owning: new) }
    let interrupt = unsafe swiftbuf_embed_exception_class(SWIFTBUF_EMBED_KEYBOARD_INTERRUPT)
    if unsafe PyErr_ExceptionMatches(interrupt?.assumingMemoryBound(to: PyObject.self)) != 0 { PyErr_SetInterrupt() }
    PyErr_Clear()
    return nil
}

extension PythonObject {
    /// Its class.
    var type: PythonObject? { unsafe quietly(PyObject_Type(pointer)) }

    /// What `str()` makes of it.
    var quietText: String? {
        guard let text = unsafe quietly(PyObject_Str(pointer)),
            let bytes = unsafe quietly(PyUnicode_AsEncodedString(text.pointer, "utf-8", "backslashreplace"))
        else { return nil }
        // The bytes stay as long as the object, and are copied before it goes.
        let span = unsafe UnsafeRawBufferPointer(start: PyBytes_AsString(bytes.pointer), count: PyBytes_Size(bytes.pointer))
        return unsafe String(decoding: span, as: UTF8.self)
    }

    /// Its items, if it can be iterated.
    var quietItems: [PythonObject]? {
        guard let tuple = unsafe quietly(PySequence_Tuple(pointer)) else { return nil }
        return unsafe (0..<swiftbuf_tuple_size(tuple.pointer)).map { index in
            unsafe PythonObject(owning: swiftbuf_new_reference(PyTuple_GetItem(tuple.pointer, index)))
        }
    }

    /// An attribute, if it is there.
    func quietAttribute(_ name: String) -> PythonObject? {
        unsafe quietly(PyObject_GetAttrString(pointer, name))
    }

    /// An item, if it is there.
    func quietItem(_ key: String) -> PythonObject? {
        unsafe quietly(PyMapping_GetItemString(pointer, key))
    }

    /// What calling it with one argument returns.
    func quietCall(_ argument: PythonObject) -> PythonObject? {
        guard let arguments = unsafe quietly(PyTuple_New(1)) else { return nil }
        // The reference that is added is stolen; nobody else knows the tuple, so that this does not fail.
        _ = unsafe PyTuple_SetItem(arguments.pointer, 0, swiftbuf_new_reference(argument.pointer))
        return unsafe quietly(PyObject_Call(pointer, arguments.pointer, nil))
    }

    /// Whether an attribute is there, and true.
    func hasTrue(_ name: String) -> Bool {
        guard let value = quietAttribute(name) else { return false }
        let truth = unsafe PyObject_IsTrue(value.pointer)
        if truth < 0 { PyErr_Clear() }
        return truth == 1
    }
}
