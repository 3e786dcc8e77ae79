// The Python interpreter in a Swift program: its start and its stop.

import CSwiftBufEmbed

/// The Python interpreter of this program.
///
/// It is the one that belongs to the libpython that the program is linked to, whatever `python3` is on PATH. `import _swiftbuf` inside
/// it finds the same `Buffer` type that the Swift program uses.
///
///     let interpreter = try Interpreter.start()
///     try interpreter.withGIL { python in
///         try python.run("print('hello')")
///     }
///
/// - Ownership: A value of this type is only the proof that the interpreter was started; copies mean the same one. There is one in
///   a process, once: many modules, NumPy among them, cannot be loaded into a second.
/// - Threads: Any.
public struct Interpreter: Sendable {
    private init() {}

    /// Starts the interpreter.
    ///
    /// Environment variables such as PYTHONPATH are not read, and the program's signal handlers, locale and standard streams not
    /// changed. Python's text encoding is UTF-8.
    ///
    /// - Parameter searchPaths: Folders that come first on `sys.path`, in this order.
    /// - Throws: ``InterpreterError``: `alreadyStarted` for a second start, `stopped` for one after ``stop()``, `failed` with the
    ///   reason if there is no interpreter for the linked libpython, or it does not start.
    /// - Threads: Any. The calling thread is Python's main thread; it does not keep the GIL.
    /// - Source: PEP 587 (isolated configuration).
    public static func start(searchPaths: [String] = []) throws(InterpreterError) -> Interpreter {
        let paths = searchPaths.flatMap(\.utf8CString)
        // SAFETY: as many C strings as it says, for the time of the call, which reads them; `report` gives room for the message.
        try unsafe report { message, capacity in
            unsafe paths.withUnsafeBufferPointer { paths in
                unsafe swiftbuf_embed_start(paths.baseAddress, searchPaths.count, message, capacity)
            }
        }
        return Interpreter()
    }

    /// Stops the interpreter.
    ///
    /// New calls of ``withGIL(_:)`` throw from now on; those that run are waited for. The memory of a `SharedBuffer` stays.
    ///
    /// - Throws: ``InterpreterError``: `stopped` if it was stopped before, `inUse` if the caller is inside ``withGIL(_:)``, and
    ///   would wait for itself, `failed` if Python could not write its standard streams out.
    /// - Threads: Any, without the GIL. Best the one that started it.
    public func stop() throws(InterpreterError) {
        // SAFETY: `report` gives room for the message.
        try unsafe report { message, capacity in unsafe swiftbuf_embed_stop(message, capacity) }
    }
}

/// Makes C's answer an error.
///
/// - Parameter call: Gets room for a text and its size in bytes, and leaves a NUL-terminated one there.
private func report(_ call: (UnsafeMutablePointer<CChar>, Int) -> swiftbuf_embed_result) throws(InterpreterError) {
    var text = [CChar](repeating: 0, count: 4096)
    // SAFETY: C writes no more than the size that it is told.
    let result = unsafe text.withUnsafeMutableBufferPointer { text in unsafe call(text.baseAddress!, text.count) }
    switch result {
    case SWIFTBUF_EMBED_DONE: return
    case SWIFTBUF_EMBED_ALREADY_STARTED: throw .alreadyStarted
    case SWIFTBUF_EMBED_STOPPED: throw .stopped
    case SWIFTBUF_EMBED_IN_USE: throw .inUse
    default: throw .failed(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
