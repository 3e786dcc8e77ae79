// Taking the exception that is set.

import CPython
import CSwiftBuf

extension PythonError {
    /// Takes the exception that a failed C call has set, so that none is set afterwards.
    ///
    /// - Threads: With the GIL.
    /// - Source: CPython, `Doc/c-api/exceptions.rst` (`PyErr_Fetch`; its successor is not in the limited API of 3.11).
    static func takeRaised() -> PythonError {
        var type: UnsafeMutablePointer<PyObject>?
        var value: UnsafeMutablePointer<PyObject>?
        var traceback: UnsafeMutablePointer<PyObject>?
        // SAFETY: with the GIL. All three are new references or NULL, dropped at the end.
        unsafe PyErr_Fetch(&type, &value, &traceback)
        unsafe PyErr_NormalizeException(&type, &value, &traceback)
        defer {
            unsafe swiftbuf_drop_reference(type)
            unsafe swiftbuf_drop_reference(traceback)
        }
        guard let raised = unsafe value, let exception = try? unsafe PythonReference(raised) else {
            return PythonError(
                typeName: "SystemError", baseTypeNames: ["SystemError", "Exception", "BaseException", "object"],
                message: "a call failed without setting an exception", traceback: "", notes: [], hint: nil, swiftError: nil,
                causes: [],
                exception: nil)
        }
        if let traceback = unsafe traceback {
            _ = unsafe PyException_SetTraceback(exception.pointer, traceback)
        }
        return PythonError(PythonObject(exception))
    }

    /// Describes an exception and what it came from.
    ///
    /// - Threads: With the GIL.
    init(_ exception: PythonObject) {
        let chain = exceptionChain(from: exception)
        // Each tells its own causes in its traceback, so the work grows with the square of the length.
        var described: PythonError?
        var swiftError: (any Error)?
        for (depth, exception) in chain.enumerated().reversed() {
            swiftError = keptSwiftError(in: exception) ?? swiftError
            guard depth < 32 else { continue }
            described = PythonError(describing: exception, cause: described, swiftError: swiftError)
        }
        self = described ?? PythonError(describing: exception, cause: nil, swiftError: nil)
    }

    /// Describes one exception.
    ///
    /// Where Python code that it runs for this fails in turn, the part is left empty.
    private init(describing exception: PythonObject, cause: PythonError?, swiftError: (any Error)?) {
        typeName = describe(exception.type)
        baseTypeNames = describeBases(of: exception)
        message = exception.quietText ?? ""
        traceback = describeTraceback(of: exception)
        notes = describeNotes(of: exception)
        hint = describeHint(of: exception, typeName: typeName) ?? cause?.hint
        causes = cause.map { cause in [cause] } ?? []
        self.swiftError = swiftError
        self.exception = KeptException(exception)
    }
}
