// Python's iteration, item by item. Swift's `for` takes no iterator that throws: PythonItems.swift is for that.

import CPython

/// An iterator of Python.
///
///     let lines = try file.makeIterator()
///     while let line = try lines.next() { print(line) }
///
/// - Threads: With the GIL, as ``PythonObject``.
public struct PythonIterator {
    private let iterator: PythonObject

    fileprivate init(_ iterator: PythonObject) {
        self.iterator = iterator
    }

    /// The next item, or nil after the last one.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func next() throws -> PythonObject? {
        try requireGIL()
        // SAFETY: a live iterator, with the GIL. NULL without an exception is the end.
        if let item = unsafe PyIter_Next(iterator.pointer) { return try unsafe PythonObject(PythonReference(item)) }
        if unsafe PyErr_Occurred() != nil { throw PythonError.takeRaised() }
        return nil
    }
}

extension PythonObject {
    /// Starts an iteration: Python's `iter()`.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `TypeError` if it cannot be iterated; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makeIterator() throws -> PythonIterator {
        try requireGIL()
        return try startIterating()
    }

    /// Starts an iteration.
    ///
    /// - Threads: With the GIL.
    func startIterating() throws(PythonError) -> PythonIterator {
        // SAFETY: a live object, with the GIL.
        try unsafe PythonIterator(PythonObject(PythonReference(PyObject_GetIter(pointer))))
    }

    /// Calls `body` with each item.
    ///
    /// - Throws: ``PythonError`` for what Python raises, ``InterpreterError/withoutGIL``, and what `body` throws.
    /// - Threads: With the GIL.
    public func forEach(_ body: (PythonObject) throws -> Void) throws {
        let items = try makeIterator()
        while let item = try items.next() { try body(item) }
    }
}
