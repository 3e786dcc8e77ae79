// Numbers, truth values and text for Python.
//
// SAFETY (all of this file): requireGIL() has found the GIL; C returns new references.

import CPython

extension ConvertibleToPython where Self: FixedWidthInteger {
    /// A Python int.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        if let value = Int64(exactly: self) { return try unsafe PythonObject(PythonReference(PyLong_FromLongLong(value))) }
        if let value = UInt64(exactly: self) {
            return try unsafe PythonObject(PythonReference(PyLong_FromUnsignedLongLong(value)))
        }
        // Wider than 64 bits: by its digits.
        let digits = String(self)
        return try unsafe PythonObject(PythonReference(PyLong_FromString(digits, nil, 10)))
    }
}

extension Int: ConvertibleToPython {}
extension Int8: ConvertibleToPython {}
extension Int16: ConvertibleToPython {}
extension Int32: ConvertibleToPython {}
extension Int64: ConvertibleToPython {}
extension Int128: ConvertibleToPython {}
extension UInt: ConvertibleToPython {}
extension UInt8: ConvertibleToPython {}
extension UInt16: ConvertibleToPython {}
extension UInt32: ConvertibleToPython {}
extension UInt64: ConvertibleToPython {}
extension UInt128: ConvertibleToPython {}

extension Double: ConvertibleToPython {
    /// A Python float.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try unsafe PythonObject(PythonReference(PyFloat_FromDouble(self)))
    }
}

extension Float: ConvertibleToPython {
    /// A Python float, which has the precision of `Double`.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try Double(self).makePythonObject(python)
    }
}

extension Bool: ConvertibleToPython {
    /// Python's `True` or `False`.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try unsafe PythonObject(PythonReference(PyBool_FromLong(self ? 1 : 0)))
    }
}

extension String: ConvertibleToPython {
    /// A Python str.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try PythonObject(PythonReference(self))
    }
}
