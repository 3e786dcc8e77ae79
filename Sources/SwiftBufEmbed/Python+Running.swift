// Running Python source, and getting plain values out of it.
//
// Everything runs in the namespace of `__main__`, as in an interactive session: what one call defines, the next one finds.

import CPython
import CSwiftBuf

extension Python {
    /// Runs Python statements.
    ///
    /// - Parameters:
    ///   - source: Python source of any number of lines.
    ///   - values: Names that are assigned first, and stay assigned. A buffer is the same memory in Python and in Swift.
    /// - Throws: ``PythonError`` for what Python raises.
    /// - Ownership: A buffer's memory belongs to Python too, until the last object over it is gone.
    /// - Threads: With the GIL.
    public func run(_ source: String, with values: KeyValuePairs<String, PythonValue> = [:]) throws(PythonError) {
        let namespace = try MainNamespace()
        for (name, value) in values {
            try namespace.assign(value.makeObject(), to: name)
        }
        _ = try namespace.run(source, as: .statements)
    }

    /// The value of a Python expression, which must be an int that `Int` can hold.
    ///
    /// - Throws: ``PythonError`` for what Python raises: `TypeError` for another type, `OverflowError` for too large an int.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: Int.Type = Int.self) throws(PythonError) -> Int {
        let object = try MainNamespace().run(expression, as: .expression)
        // SAFETY: a live object, with the GIL.
        let value = unsafe PyLong_AsSsize_t(object.pointer)
        if value == -1, unsafe PyErr_Occurred() != nil { throw PythonError.takeRaised() }
        return value
    }

    /// The value of a Python expression, which must be a float, or convert to one.
    ///
    /// - Throws: ``PythonError`` for what Python raises: `TypeError` for another type.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: Double.Type = Double.self) throws(PythonError) -> Double {
        let object = try MainNamespace().run(expression, as: .expression)
        // SAFETY: a live object, with the GIL.
        let value = unsafe PyFloat_AsDouble(object.pointer)
        if value == -1, unsafe PyErr_Occurred() != nil { throw PythonError.takeRaised() }
        return value
    }

    /// Whether a Python expression is true, as `if` sees it.
    ///
    /// - Throws: ``PythonError`` for what Python raises.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: Bool.Type = Bool.self) throws(PythonError) -> Bool {
        let object = try MainNamespace().run(expression, as: .expression)
        // SAFETY: a live object, with the GIL.
        let truth = unsafe PyObject_IsTrue(object.pointer)
        if truth < 0 { throw PythonError.takeRaised() }
        return truth != 0
    }

    /// The value of a Python expression as text: what `str()` makes of it.
    ///
    /// - Throws: ``PythonError`` for what Python raises.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: String.Type = String.self) throws(PythonError) -> String {
        let object = try MainNamespace().run(expression, as: .expression)
        // SAFETY: a live object, with the GIL.
        return try unsafe PythonReference(PyObject_Str(object.pointer)).text()
    }
}
