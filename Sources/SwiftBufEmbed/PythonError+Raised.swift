// Taking the exception that is set, and describing it.

import CPython
import CSwiftBuf

extension PythonError {
    /// Takes the exception that a failed C call has set, so that none is set afterwards.
    ///
    /// - Threads: With the GIL.
    /// - Source: CPython, `Doc/c-api/exceptions.rst` (`PyErr_Fetch`; its successor is not in the limited API of 3.11).
    static func takeRaised() -> PythonError {
        var type: UnsafeMutablePointer<PyObject>?
        var value: UnsafeMutablePointer<PyObject>?
        var traceback: UnsafeMutablePointer<PyObject>?
        // SAFETY: with the GIL. All three are new references or NULL, dropped at the end.
        unsafe PyErr_Fetch(&type, &value, &traceback)
        unsafe PyErr_NormalizeException(&type, &value, &traceback)
        defer {
            unsafe swiftbuf_drop_reference(type)
            unsafe swiftbuf_drop_reference(traceback)
        }
        guard let raised = unsafe value, let exception = try? unsafe PythonReference(raised) else {
            return PythonError(typeName: "SystemError", message: "a call failed without setting an exception", traceback: "")
        }
        if let traceback = unsafe traceback {
            _ = unsafe PyException_SetTraceback(exception.pointer, traceback)
        }
        return PythonError(exception)
    }

    /// Describes an exception.
    ///
    /// Where Python code that it runs for this fails in turn, the part is left empty.
    private init(_ exception: borrowing PythonReference) {
        typeName = (try? Self.typeName(of: exception)) ?? ""
        message = (try? Self.message(of: exception)) ?? ""
        traceback = (try? Self.traceback(of: exception)) ?? ""
    }

    // SAFETY (the three below): live objects, with the GIL.

    private static func typeName(of exception: borrowing PythonReference) throws(PythonError) -> String {
        let type = try unsafe PythonReference(PyObject_Type(exception.pointer))
        let name = try type.attribute("__qualname__").text()
        let module = try type.attribute("__module__").text()
        return module == "builtins" ? name : "\(module).\(name)"
    }

    private static func message(of exception: borrowing PythonReference) throws(PythonError) -> String {
        try unsafe PythonReference(PyObject_Str(exception.pointer)).text()
    }

    private static func traceback(of exception: borrowing PythonReference) throws(PythonError) -> String {
        let module = try unsafe PythonReference(PyImport_ImportModule("traceback"))
        let format = try module.attribute("format_exception")
        let arguments = try unsafe PythonReference(PyTuple_New(1))
        // PyTuple_SetItem steals the reference that is added for it.
        guard unsafe PyTuple_SetItem(arguments.pointer, 0, swiftbuf_new_reference(exception.pointer)) == 0 else {
            throw takeRaised()
        }
        let lines = try unsafe PythonReference(PyObject_Call(format.pointer, arguments.pointer, nil))
        return try unsafe PythonReference(PyUnicode_Join(PythonReference("").pointer, lines.pointer)).text()
    }
}
