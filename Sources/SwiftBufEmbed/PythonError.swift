// A Python exception as a Swift error.

/// An exception that Python raised.
public struct PythonError: Error, Equatable, Sendable {
    /// The class: `ZeroDivisionError`, or with its module, `numpy.AxisError`, if it is no built-in one.
    public let typeName: String
    /// What the exception says: `str()` of it.
    public let message: String
    /// The traceback with source lines and causes, as Python prints it; empty where there is none.
    public let traceback: String
}

extension PythonError: CustomStringConvertible {
    /// The traceback if there is one, else class and message.
    public var description: String {
        traceback.isEmpty ? "\(typeName): \(message)" : traceback
    }
}
