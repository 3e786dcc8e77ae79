// What Swift can hand to Python.

import CPython
import CSwiftBuf

/// A type whose values Python can take: as arguments, items, attributes, and as the results of Swift functions.
///
/// Numbers, Bool, String, arrays (lists; of `UInt8`, bytes), dictionaries, optional values, ``PythonTuple``, ``PythonList``,
/// ``PythonDictionary``, ``PythonObject`` and `SharedBuffer` do. A parameter of the type `(any ConvertibleToPython)?` takes nil for `None`. The other direction is
/// ``ConvertibleFromPython``; ``PythonConvertible`` is both.
///
///     extension Point: ConvertibleToPython {
///         func makePythonObject(_ python: Python) throws -> PythonObject {
///             try PythonTuple(x, y).makePythonObject(python)
///         }
///     }
public protocol ConvertibleToPython {
    /// Makes the Python object.
    ///
    /// - Parameter python: The proof that the GIL is there.
    /// - Returns: The object; a new one, or one that exists.
    /// - Throws: ``PythonError`` for what Python raises, ``InterpreterError/withoutGIL``, or an error of the type's own.
    /// - Threads: With the GIL.
    func makePythonObject(_ python: Python) throws -> PythonObject
}

/// Makes the Python object of a value, `None` of nil.
///
/// - Threads: With the GIL.
func makeObject(_ value: (any ConvertibleToPython)?) throws -> PythonObject {
    // SAFETY: with the GIL.
    guard let value else { return try unsafe PythonObject(PythonReference(swiftbuf_none())) }
    return try value.makePythonObject(Python())
}

extension PythonObject: ConvertibleToPython {
    /// The object itself.
    public func makePythonObject(_ python: Python) throws -> PythonObject { self }
}
