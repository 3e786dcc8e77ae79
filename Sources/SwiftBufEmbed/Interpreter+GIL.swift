// Getting into the interpreter from any thread.

import CPython
import CSwiftBufEmbed

extension Interpreter {
    /// Takes the GIL, and lends the interpreter.
    ///
    /// Other threads wait for the GIL meanwhile: keep it short, and do long Swift work outside. Calls nest.
    ///
    /// - Parameter body: Gets the interpreter for as long as it runs.
    /// - Returns: What `body` returns.
    /// - Throws: ``InterpreterError/stopped`` if the interpreter was stopped; then `body` was not called. And what `body` throws.
    /// - Threads: Any, also one that Python never saw.
    /// - Source: CPython, `Doc/c-api/init.rst` (`PyGILState_Ensure`).
    public func withGIL<Result: ~Copyable>(_ body: (Python) throws -> Result) throws -> Result {
        guard swiftbuf_embed_enter() == SWIFTBUF_EMBED_DONE else { throw InterpreterError.stopped }
        defer { swiftbuf_embed_leave() }
        // The gate keeps the interpreter running until `swiftbuf_embed_leave`; taken and let go of on one thread.
        let state = PyGILState_Ensure()
        defer { PyGILState_Release(state) }
        return try body(Python())
    }
}
