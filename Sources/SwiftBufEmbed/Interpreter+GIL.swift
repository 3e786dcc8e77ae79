// Getting into the interpreter from any thread.

import CSwiftBufEmbed

extension Interpreter {
    /// Takes the GIL, and lends the interpreter.
    ///
    /// Other threads wait for the GIL meanwhile: keep it short, and do long Swift work outside, or in ``Python/withoutGIL(_:)``. Calls
    /// nest.
    ///
    /// - Parameter body: Gets the interpreter for as long as it runs.
    /// - Returns: What `body` returns.
    /// - Throws: ``InterpreterError/stopped`` if the interpreter was stopped; then `body` was not called. And what `body` throws.
    /// - Threads: Any, also one that Python never saw. A call inside another one on the same thread is let in also while ``stop()``
    ///   waits for that one.
    /// - Source: CPython, `Doc/c-api/init.rst` (`PyGILState_Ensure`).
    public func withGIL<Result: ~Copyable>(_ body: (Python) throws -> Result) throws -> Result {
        var stay = swiftbuf_embed_stay()
        // SAFETY: C fills the stay, and gets it back on this thread, after everything that `body` nests.
        guard unsafe swiftbuf_embed_enter(&stay) == SWIFTBUF_EMBED_DONE else { throw InterpreterError.stopped }
        defer { swiftbuf_embed_leave(stay) }
        return try body(Python())
    }
}
