// What Swift can make of Python objects.

/// A type whose values are made of Python objects: `try Int(object)`, `try python.evaluate("1 + 1", as: Int.self)`.
///
/// Bool, all integers, Double, Float, String, arrays, dictionaries and optional values do, in any depth: `[String: [Int?]]`. A value is
/// right or refused: by a ``PythonConversionError`` that names both sides, and the index or key.
///
///     extension Point: ConvertibleFromPython {
///         init(_ object: PythonObject) throws {
///             self.init(x: try object[0, as: Double.self], y: try object[1, as: Double.self])
///         }
///     }
///
/// The other direction is ``ConvertibleToPython``; ``PythonConvertible`` is both.
public protocol ConvertibleFromPython {
    /// Makes a value of a Python object.
    ///
    /// - Throws: ``PythonConversionError`` if the object is something else, ``PythonError`` for what Python raises,
    ///   ``InterpreterError/withoutGIL``, or an error of the type's own.
    /// - Threads: With the GIL.
    init(_ object: PythonObject) throws
}

/// A type whose values go to Python and come from there.
public typealias PythonConvertible = ConvertibleToPython & ConvertibleFromPython

extension PythonObject: ConvertibleFromPython {
    /// Another reference to the same object.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public convenience init(_ object: PythonObject) throws {
        try requireGIL()
        try self.init(object.reference())
    }
}
