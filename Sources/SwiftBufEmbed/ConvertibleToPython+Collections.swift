// Arrays, dictionaries and optional values for Python.

import CPython

extension Array: ConvertibleToPython where Element: ConvertibleToPython {
    /// A Python list; an array of `UInt8` is bytes.
    ///
    /// A copy: memory is shared by `SharedBuffer`.
    ///
    /// - Throws: What the conversion of an item throws; ``InterpreterError/withoutGIL``.
    /// - Complexity: Linear in the items.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        // An empty array of any type would pass the cast alone.
        guard Element.self == UInt8.self, let bytes = self as? [UInt8] else {
            return try PythonList(map { item in item }).makePythonObject(python)
        }
        try requireGIL()
        // SAFETY: with the GIL; the bytes live as long as the closure, and CPython copies them.
        let new = unsafe bytes.withUnsafeBytes { bytes in
            unsafe PyBytes_FromStringAndSize(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return try unsafe PythonObject(PythonReference(new))
    }
}

extension Dictionary: ConvertibleToPython where Key: ConvertibleToPython, Value: ConvertibleToPython {
    /// A Python dict.
    ///
    /// A copy.
    ///
    /// - Throws: What the conversion of a key or value throws; ``InterpreterError/withoutGIL``.
    /// - Complexity: Linear in the items.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        // SAFETY: live objects, with the GIL; the dictionary takes its own references.
        let dictionary = try unsafe PythonObject(PythonReference(PyDict_New()))
        for (key, value) in self {
            let (key, value) = (try key.makePythonObject(python), try value.makePythonObject(python))
            guard unsafe PyDict_SetItem(dictionary.pointer, key.pointer, value.pointer) == 0 else {
                throw PythonError.takeRaised()
            }
        }
        return dictionary
    }
}

extension Optional: ConvertibleToPython where Wrapped: ConvertibleToPython {
    /// The object of the value, or `None`.
    ///
    /// - Throws: What the conversion of the value throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try makeObject(map { value in value })
    }
}
