// A list of values of any types.

import CPython

/// A Python list to be, of items of several types: `PythonList(1, "two", nil)`.
///
/// An array whose items have one type is a list as it is.
///
/// - Threads: Any; the list is made when Python gets it.
public struct PythonList: ConvertibleToPython {
    private let items: [(any ConvertibleToPython)?]

    /// A list of these items; nil is `None`.
    public init(_ items: (any ConvertibleToPython)?...) {
        self.items = items
    }

    /// A list of the items of an array; nil is `None`.
    public init(_ items: [(any ConvertibleToPython)?]) {
        self.items = items
    }

    /// The list.
    ///
    /// - Throws: What the conversion of an item throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        // SAFETY: live objects, with the GIL; the list takes its own references.
        let list = try unsafe PythonObject(PythonReference(PyList_New(0)))
        for item in items {
            let item = try makeObject(item)
            guard unsafe PyList_Append(list.pointer, item.pointer) == 0 else { throw PythonError.takeRaised() }
        }
        return list
    }
}
