// An exception object in an error that crosses threads.

/// An exception object.
///
/// `@unchecked`: only a thread that has the GIL looks inside; ``PythonObject`` may be dropped on any.
final class KeptException: @unchecked Sendable {
    let object: PythonObject

    init(_ object: PythonObject) {
        self.object = object
    }
}
