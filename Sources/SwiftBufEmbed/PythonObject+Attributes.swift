// Attributes. Swift has no throwing setters, so that setting one is a method.

import CPython

extension PythonObject {
    /// An attribute, by its name as a member.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `AttributeError` if there is none; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public subscript(dynamicMember name: String) -> PythonObject {
        get throws { try attribute(name) }
    }

    /// An attribute, by any name.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `AttributeError` if there is none; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func attribute(_ name: String) throws -> PythonObject {
        try requireGIL()
        let name = try PythonReference(name)
        // SAFETY: live objects, with the GIL.
        return try unsafe PythonObject(PythonReference(PyObject_GetAttr(pointer, name.pointer)))
    }

    /// The value of an attribute: `try image.attribute("size", as: [Int].self)`.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `AttributeError` if there is none; what the conversion throws, a
    ///   ``PythonConversionError`` with the name; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func attribute<Value: ConvertibleFromPython>(_ name: String, as type: Value.Type) throws -> Value {
        let value = try attribute(name)
        return try PythonConversionError.at(.attribute(name)) { try Value(value) }
    }

    /// Sets an attribute.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - value: What it is from now on; nil for `None`.
    /// - Throws: ``PythonError`` for what Python raises, and what the conversion of `value` throws; ``InterpreterError/withoutGIL``.
    /// - Ownership: The object keeps a reference of its own to the value.
    /// - Threads: With the GIL.
    public func setAttribute(_ name: String, to value: (any ConvertibleToPython)?) throws {
        try requireGIL()
        let value = try makeObject(value)
        let name = try PythonReference(name)
        // SAFETY: live objects, with the GIL.
        guard unsafe PyObject_SetAttr(pointer, name.pointer, value.pointer) == 0 else { throw PythonError.takeRaised() }
    }

    /// Removes an attribute.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `AttributeError` if there is none; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func removeAttribute(_ name: String) throws {
        try requireGIL()
        let name = try PythonReference(name)
        // SAFETY: live objects, with the GIL; NULL removes.
        guard unsafe PyObject_SetAttr(pointer, name.pointer, nil) == 0 else { throw PythonError.takeRaised() }
    }
}
