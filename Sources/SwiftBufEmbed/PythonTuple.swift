// A tuple of values of any types.

import CPython
import CSwiftBuf

/// A Python tuple to be: `PythonTuple(480, 640)`, `PythonTuple("grey", nil, 0.5)`.
///
/// - Threads: Any; the tuple is made when Python gets it.
public struct PythonTuple: ConvertibleToPython {
    private let items: [(any ConvertibleToPython)?]

    /// A tuple of these items; nil is `None`.
    public init(_ items: (any ConvertibleToPython)?...) {
        self.items = items
    }

    /// A tuple of the items of an array; nil is `None`.
    public init(_ items: [(any ConvertibleToPython)?]) {
        self.items = items
    }

    /// The tuple.
    ///
    /// - Throws: What the conversion of an item throws; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func makePythonObject(_ python: Python) throws -> PythonObject {
        try requireGIL()
        let objects = try items.map(makeObject)
        // SAFETY: live objects, with the GIL. No Python code runs until the tuple is full; PyTuple_SetItem steals the reference that is
        // added for it.
        let tuple = try unsafe PythonObject(PythonReference(PyTuple_New(objects.count)))
        for (index, object) in objects.enumerated() {
            guard unsafe PyTuple_SetItem(tuple.pointer, index, swiftbuf_new_reference(object.pointer)) == 0 else {
                throw PythonError.takeRaised()
            }
        }
        return tuple
    }
}
