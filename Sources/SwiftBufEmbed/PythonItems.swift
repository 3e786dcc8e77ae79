// Python's iteration in a `for` loop.
//
// Swift's `for` calls a `next()` that cannot throw. So each item comes as a Result, as in the bindings of other languages whose loops
// cannot fail; whoever uses the item says `get()`, and meets the error there. PythonObject itself is no Sequence: that has dozens of
// members, and `min`, `max`, `filter`, `split`, `count` and others would hide attributes of the same name, such as those of NumPy's arrays.

/// The items of a Python object, for a `for` loop, one after the other.
///
///     for line in try file.iterated() {
///         print(try line.get())
///     }
///
/// What Python raises on the way is the last item, a failure. `for item in try [PythonObject](object)` takes all items first, and throws
/// before the loop begins.
///
/// - Threads: With the GIL, as ``PythonObject``; without it the next item is the failure ``InterpreterError/withoutGIL``.
public struct PythonItems: Sequence, IteratorProtocol {
    /// Nil after the end.
    private var iterator: PythonIterator?

    fileprivate init(_ iterator: PythonIterator) {
        self.iterator = iterator
    }

    /// The next item, or what Python raised instead; nil after the last one, and after a failure.
    public mutating func next() -> Result<PythonObject, any Error>? {
        guard let iterator else { return nil }
        do {
            if let item = try iterator.next() { return .success(item) }
            self.iterator = nil
            return nil
        } catch {
            self.iterator = nil
            return .failure(error)
        }
    }
}

extension PythonObject {
    /// Starts an iteration for a `for` loop: `for item in try object.iterated() { … try item.get() … }`.
    ///
    /// - Throws: ``PythonError`` for what Python raises, `TypeError` if it cannot be iterated; ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public func iterated() throws -> PythonItems {
        PythonItems(try makeIterator())
    }
}
