// A dictionary of values of any types.

import CPython

/// A Python dict to be, of values of several types: `PythonDictionary(["width": 640, "name": "grey", "limit": nil])`.
///
/// Where the type is known, the literal is enough: `let options: PythonDictionary = ["width": 640, "name": "grey"]`. A `Dictionary` whose
/// keys and values have one type each is a dict as it is.
///
/// - Threads: Any; the dict is made when Python gets it.
public struct PythonDictionary: ConvertibleToPython, ExpressibleByDictionaryLiteral {
    private let items: [(key: any ConvertibleToPython, value: (any ConvertibleToPython)?)]

    /// A dict of these items, in this order; nil is `None`.
    ///
    /// Of two equal keys the last one counts, as in Python.
    public init(_ items: KeyValuePairs<any ConvertibleToPython, (any ConvertibleToPython)?>) {
        self.items = items.map { item in item }
    }

    /// A dict of the items of a dictionary; nil is `None`.
    @_disfavoredOverload  // so that a literal keeps its order
    public init<Key: ConvertibleToPython & Hashable>(_ items: [Key: (any ConvertibleToPython)?]) {
        self.items = items.map { item in (item.key, item.value) }
    }

    /// A dict of the items of a literal, in their order; nil is `None`.
    public init(dictionaryLiteral items: (any ConvertibleToPython, (any ConvertibleToPython)?)...) {
        self.items = items.map { item in (item.0, item.1) }
    }

    /// The dict.
    ///
    /// - Throws: ``PythonError`` for a key that Python cannot hash; what the conversion of a key or value throws;
    ///   ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        // SAFETY: live objects, with the GIL; the dictionary takes its own references.
        let dictionary = try unsafe PythonObject(PythonReference(PyDict_New()))
        for (key, value) in items {
            let (key, value) = (try key.makePythonObject(python), try makeObject(value))
            guard unsafe PyDict_SetItem(dictionary.pointer, key.pointer, value.pointer) == 0 else {
                throw PythonError.takeRaised()
            }
        }
        return dictionary
    }
}
