// The one place where a Swift error of this module becomes a Python exception. Nothing is allocated by Swift on the way.

import CPython
package import CSwiftBufABI

extension BufferError {
    /// Sets the exception that stands for the error.
    ///
    /// - Threads: With the GIL.
    @inline(never)
    package func raise() {
        switch self {
        case .pythonException where unsafe PyErr_Occurred() != nil: return
        case .outOfMemory: unsafe PyErr_NoMemory()
        default: raise(exception)
        }
    }

    /// The exception that stands for the error.
    package var exception: swiftbuf_exception {
        switch self {
        case .noBuffer, .invalidRecord: SWIFTBUF_TYPE_ERROR
        case .mismatch(let expected, let found): Self.exception(for: expected, found)
        case .released, .incoherentExporter, .invalidShape: SWIFTBUF_VALUE_ERROR
        case .inUse, .taken, .notAdopted: SWIFTBUF_BUFFER_ERROR
        case .outOfMemory: SWIFTBUF_MEMORY_ERROR
        case .pythonException: SWIFTBUF_SYSTEM_ERROR
        }
    }

    @inline(never)
    private func raise(_ exception: swiftbuf_exception) {
        var text = TextWriter()
        write(to: &text)
        text.raise(exception)
    }

    /// A wrong type is a TypeError, a wrong shape a ValueError; what lies otherwise or is read-only has no such buffer.
    private static func exception(for expected: BufferDescription, _ found: BufferDescription) -> swiftbuf_exception {
        if expected.element != found.element { return SWIFTBUF_TYPE_ERROR }
        if expected.shape.rank != nil && expected.shape != found.shape { return SWIFTBUF_VALUE_ERROR }
        return SWIFTBUF_BUFFER_ERROR
    }
}

extension TextWriter {
    /// Sets an exception with this text.
    func raise(_ exception: swiftbuf_exception) {
        // SAFETY: a C string for the time of the call, which copies it.
        unsafe withCString { text in unsafe swiftbuf_raise_sentence(exception, text) }
    }
}
