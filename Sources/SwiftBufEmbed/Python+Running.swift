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
    public func run(_ source: String, with values: KeyValuePairs<String, (any PythonConvertible)?> = [:]) throws {
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
    public func evaluate(_ expression: String, as type: PythonObject.Type = PythonObject.self) throws -> PythonObject {
        try requireGIL()
        return try PythonObject(MainNamespace().run(expression, as: .expression))
    }

    /// The value of a Python expression, which must be an int that `Int` can hold.
    ///
    /// - Throws: ``PythonError`` for what Python raises: `TypeError` for another type, `OverflowError` for too large an int;
    ///   ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: Int.Type) throws -> Int {
        try Int(evaluate(expression, as: PythonObject.self))
    }

    /// The value of a Python expression, which must be a float, or convert to one.
    ///
    /// - Throws: ``PythonError`` for what Python raises: `TypeError` for another type; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: Double.Type) throws -> Double {
        try Double(evaluate(expression, as: PythonObject.self))
    }

    /// Whether a Python expression is true, as `if` sees it.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: Bool.Type) throws -> Bool {
        try Bool(evaluate(expression, as: PythonObject.self))
    }

    /// The value of a Python expression as text: what `str()` makes of it.
    ///
    /// - Throws: ``PythonError`` for what Python raises; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func evaluate(_ expression: String, as type: String.Type) throws -> String {
        try String(evaluate(expression, as: PythonObject.self))
    }
}
