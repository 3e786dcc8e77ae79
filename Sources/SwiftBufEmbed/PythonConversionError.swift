// The refusal of a conversion from Python: both sides, and where in the object.

/// A Python object is not what Swift asked for.
///
///     do {
///         let sizes = try [String: [UInt8]](settings)
///         print(sizes)
///     } catch let error as PythonConversionError {
///         print(error)  // key 'width', index 0: expected an int from 0 to 255 (UInt8), got 480 (int)
///     }
///
/// Thrown out of a Swift function that Python called, it is an exception of the class ``pythonExceptionClass``, with the same text.
///
/// - Threads: Any.
public struct PythonConversionError: Error, Equatable, Sendable {
    /// A step on the way from the object that was converted to the part that was refused.
    public enum Place: Equatable, Sendable {
        /// A positional argument, counted from 0.
        case argument(Int)
        /// A keyword argument.
        case keyword(String)
        /// An item, counted from 0.
        case index(Int)
        /// An item of a mapping, by its key as Python writes it.
        case key(String)
        /// An attribute.
        case attribute(String)
    }

    /// What was asked for, with the Swift type: `an int from 0 to 255 (UInt8)`.
    public let expected: String
    /// What came instead, with its Python type: `640 (int)`, `a list of 3 items`.
    public let got: String
    /// Where, from the outermost step on; empty for the object itself.
    public private(set) var places: [Place] = []
    /// The name of the Swift function that Python called, if an argument was refused.
    public private(set) var function: String?
    /// Which exception it is in Python: `typeError`, `overflowError` for a value out of range, `valueError`.
    public let pythonExceptionClass: PythonExceptionClass
    /// What Python raised about it, if it was asked.
    public let cause: PythonError?

    /// A refusal, for a conversion of your own.
    ///
    /// - Parameters:
    ///   - expected: What was asked for, in words.
    ///   - object: What came instead.
    ///   - pythonExceptionClass: Which exception it is in Python.
    /// - Threads: Any, but only with the GIL it says what the object is.
    public init(expected: String, got object: PythonObject, as pythonExceptionClass: PythonExceptionClass = .typeError) {
        self.init(expected: expected, got: object.inWords, as: pythonExceptionClass)
    }

    init(expected: String, got: String, as pythonExceptionClass: PythonExceptionClass, cause: PythonError? = nil) {
        self.expected = expected
        self.got = got
        self.pythonExceptionClass = pythonExceptionClass
        self.cause = cause
    }

    /// Converts a part of something; a refusal says which part.
    static func at<Value>(_ place: Place, of function: String? = nil, _ convert: () throws -> Value) throws -> Value {
        do {
            return try convert()
        } catch var error as PythonConversionError {
            error.places.insert(place, at: 0)
            error.function = function ?? error.function
            throw error
        }
    }
}

extension PythonConversionError: PythonExceptionConvertible {}

extension PythonConversionError: CustomStringConvertible {
    /// The refusal in one sentence.
    public var description: String {
        let steps = places.map { place in
            switch place {
            case .argument(let index): "argument \(index)"
            case .keyword(let name): "argument '\(name)'"
            case .index(let index): "index \(index)"
            case .key(let key): "key \(key)"
            case .attribute(let name): "attribute '\(name)'"
            }
        }
        let place = steps.isEmpty ? "" : steps.joined(separator: ", ") + ": "
        return (function.map { name in "\(name): " } ?? "") + place + "expected \(expected), got \(got)"
    }
}
