// A Python object as text. There is no `description` here, so that `object.description` is Python's own attribute.

import CPython

extension PythonObject: CustomDebugStringConvertible {
    /// What `print(object)`, `"\(object)"` and `String(describing: object)` say: what Python's `str()` makes of it; a text in angle
    /// brackets where that fails, or there is no GIL.
    ///
    /// - Threads: Any, but only with the GIL does it say what Python does.
    public var debugDescription: String {
        guard holdsGIL else { return "<a Python object, seen without the GIL>" }
        do throws(PythonError) {
            return try text()
        } catch {
            // No text is worth losing it: it comes again.
            if error.isInstance(of: "KeyboardInterrupt") { PyErr_SetInterrupt() }
            return "<a Python object whose __str__ raised \(error.typeName)>"
        }
    }

    /// What Python's `str()` makes of it.
    ///
    /// - Threads: With the GIL.
    func text() throws(PythonError) -> String {
        // SAFETY: a live object, with the GIL.
        try unsafe PythonReference(PyObject_Str(pointer)).text()
    }
}
