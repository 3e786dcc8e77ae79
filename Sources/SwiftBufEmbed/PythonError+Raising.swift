// A Swift error as a Python exception, and back.

import CPython
import CSwiftBuf
import CSwiftBufEmbed

/// The attribute of an exception that keeps the Swift error which it is.
private let errorAttribute = "_swift_error"

/// A Swift error as C carries it.
private final class KeptError: Sendable {
    let error: any Error

    init(_ error: any Error) {
        self.error = error
    }
}

extension PythonError {
    /// Makes an exception, and describes it.
    ///
    /// - Threads: With the GIL.
    static func raised(_ exceptionClass: PythonExceptionClass, _ message: String) -> PythonError {
        do throws(PythonError) {
            return try PythonError(PythonObject(exceptionClass.makeException(message)))
        } catch {
            return error
        }
    }
}

extension PythonError: ConvertibleToPython {
    /// The exception object.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        return try exception?.object ?? makeObject(nil)
    }
}

/// Sets the exception that a Swift error is in Python: the very same one for a ``PythonError``; for others one of a fitting class, with
/// the error's description, that keeps the error.
///
/// - Threads: With the GIL.
func setException(_ error: any Error) {
    if let exception = (error as? PythonError)?.exception {
        setException(exception.object)
        return
    }
    let exceptionClass = (error as? any PythonExceptionConvertible)?.pythonExceptionClass ?? .runtimeError
    do throws(PythonError) {
        let exception = try PythonObject(exceptionClass.makeException(String(describing: error)))
        try keep(error, in: exception)
        // SAFETY: live objects, with the GIL; references are added inside. So is the exception that is being handled, as context.
        let type = try unsafe PythonReference(PyObject_Type(exception.pointer))
        unsafe PyErr_SetObject(type.pointer, exception.pointer)
    } catch {
        // There was no memory for it: that is what Python gets.
        if let exception = error.exception { setException(exception.object) } else { unsafe PyErr_NoMemory() }
    }
}

/// Sets an exception that was raised before, with the traceback that it has.
private func setException(_ exception: PythonObject) {
    // SAFETY: a live exception, with the GIL. PyErr_Restore steals the three references, which are new.
    unsafe PyErr_Restore(
        PyObject_Type(exception.pointer), swiftbuf_new_reference(exception.pointer), PyException_GetTraceback(exception.pointer))
}

/// Leaves a Swift error with its exception.
private func keep(_ error: any Error, in exception: PythonObject) throws(PythonError) {
    // SAFETY: with the GIL. The reference that is added goes with the object, by the release function; the exception takes a reference
    // of its own to that.
    let context = unsafe Unmanaged.passRetained(KeptError(error)).toOpaque()
    let new = unsafe swiftbuf_embed_error_new(context) { context in unsafe Unmanaged<KeptError>.fromOpaque(context!).release() }
    let holder = try unsafe PythonReference(new?.assumingMemoryBound(to: PyObject.self))
    guard unsafe PyObject_SetAttrString(exception.pointer, errorAttribute, holder.pointer) == 0 else {
        throw PythonError.takeRaised()
    }
}

/// The Swift error that an exception keeps.
///
/// - Threads: With the GIL.
func keptSwiftError(in exception: PythonObject) -> (any Error)? {
    guard let holder = exception.quietAttribute(errorAttribute) else { return nil }
    // SAFETY: a live object, with the GIL. A context is what keep(_:in:) left, alive as long as the holder.
    guard let context = unsafe swiftbuf_embed_error_context(holder.pointer) else { return nil }
    return unsafe Unmanaged<KeptError>.fromOpaque(context).takeUnretainedValue().error
}
