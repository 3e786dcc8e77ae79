// Which exception a Swift error is in Python.

import CPython
import CSwiftBuf
import CSwiftBufEmbed
public import SwiftBuf

/// A class of Python's own exceptions.
public enum PythonExceptionClass: CaseIterable, Sendable {
    /// What no other class fits.
    case runtimeError
    /// Memory cannot be shared, moved or released now.
    case bufferError
    /// A value of the right type that makes no sense.
    case valueError
    /// A value of the wrong type.
    case typeError
    /// An index out of range.
    case indexError
    /// A key that is not there.
    case keyError
    /// An arithmetic failure.
    case arithmeticError
    /// A number too large.
    case overflowError
    /// No memory.
    case memoryError
    /// Something that is not there yet.
    case notImplementedError
    /// A failure of the operating system.
    case osError
    /// Time ran out.
    case timeoutError
    /// The user interrupts; no `except Exception` catches it.
    case keyboardInterrupt
}

/// An error that says which exception it is in Python.
///
/// Any error can be thrown into Python; one that does not conform is a `RuntimeError`. The exception's text is the error's description.
///
///     extension ImagingError: PythonExceptionConvertible {
///         var pythonExceptionClass: PythonExceptionClass { .valueError }
///     }
public protocol PythonExceptionConvertible: Error {
    /// The class of the exception.
    var pythonExceptionClass: PythonExceptionClass { get }
}

extension BufferError: PythonExceptionConvertible {
    /// `TypeError` for an object without a buffer or of another item type, `ValueError` for a wrong shape or a released Buffer,
    /// `MemoryError`, and `BufferError` for all that may be otherwise at another time.
    public var pythonExceptionClass: PythonExceptionClass {
        switch exception {
        case SWIFTBUF_TYPE_ERROR: .typeError
        case SWIFTBUF_VALUE_ERROR: .valueError
        case SWIFTBUF_MEMORY_ERROR: .memoryError
        case SWIFTBUF_SYSTEM_ERROR: .runtimeError
        default: .bufferError
        }
    }
}

extension PythonExceptionClass {
    /// The class as C names it.
    private var kind: swiftbuf_embed_exception {
        switch self {
        case .runtimeError: SWIFTBUF_EMBED_RUNTIME_ERROR
        case .bufferError: SWIFTBUF_EMBED_BUFFER_ERROR
        case .valueError: SWIFTBUF_EMBED_VALUE_ERROR
        case .typeError: SWIFTBUF_EMBED_TYPE_ERROR
        case .indexError: SWIFTBUF_EMBED_INDEX_ERROR
        case .keyError: SWIFTBUF_EMBED_KEY_ERROR
        case .arithmeticError: SWIFTBUF_EMBED_ARITHMETIC_ERROR
        case .overflowError: SWIFTBUF_EMBED_OVERFLOW_ERROR
        case .memoryError: SWIFTBUF_EMBED_MEMORY_ERROR
        case .notImplementedError: SWIFTBUF_EMBED_NOT_IMPLEMENTED_ERROR
        case .osError: SWIFTBUF_EMBED_OS_ERROR
        case .timeoutError: SWIFTBUF_EMBED_TIMEOUT_ERROR
        case .keyboardInterrupt: SWIFTBUF_EMBED_KEYBOARD_INTERRUPT
        }
    }

    /// A new exception of this class.
    ///
    /// - Threads: With the GIL.
    func makeException(_ message: String) throws(PythonError) -> PythonReference {
        let text = try PythonReference(message)
        // SAFETY: with the GIL. The class is borrowed, and lives as long as the interpreter; the tuple is full before Python code runs,
        // and PyTuple_SetItem steals the reference that is added for it.
        let arguments = try unsafe PythonReference(PyTuple_New(1))
        guard unsafe PyTuple_SetItem(arguments.pointer, 0, swiftbuf_new_reference(text.pointer)) == 0 else {
            throw PythonError.takeRaised()
        }
        let exceptionClass = unsafe swiftbuf_embed_exception_class(kind)!.assumingMemoryBound(to: PyObject.self)
        return try unsafe PythonReference(PyObject_Call(exceptionClass, arguments.pointer, nil))
    }
}
