// Calls, in Swift's own form and in one that takes the token.

import CPython
import CSwiftBuf

extension PythonObject {
    /// Calls it: `try np.asarray(samples, dtype: "float32")`.
    ///
    /// - Parameter arguments: Positional ones, without a label, and keyword ones; nil for `None`.
    /// - Returns: What the callable returns.
    /// - Throws: ``PythonError`` for what Python raises, and what a conversion throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    @discardableResult
    public func dynamicallyCall(
        withKeywordArguments arguments: KeyValuePairs<String, (any ConvertibleToPython)?>
    ) throws -> PythonObject {
        try requireGIL()
        let positional = arguments.filter { argument in argument.key.isEmpty }.map { argument in argument.value }
        return try call(positional, arguments.filter { argument in !argument.key.isEmpty })
    }

    fileprivate func call(
        _ positional: [(any ConvertibleToPython)?], _ keywords: [(key: String, value: (any ConvertibleToPython)?)]
    ) throws -> PythonObject {
        let positional = try PythonTuple(positional).makePythonObject(Python())
        guard !keywords.isEmpty else {
            // SAFETY: live objects, with the GIL.
            return try unsafe PythonObject(PythonReference(PyObject_Call(pointer, positional.pointer, nil)))
        }
        // SAFETY: live objects, with the GIL; the dictionary takes its own references.
        let named = try unsafe PythonReference(PyDict_New())
        for (name, value) in keywords {
            let value = try makeObject(value)
            let key = try PythonReference(name)
            guard unsafe PyDict_SetItem(named.pointer, key.pointer, value.pointer) == 0 else { throw PythonError.takeRaised() }
        }
        guard unsafe PyDict_Size(named.pointer) == keywords.count else {
            throw PythonError.raised(.typeError, "expected each keyword argument once, got one twice")
        }
        return try unsafe PythonObject(PythonReference(PyObject_Call(pointer, positional.pointer, named.pointer)))
    }
}

extension Python {
    /// Calls a method of an object, or a function of a module: `try python.call(np, "asarray", samples)`.
    ///
    /// - Parameters:
    ///   - object: Whose method it is.
    ///   - method: Its name.
    ///   - arguments: The positional arguments; nil for `None`.
    ///   - keywords: The keyword arguments.
    /// - Returns: What the method returns.
    /// - Throws: ``PythonError`` for what Python raises, and what a conversion throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    @discardableResult
    public func call(
        _ object: PythonObject, _ method: String, _ arguments: (any ConvertibleToPython)?...,
        keywords: KeyValuePairs<String, (any ConvertibleToPython)?> = [:]
    ) throws -> PythonObject {
        try object.attribute(method).call(arguments, Array(keywords))
    }
}
