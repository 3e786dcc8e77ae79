// What Python calls a Swift function with. Nothing here traps, whatever that is.

import CPython
import CSwiftBuf

/// The arguments of a call from Python.
///
/// - Threads: With the GIL, as ``PythonObject``.
public struct PythonArguments {
    private let function: String
    private let positional: [PythonObject]
    private let keywords: [(name: String, value: PythonObject)]

    /// Reads them.
    ///
    /// - Threads: With the GIL.
    @unsafe
    init(of function: String, tuple: UnsafeMutablePointer<PyObject>, dictionary: UnsafeMutablePointer<PyObject>?) throws {
        self.function = function
        // SAFETY: live objects, with the GIL. PyTuple_GetItem lends its result, and the reference is added.
        positional = try unsafe (0..<swiftbuf_tuple_size(tuple)).map { index in
            try unsafe PythonObject(PythonReference(swiftbuf_new_reference(PyTuple_GetItem(tuple, index))))
        }
        guard let dictionary = unsafe dictionary else {
            keywords = []
            return
        }
        let pairs = try unsafe PythonObject(PythonReference(PyDict_Items(dictionary)))
        keywords = try [PythonObject](pairs).map { pair in (try pair[0].text(), try pair[1]) }
    }

    /// How many positional arguments there are.
    public var count: Int { positional.count }

    /// The names of the keyword arguments, in the order of the call.
    public var keywordNames: [String] { keywords.map { argument in argument.name } }

    /// A positional argument; nil if there are not so many.
    public func positional(_ index: Int) -> PythonObject? {
        positional.indices.contains(index) ? positional[index] : nil
    }

    /// A keyword argument; nil if there is none of this name.
    public func keyword(_ name: String) -> PythonObject? {
        keywords.first { argument in argument.name == name }?.value
    }

    /// The value of a positional argument; nil if there are not so many.
    ///
    /// - Throws: What the conversion throws, a ``PythonConversionError`` with the function and the argument.
    /// - Threads: With the GIL.
    public func positional<Value: ConvertibleFromPython>(_ index: Int, as type: Value.Type) throws -> Value? {
        try positional(index).map { _ in try self[index, as: type] }
    }

    /// The value of a keyword argument; nil if there is none of this name: `try arguments.keyword("limit", as: Double.self) ?? 1`.
    ///
    /// - Throws: What the conversion throws, a ``PythonConversionError`` with the function and the argument.
    /// - Threads: With the GIL.
    public func keyword<Value: ConvertibleFromPython>(_ name: String, as type: Value.Type) throws -> Value? {
        try keyword(name).map { _ in try self[name, as: type] }
    }

    /// A positional argument.
    ///
    /// - Throws: ``PythonError``, a `TypeError`, if there are not so many.
    /// - Threads: With the GIL.
    public subscript(index: Int) -> PythonObject {
        get throws {
            if let argument = positional(index) { return argument }
            throw try typeError("expected a positional argument \(index), got \(count) of them, counted from 0")
        }
    }

    /// The value of a positional argument: `try arguments[0, as: Int.self]`.
    ///
    /// - Throws: As the subscript without a type; and what the conversion throws, a ``PythonConversionError`` with the function and the
    ///   argument.
    /// - Threads: With the GIL.
    public subscript<Value: ConvertibleFromPython>(index: Int, as type: Value.Type) -> Value {
        get throws {
            let argument = try self[index]
            return try PythonConversionError.at(.argument(index), of: function) { try Value(argument) }
        }
    }

    /// A keyword argument.
    ///
    /// - Throws: ``PythonError``, a `TypeError`, if there is none of this name.
    /// - Threads: With the GIL.
    public subscript(name: String) -> PythonObject {
        get throws {
            if let argument = keyword(name) { return argument }
            throw try typeError("expected the keyword argument '\(name)', got none of this name")
        }
    }

    /// The value of a keyword argument: `try arguments["limit", as: Double.self]`.
    ///
    /// - Throws: As the subscript without a type; and what the conversion throws, a ``PythonConversionError`` with the function and the
    ///   argument.
    /// - Threads: With the GIL.
    public subscript<Value: ConvertibleFromPython>(name: String, as type: Value.Type) -> Value {
        get throws {
            let argument = try self[name]
            return try PythonConversionError.at(.keyword(name), of: function) { try Value(argument) }
        }
    }

    /// Passes if the call has so many positional arguments, and no other keyword arguments than these.
    ///
    /// - Throws: ``PythonError``, a `TypeError` that says what is wrong.
    /// - Threads: With the GIL.
    public func expect(_ counts: ClosedRange<Int>, keywords names: [String] = []) throws {
        guard counts.contains(count) else {
            let wanted = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
            throw try typeError("expected \(wanted) positional arguments, got \(count)")
        }
        if let other = keywordNames.first(where: { name in !names.contains(name) }) {
            let known = names.map { name in "'\(name)'" }.joined(separator: ", ")
            throw try typeError(
                "expected \(names.isEmpty ? "no keyword arguments" : "keyword arguments of \(known)"), got '\(other)'")
        }
    }

    /// Passes if the call has so many positional arguments, and no other keyword arguments than these.
    ///
    /// - Throws: ``PythonError``, a `TypeError` that says what is wrong.
    /// - Threads: With the GIL.
    public func expect(_ count: Int, keywords names: [String] = []) throws {
        try expect(count...count, keywords: names)
    }

    private func typeError(_ text: String) throws -> PythonError {
        try requireGIL()
        return PythonError.raised(.typeError, "\(function): \(text)")
    }
}
