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
        keywords = try [PythonObject](pairs).map { pair in (try String(pair[0]), try pair[1]) }
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

    /// A positional argument.
    ///
    /// - Throws: ``PythonError``, a `TypeError`, if there are not so many.
    /// - Threads: With the GIL.
    public subscript(index: Int) -> PythonObject {
        get throws {
            if let argument = positional(index) { return argument }
            throw try typeError("positional argument \(index) was asked for but \(count) are given")
        }
    }

    /// A keyword argument.
    ///
    /// - Throws: ``PythonError``, a `TypeError`, if there is none of this name.
    /// - Threads: With the GIL.
    public subscript(name: String) -> PythonObject {
        get throws {
            if let argument = keyword(name) { return argument }
            throw try typeError("the argument '\(name)' was asked for but it is not given")
        }
    }

    /// Passes if the call has so many positional arguments, and no other keyword arguments than these.
    ///
    /// - Throws: ``PythonError``, a `TypeError` that says what is wrong.
    /// - Threads: With the GIL.
    public func expect(_ counts: ClosedRange<Int>, keywords names: [String] = []) throws {
        guard counts.contains(count) else {
            let wanted = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
            throw try typeError("\(wanted) positional arguments were asked for but \(count) are given")
        }
        if let other = keywordNames.first(where: { name in !names.contains(name) }) {
            throw try typeError("the argument '\(other)' is given but there is none of this name")
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
