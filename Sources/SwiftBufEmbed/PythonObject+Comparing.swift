// Python's ==, which may raise.
//
// PythonObject is neither Equatable nor Hashable. Python's `==` runs code that may raise, and NumPy's gives an array; the protocols' may
// do neither, so that an error would have to be a trap or a lie. `==` by identity would say that two equal numbers differ.

import CPython

extension PythonObject {
    /// Whether Python's `==` says that both are equal: `if try mode.isEqual(to: "RGB") { … }`.
    ///
    /// - Throws: ``PythonError`` for what Python raises, such as a comparison of NumPy's arrays, which is an array and so neither true nor
    ///   false; what the conversion of `other` throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func isEqual(to other: some ConvertibleToPython) throws -> Bool {
        try requireGIL()
        let other = try makeObject(other)
        // SAFETY: live objects, with the GIL.
        return try unsafe PythonObject(PythonReference(PyObject_RichCompare(pointer, other.pointer, Py_EQ))).isTrue
    }

    /// Whether both are one object, as Python's `is` says.
    ///
    /// - Threads: Any.
    public func isIdentical(to other: PythonObject) -> Bool {
        unsafe pointer == other.pointer
    }
}

extension PythonObject {
    /// Not there, so that the compiler says what is: ``isEqual(to:)``.
    @available(*, unavailable, message: "Python's == may raise: use try isEqual(to:), or isIdentical(to:) for Python's is")
    public static func == (left: PythonObject, right: some ConvertibleToPython) -> Bool { false }

    /// Not there, so that the compiler says what is: ``isEqual(to:)``.
    @available(*, unavailable, message: "Python's != may raise: use try !isEqual(to:), or !isIdentical(to:) for Python's is not")
    public static func != (left: PythonObject, right: some ConvertibleToPython) -> Bool { false }
}
