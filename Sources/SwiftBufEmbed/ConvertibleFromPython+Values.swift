// Swift values out of Python objects: what Python's own int, float, bool, str and bytes make of them.
//
// SAFETY (all of this file): a live object, and requireGIL() has found the GIL.

import CPython

extension Int: ConvertibleFromPython {
    /// The value of a Python int, or of what counts as one, such as NumPy's integers.
    ///
    /// - Throws: ``PythonError``: `TypeError` for another type, `OverflowError` for too large a value, and what Python code raises;
    ///   ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        let number = try unsafe PythonReference(PyNumber_Index(object.pointer))
        let value = unsafe PyLong_AsSsize_t(number.pointer)
        if value == -1, unsafe PyErr_Occurred() != nil { throw PythonError.takeRaised() }
        self = value
    }
}

extension Double: ConvertibleFromPython {
    /// The value of a Python float, or of what converts to one.
    ///
    /// - Throws: ``PythonError``: `TypeError` for another type, and what Python code raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        let value = unsafe PyFloat_AsDouble(object.pointer)
        if value == -1, unsafe PyErr_Occurred() != nil { throw PythonError.takeRaised() }
        self = value
    }
}

extension Bool: ConvertibleFromPython {
    /// Whether a Python object is true, as `if` sees it.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        let truth = unsafe PyObject_IsTrue(object.pointer)
        if truth < 0 { throw PythonError.takeRaised() }
        self = truth != 0
    }
}

extension String: ConvertibleFromPython {
    /// The text of a Python str, and what `str()` makes of any other object.
    ///
    /// What no Unicode text can hold, such as half a surrogate pair, is escaped with a backslash.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        self = try object.text()
    }
}

extension Array where Element == UInt8 {
    /// A copy of the bytes of a Python object that has a buffer, in C order, or of an iterable of ints below 256.
    ///
    /// - Throws: ``PythonError``: `TypeError` for another type, `ValueError` for other ints, and what Python code raises;
    ///   ``InterpreterError/withoutGIL``.
    /// - Complexity: Linear in the bytes.
    /// - Ownership: The bytes are copied.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        // The bytes stay as long as the bytes object, and are copied before it goes.
        let bytes = try unsafe PythonReference(PyBytes_FromObject(object.pointer))
        let start = unsafe PyBytes_AsString(bytes.pointer)
        self = unsafe Array(UnsafeRawBufferPointer(start: start, count: PyBytes_Size(bytes.pointer)))
    }
}
