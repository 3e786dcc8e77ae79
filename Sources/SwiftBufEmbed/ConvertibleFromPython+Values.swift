// Truth values, text and optional values out of Python objects.
//
// SAFETY (all of this file): a live object, and requireGIL() has found the GIL.

import CPython
import CSwiftBuf
import CSwiftBufEmbed

extension Bool: ConvertibleFromPython {
    /// The value of a Python bool, or of NumPy's.
    ///
    /// Any object is true or false to Python's `if`: ``PythonObject/isTrue`` says which.
    ///
    /// - Throws: ``PythonConversionError`` for another type; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        // NumPy's own is no subclass of bool, and no class is derived from it.
        guard object.kind == SWIFTBUF_EMBED_BOOL || ["numpy.bool", "numpy.bool_"].contains(describe(object.type)) else {
            throw PythonConversionError(expected: "a bool (Bool)", got: object)
        }
        self = try object.isTrue
    }
}

extension PythonObject {
    /// Whether it is true as Python's `if` sees it: not empty, not zero, not `None`.
    ///
    /// - Throws: ``PythonError`` for what Python raises, as NumPy's arrays of several items do; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public var isTrue: Bool {
        get throws {
            try requireGIL()
            let truth = unsafe PyObject_IsTrue(pointer)
            if truth < 0 { throw PythonError.takeRaised() }
            return truth != 0
        }
    }
}

extension String: ConvertibleFromPython {
    /// The text of a Python str.
    ///
    /// What `str()` makes of any object, `String(describing: object)` says.
    ///
    /// - Throws: ``PythonConversionError`` for another type, and for half of a surrogate pair, which a str may hold, such as in a file's
    ///   name that is not UTF-8; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        guard object.kind == SWIFTBUF_EMBED_STR else { throw PythonConversionError(expected: "a str (String)", got: object) }
        guard let bytes = unsafe PyUnicode_AsUTF8String(object.pointer) else {
            let error = PythonError.takeRaised()
            guard error.typeName == "UnicodeEncodeError" else { throw error }
            throw PythonConversionError(
                expected: "a str without halves of surrogate pairs (String)", got: object.inWords, as: .valueError, cause: error)
        }
        let encoded = try unsafe PythonReference(bytes)
        // The bytes stay as long as the bytes object, and are copied before it goes.
        let span = unsafe UnsafeRawBufferPointer(start: PyBytes_AsString(encoded.pointer), count: PyBytes_Size(encoded.pointer))
        self = unsafe String(decoding: span, as: UTF8.self)
    }
}

extension Optional: ConvertibleFromPython where Wrapped: ConvertibleFromPython {
    /// Nil of Python's `None`, else the value of the object.
    ///
    /// - Throws: What the conversion of the value throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        self = try object.isNone ? nil : .some(Wrapped(object))
    }
}
