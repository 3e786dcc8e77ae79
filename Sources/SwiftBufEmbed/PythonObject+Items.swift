// Items and iteration. Swift has no throwing setters, so that setting one is a method.

import CPython
import CSwiftBufEmbed

extension PythonObject {
    /// The item at an index, or the part that a slice selects; several indices are a tuple, as in `array[1, 2]` of NumPy.
    ///
    /// - Throws: ``PythonError`` for what Python raises, such as `IndexError` and `KeyError`; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public subscript(indices: (any ConvertibleToPython)?...) -> PythonObject {
        get throws {
            try requireGIL()
            let key = try makeKey(indices)
            // SAFETY: live objects, with the GIL.
            return try unsafe PythonObject(PythonReference(PyObject_GetItem(pointer, key.pointer)))
        }
    }

    /// The value of an item: `try settings["width", as: Int.self]`.
    ///
    /// - Throws: As the subscript without a type; and what the conversion throws, a ``PythonConversionError`` with the index or key.
    /// - Threads: With the GIL.
    public subscript<Value: ConvertibleFromPython>(indices: (any ConvertibleToPython)?..., as type: Value.Type) -> Value {
        get throws {
            try requireGIL()
            let key = try makeKey(indices)
            // SAFETY: live objects, with the GIL.
            let item = try unsafe PythonObject(PythonReference(PyObject_GetItem(pointer, key.pointer)))
            let index = key.kind == SWIFTBUF_EMBED_INT ? try? Int(key) : nil
            return try PythonConversionError.at(index.map { index in .index(index) } ?? .key(key.inPlace)) { try Value(item) }
        }
    }

    /// Sets an item, or the part that a slice selects.
    ///
    /// - Parameters:
    ///   - value: What it is from now on; nil for `None`.
    ///   - indices: Where; several are a tuple.
    /// - Throws: ``PythonError`` for what Python raises, and what a conversion throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func setItem(at indices: (any ConvertibleToPython)?..., to value: (any ConvertibleToPython)?) throws {
        try requireGIL()
        let (key, value) = (try makeKey(indices), try makeObject(value))
        // SAFETY: live objects, with the GIL.
        guard unsafe PyObject_SetItem(pointer, key.pointer, value.pointer) == 0 else { throw PythonError.takeRaised() }
    }

    /// Removes an item, or the part that a slice selects.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func removeItem(at indices: (any ConvertibleToPython)?...) throws {
        try requireGIL()
        let key = try makeKey(indices)
        // SAFETY: live objects, with the GIL.
        guard unsafe PyObject_DelItem(pointer, key.pointer) == 0 else { throw PythonError.takeRaised() }
    }

    /// How many items it has: Python's `len()`.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `TypeError` if it has no length; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public var itemCount: Int {
        get throws {
            try requireGIL()
            // SAFETY: a live object, with the GIL.
            let length = unsafe PyObject_Size(pointer)
            guard length >= 0 else { throw PythonError.takeRaised() }
            return length
        }
    }
}

/// What stands between the brackets: one index, or a tuple of several.
private func makeKey(_ indices: [(any ConvertibleToPython)?]) throws -> PythonObject {
    try indices.count == 1 ? makeObject(indices[0]) : PythonTuple(indices).makePythonObject(Python())
}
