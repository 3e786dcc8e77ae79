// Swift closures as Python callables.

import CPython
import CSwiftBuf
import CSwiftBufEmbed

extension Python {
    /// Makes a Python callable that runs a Swift closure.
    ///
    ///     let clamp = try python.makeFunction(named: "clamp") { python, arguments in
    ///         try arguments.expect(1, keywords: ["limit"])
    ///         return min(try arguments[0, as: Double.self], try arguments["limit", as: Double.self])
    ///     }
    ///     try python.run("print(clamp(3.5, limit=1.0))", with: ["clamp": clamp])
    ///
    /// An error that `body` throws is an exception in Python: the very same one for a ``PythonError``, for others one of the class that
    /// ``PythonExceptionConvertible`` says, with the error's description. When that comes back into Swift, ``PythonError/swiftError`` is
    /// the error.
    ///
    /// Calls of such callables nest as deep as `sys.getrecursionlimit()` says, on each thread; a deeper one is a `RecursionError`.
    ///
    /// - Parameters:
    ///   - name: Its `__name__`, without a NUL.
    ///   - body: Gets the interpreter and the arguments; what it returns is converted. It must not trap on any
    ///     arguments: whatever ``PythonArguments`` and the conversions throw is an exception.
    /// - Returns: The callable. As an attribute of a Python class it is no method: as with Python's own built-in functions, the instance
    ///   is not passed.
    /// - Throws: ``PythonError`` if there is no memory or the name has a NUL; ``InterpreterError/withoutGIL``.
    /// - Ownership: The callable owns the closure, and releases it once, when it dies, on whatever thread that is. Python's garbage
    ///   collector does not see what the closure captures: one that captures, by way of an owner of Python objects such as
    ///   ``PythonError``, something that refers to the callable itself is never released.
    /// - Threads: With the GIL. Python may call `body` on any thread, with the GIL; hence `@Sendable`, which also keeps Python objects
    ///   out of it: pass them as arguments.
    public func makeFunction<Result: ConvertibleToPython & SendableMetatype>(
        named name: String, _ body: @escaping @Sendable (_ python: Python, _ arguments: PythonArguments) throws -> Result
    ) throws -> PythonObject {
        try makeCallable(name) { python, arguments in try body(python, arguments) }
    }

    /// Makes a Python callable that runs a Swift closure without a result, and returns `None`.
    ///
    /// In all else ``makeFunction(named:_:)-(_,(Python,PythonArguments)->Result)``.
    public func makeFunction(
        named name: String, _ body: @escaping @Sendable (_ python: Python, _ arguments: PythonArguments) throws -> Void
    ) throws -> PythonObject {
        try makeCallable(name) { python, arguments in
            try body(python, arguments)
            return nil
        }
    }

    /// Makes a Python callable that runs a Swift closure whose results have several types; nil is `None`.
    ///
    /// In all else ``makeFunction(named:_:)-(_,(Python,PythonArguments)->Result)``.
    @_disfavoredOverload  // or it would take the closures of the first one as well
    public func makeFunction(
        named name: String,
        _ body: @escaping @Sendable (_ python: Python, _ arguments: PythonArguments) throws -> (any ConvertibleToPython)?
    ) throws -> PythonObject {
        try makeCallable(name, body)
    }

    private func makeCallable(_ name: String, _ body: @escaping Closure.Body) throws -> PythonObject {
        try requireGIL()
        guard !name.utf8.contains(0) else {
            throw PythonError.raised(.valueError, "makeFunction: expected a name without a NUL, got \(name.debugDescription)")
        }
        // SAFETY: a C string for the time of the call, with the GIL. The reference that is added goes with the callable.
        let closure = unsafe Unmanaged.passRetained(Closure(name, body)).toOpaque()
        let new = unsafe swiftbuf_embed_function_new(
            name, closure, { closure, arguments, keywords in unsafe runClosure(closure!, arguments!, keywords) },
            { closure in unsafe Unmanaged<Closure>.fromOpaque(closure!).release() })
        return try unsafe PythonObject(PythonReference(new?.assumingMemoryBound(to: PyObject.self)))
    }
}

/// What a callable runs, as C carries it.
private final class Closure: Sendable {
    typealias Body = @Sendable (Python, PythonArguments) throws -> (any ConvertibleToPython)?

    let name: String
    let body: Body

    init(_ name: String, _ body: @escaping Body) {
        self.name = name
        self.body = body
    }
}

/// Runs a closure for C.
///
/// - Returns: A new reference; or NULL with an exception set.
/// - Threads: With the GIL.
private func runClosure(
    _ closure: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer, _ keywords: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    // SAFETY: C passes what makeCallable left, which the caller keeps, a tuple, and a dict or NULL; all borrowed, with the GIL.
    let closure = unsafe Unmanaged<Closure>.fromOpaque(closure).takeUnretainedValue()
    do {
        let arguments = try unsafe PythonArguments(
            of: closure.name, tuple: arguments.assumingMemoryBound(to: PyObject.self),
            dictionary: keywords?.assumingMemoryBound(to: PyObject.self))
        let result = try makeObject(closure.body(Python(), arguments))
        return try unsafe UnsafeMutableRawPointer(result.reference().relinquish())
    } catch {
        setException(error)
        return nil
    }
}
