// Letting go of the GIL for a while, and the check that it is there.

import CSwiftBufEmbed

extension Python {
    /// Lets go of the GIL while Swift works, and takes it again.
    ///
    /// Python runs on other threads meanwhile. The interpreter cannot be stopped: ``Interpreter/stop()`` waits for the `withGIL` around
    /// this call. `body` can take the GIL again by a ``Interpreter/withGIL(_:)`` of its own.
    ///
    ///     try python.withoutGIL { blur(pixels) }
    ///
    /// Python objects must not be used in `body`. The compiler cannot see that, a counter does: each use throws
    /// ``InterpreterError/withoutGIL``, and so does each use of the token.
    ///
    /// - Parameter body: Runs without the GIL, on this thread.
    /// - Returns: What `body` returns.
    /// - Throws: ``InterpreterError/withoutGIL`` if the GIL was let go of already; then `body` was not called. And what `body` throws;
    ///   the GIL is taken again all the same.
    /// - Threads: With the GIL.
    /// - Source: CPython, `Doc/c-api/init.rst` (`PyEval_SaveThread`).
    public func withoutGIL<Result: ~Copyable>(_ body: () throws -> Result) throws -> Result {
        // SAFETY: what C gives is given back once, on this thread, after everything that `body` nests.
        guard let thread = unsafe swiftbuf_embed_let_go() else { throw InterpreterError.withoutGIL }
        defer { unsafe swiftbuf_embed_take_again(thread) }
        return try body()
    }
}

/// Whether the calling thread may call CPython.
var holdsGIL: Bool { swiftbuf_embed_holds_gil() != 0 }

/// Passes if the calling thread may call CPython.
///
/// Each public way into the interpreter asks here first.
func requireGIL() throws(InterpreterError) {
    guard holdsGIL else { throw .withoutGIL }
}
