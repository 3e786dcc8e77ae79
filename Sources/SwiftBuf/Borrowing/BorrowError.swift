// Why a Python object's memory could not be borrowed.

/// Why the memory of a Python object could not be borrowed.
///
/// Nothing was borrowed then, and nothing is left held.
public enum BorrowError: Error, Equatable, Sendable {
    /// The object has no buffer: the name of its type. A `str` has none, because its characters have no one width; a `list` has none,
    /// because it holds references to objects.
    case noBuffer(typeName: ShortText)
    /// The object's buffer is another one than was asked for.
    case mismatch(expected: BufferDescription, found: BufferDescription)
    /// Somebody has borrowed the same bytes, or is moving them.
    case conflict(BorrowConflict)
    /// The object is a `swiftbuf.Buffer` that was released.
    case released
    /// What the exporter says of its memory contradicts itself.
    case incoherent
    /// The fields that the item's type declares do not fit it.
    case invalidRecord(RecordError)
    /// There is no room for the copy that was allowed, or to compare two formats.
    case outOfMemory
    /// The exporter raised an exception of its own, or looking for `_swiftbuf` did. In a module for Python it stays set; `SwiftBufEmbed`
    /// throws it as `PythonError`.
    case raised
}

extension BorrowError {
    /// Writes the error out, in one sentence.
    @inline(never)
    func write(to text: inout TextWriter) {
        switch self {
        case .noBuffer(let typeName):
            text.append("an object with a buffer was asked for but type '")
            text.append(typeName)
            text.append("' has none")
            if typeName == ShortText("str") { text.append(": encode it first, s.encode()") }
            if typeName == ShortText("list") { text.append(": make it an array first, array.array('d', x)") }
        case .mismatch(let expected, let found):
            text.append("expected ")
            expected.write(to: &text)
            text.append("; got ")
            found.write(to: &text, asFoundFor: expected)
        case .conflict(let conflict):
            conflict.write(to: &text)
        case .released:
            text.append("a buffer was asked for but this Buffer is released")
        case .incoherent:
            text.append("the exporter is not coherent: what it says of its memory contradicts itself")
        case .invalidRecord(let error):
            error.write(to: &text)
        case .outOfMemory:
            text.append("there is no room for a copy")
        case .raised:
            text.append("the exporter raised an exception")
        }
    }
}

#if !hasFeature(Embedded)
    extension BorrowError: CustomStringConvertible {
        /// The error in words: `expected float32, C-contiguous, 2-D; got float64, Fortran-contiguous, 2-D`.
        public var description: String {
            var text = TextWriter()
            write(to: &text)
            return text.string
        }
    }
#endif
