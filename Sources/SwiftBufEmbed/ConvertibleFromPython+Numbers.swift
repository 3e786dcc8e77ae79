// Numbers out of Python objects. What a type cannot hold is refused: never cut off, never wrapped around.
//
// SAFETY (all of this file): a live object, and requireGIL() has found the GIL.

import CPython
import CSwiftBuf

extension ConvertibleFromPython where Self: FixedWidthInteger {
    /// The value of a Python int, or of what counts as one, such as NumPy's integers: whatever has `__index__`.
    ///
    /// - Throws: ``PythonConversionError`` for another type, and for a value that this type cannot hold; ``PythonError`` for what Python
    ///   code raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        try requireGIL()
        let expected = "an int (\(Self.self))"
        guard unsafe PyIndex_Check(object.pointer) != 0 else { throw PythonConversionError(expected: expected, got: object) }
        let number = try refusing(expected, object) { () throws(PythonError) in
            try unsafe PythonObject(PythonReference(PyNumber_Index(object.pointer)))
        }
        guard let value = try Self(exactInt: number) else {
            throw PythonConversionError(
                expected: "an int from \(Self.min) to \(Self.max) (\(Self.self))",
                got: number.inWords(typeName: describe(object.type)), as: .overflowError)
        }
        self = value
    }

    /// The value of an int; nil if it is out of range.
    private init?(exactInt number: PythonObject) throws(PythonError) {
        var overflow: CInt = 0
        // An int has no conversion that fails.
        let value = unsafe PyLong_AsLongLongAndOverflow(number.pointer, &overflow)
        if overflow == 0 {
            self.init(exactly: value)
        } else {
            // Python writes hexadecimal digits of any number in linear time, as `-0x1f`.
            let text = try unsafe PythonReference(PyNumber_ToBase(number.pointer, 16)).text()
            let isNegative = text.hasPrefix("-")
            self.init((isNegative ? "-" : "") + text.dropFirst(isNegative ? 3 : 2), radix: 16)
        }
    }
}

extension Int: ConvertibleFromPython {}
extension Int8: ConvertibleFromPython {}
extension Int16: ConvertibleFromPython {}
extension Int32: ConvertibleFromPython {}
extension Int64: ConvertibleFromPython {}
extension Int128: ConvertibleFromPython {}
extension UInt: ConvertibleFromPython {}
extension UInt8: ConvertibleFromPython {}
extension UInt16: ConvertibleFromPython {}
extension UInt32: ConvertibleFromPython {}
extension UInt64: ConvertibleFromPython {}
extension UInt128: ConvertibleFromPython {}

extension Double: ConvertibleFromPython {
    /// The value of a Python float, or of what converts to one: an int, NumPy's numbers, whatever has `__float__`.
    ///
    /// An int of more than 53 bits is rounded to the nearest value, as Python's `float()` does.
    ///
    /// - Throws: ``PythonConversionError`` for another type, also a str, and for too large an int; ``PythonError`` for what Python code
    ///   raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        self = try readDouble(object, for: "Double")
    }
}

extension Float: ConvertibleFromPython {
    /// The nearest value to that of a Python float, or of what converts to one.
    ///
    /// - Throws: As `Double`; and ``PythonConversionError`` for a finite value that is too large for a `Float`.
    /// - Threads: With the GIL.
    public init(_ object: PythonObject) throws {
        let value = try readDouble(object, for: "Float")
        self = Float(value)
        guard isFinite || !value.isFinite else {
            let greatest = Float.greatestFiniteMagnitude
            throw PythonConversionError(
                expected: "a float from -\(greatest) to \(greatest) (Float)", got: "\(value) (\(describe(object.type)))",
                as: .overflowError)
        }
    }
}

/// The value of what converts to a Python float.
private func readDouble(_ object: PythonObject, for type: String) throws -> Double {
    try requireGIL()
    let expected = "a float (\(type))"
    guard unsafe PyNumber_Check(object.pointer) != 0 else { throw PythonConversionError(expected: expected, got: object) }
    return try refusing(expected, object) { () throws(PythonError) in
        let value = unsafe PyFloat_AsDouble(object.pointer)
        if value == -1, unsafe PyErr_Occurred() != nil { throw PythonError.takeRaised() }
        return value
    }
}

/// Converts, and makes what Python says of a wrong type or size a refusal that names both sides.
func refusing<Value>(_ expected: String, _ object: PythonObject, _ convert: () throws(PythonError) -> Value) throws -> Value {
    do {
        return try convert()
    } catch {
        switch error.typeName {
        case "TypeError": throw PythonConversionError(expected: expected, got: object.inWords, as: .typeError, cause: error)
        case "OverflowError":
            throw PythonConversionError(expected: expected, got: object.inWords, as: .overflowError, cause: error)
        default: throw error
        }
    }
}
