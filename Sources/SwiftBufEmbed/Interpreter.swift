// The Python interpreter in a Swift program: its start and its stop.

import CSwiftBufABI
import CSwiftBufEmbed

/// The Python interpreter of this program.
///
/// It is the one that belongs to the libpython that the program is linked to, whatever `python3` is on PATH, with the packages of the
/// active virtual environment. `import swiftbuf` inside it finds the program's own `swiftbuf`, which needs no installation, and the
/// same `Buffer` type that the Swift program uses.
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
    /// The program's locale and standard streams are not changed. Python's text encoding is UTF-8.
    ///
    /// When the program ends without ``stop()``, by the end of `main` or by `exit()` on any thread, Python's `atexit` functions run, and what
    /// Python wrote is flushed; a thread that has the GIL then is waited for. After a trap, a signal or `_exit()` nothing runs: what Python
    /// wrote into a pipe or a file and did not flush is lost.
    ///
    /// The virtual environment must be of the same minor version as the linked libpython. Of another patch level, or made by another
    /// installation of Python, it works, with the standard library of the linked one, and the configuration's `warningHandler` is told.
    ///
    /// - Parameter configuration: How it starts. The default is isolated, with the packages of the virtual environment that is active.
    /// - Throws: ``InterpreterError``: `alreadyStarted` for a second start, `stopped` for one after ``stop()``, `noEnvironment` and
    ///   `otherVersion` for an environment that cannot be used, `failed` with the reason if there is no interpreter for the linked
    ///   libpython, or it does not start. After `noEnvironment` and `otherVersion` a start can be tried again.
    /// - Threads: Any. The calling thread is Python's main thread; it does not keep the GIL.
    /// - Source: PEP 587 (isolated configuration), PEP 405 (virtual environments).
    public static func start(_ configuration: Configuration = Configuration()) throws(InterpreterError) -> Interpreter {
        let linked = try LinkedPython.find()
        let environment = try configuration.virtualEnvironment.find()
        let warning = try environment?.check(against: linked)
        let forC = try CConfiguration(of: configuration, linked: linked, environment: environment)
        // SAFETY: the configuration lives for the time of the call, which reads it; `report` gives room for the message.
        try unsafe report { message, capacity in
            unsafe forC.withConfiguration { configuration in unsafe swiftbuf_embed_start(configuration, message, capacity) }
        }
        swiftbuf_api_serve_program()
        if let warning { configuration.warningHandler(warning) }
        return Interpreter()
    }

    /// Starts the interpreter with the default configuration and folders to import from.
    ///
    /// - Parameter searchPaths: Folders that come first on `sys.path`, in this order.
    /// - Throws: ``InterpreterError``, as ``start(_:)``.
    /// - Threads: Any. The calling thread is Python's main thread; it does not keep the GIL.
    public static func start(searchPaths: [String]) throws(InterpreterError) -> Interpreter {
        try start(Configuration(searchPaths: searchPaths))
    }

    /// Stops the interpreter, for good.
    ///
    /// New calls of ``withGIL(_:)`` throw from now on; those that run are waited for. Then Python runs its `atexit` functions and
    /// goes; signals that it handled get the system's default action.
    ///
    /// Afterwards nothing of Python can be used. A `SharedBuffer` stays, because its memory is Swift's. Memory that is Python's is
    /// gone; so a stop is refused while a `BufferBorrow` lives. A Python object that Swift still refers to is not freed any more. Libraries that Python
    /// loaded stay in the process, and so do threads that they started.
    ///
    /// - Throws: ``InterpreterError``: `stopped` if it was stopped before, `inUse` if the caller is inside ``withGIL(_:)``, and
    ///   would wait for itself, `borrowed` if a `BufferBorrow` or a `MutableBufferBorrow` lives, `failed` if Python could not write its standard streams out, and if CPython 3.13.0 is to be stopped on
    ///   another thread than the one that started it while threads of Python run: then Python is left as it is, and stands still.
    /// - Threads: Any, without the GIL. Best the one that started it.
    public func stop() throws(InterpreterError) {
        // SAFETY: `report` gives room for the message.
        try unsafe report { message, capacity in unsafe swiftbuf_embed_stop(message, capacity) }
    }
}
