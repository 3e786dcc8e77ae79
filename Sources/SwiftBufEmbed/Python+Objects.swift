// Objects that the interpreter gives.

import CPython
import CSwiftBuf
import CSwiftBufEmbed

extension Python {
    /// Imports a module: `try python.import("numpy")`, `try python.import("os.path")`.
    ///
    /// - Parameter name: The module's name, with the names of its packages.
    /// - Returns: The module itself, also where its name has dots.
    /// - Throws: ``PythonError`` for what Python raises, `ModuleNotFoundError` if there is none, with a ``PythonError/hint`` if no virtual
    ///   environment is in use; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL. Importing runs the module's code once.
    public func `import`(_ name: String) throws -> PythonObject {
        try requireGIL()
        guard !name.utf8.contains(0) else {
            throw PythonError.raised(.valueError, "import: expected a module's name without a NUL, got \(name.debugDescription)")
        }
        // SAFETY: a C string for the time of the call, with the GIL.
        return try unsafe PythonObject(PythonReference(PyImport_ImportModule(name)))
    }

    /// The module `builtins`, with `len`, `dict`, `sorted`…: `try python.builtins.dict(width: 640)`.
    ///
    /// - Throws: ``PythonError``; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public var builtins: PythonObject {
        get throws { try `import`("builtins") }
    }

    /// Python's `None`.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public var none: PythonObject {
        get throws {
            try requireGIL()
            return try makeObject(nil)
        }
    }

    /// Python's `...`, for all dimensions that no index names: `try array[python.ellipsis, 0]`.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public var ellipsis: PythonObject {
        get throws {
            try requireGIL()
            // SAFETY: with the GIL; the reference is added.
            return try unsafe PythonObject(PythonReference(swiftbuf_new_reference(swiftbuf_ellipsis())))
        }
    }

    /// A slice, `start:stop:step` between Python's brackets: `try array[python.slice(from: 1, by: 2)]`.
    ///
    /// - Parameters:
    ///   - start: The first index, negative from the end; nil for the first item.
    ///   - stop: The index behind the last; nil for the end.
    ///   - step: From one to the next; nil for 1.
    /// - Throws: ``PythonError`` if there is no memory; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func slice(from start: Int? = nil, to stop: Int? = nil, by step: Int? = nil) throws -> PythonObject {
        try requireGIL()
        let (start, stop, step) = (try makeObject(start), try makeObject(stop), try makeObject(step))
        // SAFETY: live objects, with the GIL.
        let slice = unsafe swiftbuf_embed_slice(start.pointer, stop.pointer, step.pointer)
        return try unsafe PythonObject(PythonReference(slice?.assumingMemoryBound(to: PyObject.self)))
    }
}
