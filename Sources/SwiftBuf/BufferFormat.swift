// What Python is told about an item: a format in PEP 3118's syntax, and the bytes that it says.

/// The type of a buffer's items, as Python reads it.
///
/// - Source: PEP 3118; the letters are those of Python's `struct` module.
@safe
public struct BufferFormat: Sendable {
    /// The format in PEP 3118's syntax, stored as NUL-terminated bytes.
    package let text: StaticString
    /// Bytes of one item, as the format says it.
    package let byteCount: Int

    package init(_ text: StaticString, byteCount: Int) {
        precondition(text.hasPointerRepresentation, "a format is stored as bytes")
        self.text = text
        self.byteCount = byteCount
    }
}
