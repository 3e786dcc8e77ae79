// A Python exception as a Swift error: what it says. Taking one is PythonError+Raised.swift, raising it again PythonError+Raising.swift.

/// An exception that Python raised.
///
///     do {
///         try python.run("{}['a']")
///     } catch let error as PythonError where error.isInstance(of: "LookupError") {
///         print(error.message)
///     }
///
/// - Ownership: It keeps the exception object, and by its traceback the local variables of the functions that it went through. Thrown
///   out of a Swift function that Python called, it is the same exception there, with its traceback.
/// - Threads: Any. It may be dropped on any thread, as ``PythonObject`` may.
public struct PythonError: Error, Sendable {
    /// The class: `ZeroDivisionError`, or with its module, `numpy.AxisError`, if it is no built-in one.
    public let typeName: String
    /// The names of the class and all its bases, in the order in which Python searches them, each as in ``typeName``.
    public let baseTypeNames: [String]
    /// What the exception says: `str()` of it.
    public let message: String
    /// The traceback with source lines and causes, as Python prints it; empty where there is none.
    public let traceback: String
    /// What `add_note()` has added (PEP 678).
    public let notes: [String]
    /// What the program can do about it, where Python cannot know that; nil for most exceptions.
    ///
    /// It is there for a module that is not found while no virtual environment is in use. The exception itself does not say it.
    public let hint: String?
    /// The Swift error that began it, if this exception, or one in the chain of its causes, was a Swift error thrown into Python.
    public let swiftError: (any Error)?

    /// No struct contains itself, so the one cause is an array.
    let causes: [PythonError]
    let exception: KeptException?

    /// The exception that this one was raised from, or, unless `from None` hides it, while which was handled it was raised.
    public var cause: PythonError? { causes.first }

    /// Whether it would be caught by `except` with this class.
    ///
    /// - Parameter typeName: The class as ``typeName`` has it: `LookupError`, `numpy.AxisError`.
    public func isInstance(of typeName: String) -> Bool {
        baseTypeNames.contains(typeName)
    }
}

extension PythonError: Equatable {
    /// Whether both say the same; they may be two exceptions.
    public static func == (left: PythonError, right: PythonError) -> Bool {
        left.typeName == right.typeName && left.baseTypeNames == right.baseTypeNames && left.message == right.message
            && left.traceback == right.traceback && left.notes == right.notes && left.causes == right.causes
    }
}

extension PythonError: CustomStringConvertible {
    /// The traceback if there is one, else class and message; and the ``hint``.
    public var description: String {
        let text = traceback.isEmpty ? "\(typeName): \(message)" : traceback
        guard let hint else { return text }
        return text + (text.hasSuffix("\n") ? "" : "\n") + hint
    }
}
