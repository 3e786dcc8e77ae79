// Numbers, truth values and text for Python.
//
// SAFETY (all of this file): requireGIL() has found the GIL; C returns new references.

import CPython

extension PythonConvertible where Self: FixedWidthInteger {
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

extension Int: PythonConvertible {}
extension Int8: PythonConvertible {}
extension Int16: PythonConvertible {}
extension Int32: PythonConvertible {}
extension Int64: PythonConvertible {}
extension UInt: PythonConvertible {}
extension UInt8: PythonConvertible {}
extension UInt16: PythonConvertible {}
extension UInt32: PythonConvertible {}
extension UInt64: PythonConvertible {}

extension Double: PythonConvertible {
    /// A Python float.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try unsafe PythonObject(PythonReference(PyFloat_FromDouble(self)))
    }
}

extension Float: PythonConvertible {
    /// A Python float, which has the precision of `Double`.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try Double(self).makePythonObject(python)
    }
}

extension Bool: PythonConvertible {
    /// Python's `True` or `False`.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try unsafe PythonObject(PythonReference(PyBool_FromLong(self ? 1 : 0)))
    }
}

extension String: PythonConvertible {
    /// A Python str.
    ///
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try PythonObject(PythonReference(self))
    }
}
