// Running Python source, and getting plain values out of it.
//
// Everything runs in the namespace of `__main__`, as in an interactive session: what one call defines, the next one finds.

extension Python {
    /// Runs Python statements.
    ///
    /// - Parameters:
    ///   - source: Python source of any number of lines.
    ///   - values: Names that are assigned first, and stay assigned; nil is `None`. A `SharedBuffer` is the same memory in Python and in
    ///     Swift.
    /// - Throws: ``PythonError`` for what Python raises, and what a conversion throws; ``InterpreterError/withoutGIL``.
    /// - Ownership: A buffer's memory belongs to Python too, until the last object over it is gone.
    /// - Threads: With the GIL.
    public func run(_ source: String, with values: KeyValuePairs<String, (any ConvertibleToPython)?> = [:]) throws {
        try requireGIL()
        let namespace = try MainNamespace()
        for (name, value) in values {
            try namespace.assign(makeObject(value), to: name)
        }
        _ = try namespace.run(source, as: .statements)
    }

    /// The object that a Python expression gives.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String) throws -> PythonObject {
        try requireGIL()
        return try PythonObject(MainNamespace().run(expression, as: .expression))
    }

    /// The value that a Python expression gives: `try python.evaluate("len(names)", as: Int.self)`.
    ///
    /// - Parameters:
    ///   - expression: A Python expression.
    ///   - type: What its value is converted to.
    /// - Throws: ``PythonError`` for what Python raises, and what the conversion throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func evaluate<Value: ConvertibleFromPython>(_ expression: String, as type: Value.Type) throws -> Value {
        try Value(evaluate(expression))
    }
}
