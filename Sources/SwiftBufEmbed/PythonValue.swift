// What Swift can give a name in Python.

import CPython

/// A value that Swift hands to Python.
public struct PythonValue {
    /// Makes the object.
    ///
    /// - Threads: With the GIL.
    let makeObject: () throws(PythonError) -> PythonReference

    init(_ makeObject: @escaping () throws(PythonError) -> PythonReference) {
        self.makeObject = makeObject
    }

    /// A Python int.
    public static func int(_ value: Int) -> PythonValue {
        // SAFETY: with the GIL, by the contract of `makeObject`.
        PythonValue { () throws(PythonError) in try unsafe PythonReference(PyLong_FromSsize_t(value)) }
    }

    /// A Python float.
    public static func double(_ value: Double) -> PythonValue {
        // SAFETY: as above.
        PythonValue { () throws(PythonError) in try unsafe PythonReference(PyFloat_FromDouble(value)) }
    }

    /// A Python str.
    public static func string(_ value: String) -> PythonValue {
        PythonValue { () throws(PythonError) in try PythonReference(value) }
    }
}
