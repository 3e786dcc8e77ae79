// What Python is told about an item: a format in PEP 3118's syntax, and the bytes that it says.

import SwiftBufCore

/// The type of a buffer's items, as Python reads it.
///
/// - Source: PEP 3118; the letters are those of Python's `struct` module.
/// - Threads: Any; it never changes.
@safe
public struct BufferFormat: @unchecked Sendable {
    /// The format in PEP 3118's syntax, NUL-terminated; there as long as the program, or as `owner`.
    package let text: UnsafePointer<UInt8>
    /// Bytes of the text, without its NUL.
    package let textByteCount: Int
    /// Bytes of one item, as the format says it: the stride of the Swift type.
    package let byteCount: Int
    /// How an item is read: a `ScalarKind` of the core, or 0 for what is not one scalar.
    package let kind: UInt8
    /// What keeps the text of a record; nil for those of the library.
    let owner: FormatText?

    init(_ text: StaticString, kind: ScalarKind) {
        precondition(text.hasPointerRepresentation, "a format is stored as bytes")
        unsafe self.text = text.utf8Start
        textByteCount = text.utf8CodeUnitCount
        byteCount = kind.byteCount
        self.kind = kind.rawValue
        owner = nil
    }

    init(_ owner: FormatText, byteCount: Int) {
        unsafe text = UnsafePointer(owner.start)
        textByteCount = owner.byteCount
        self.byteCount = byteCount
        kind = 0
        self.owner = owner
    }

    /// Why this is no format: how the fields of a record do not fit its type.
    var error: RecordError? { owner?.error }
}

/// The text of a format that is made while the program runs.
///
/// Invariant: never changed once others can see it.
@safe
final class FormatText: @unchecked Sendable {
    /// NUL-terminated; owned.
    let start: UnsafeMutablePointer<UInt8>
    /// Without the NUL.
    let byteCount: Int
    /// Of a record: how many bytes stand in front of its pad at the end, which it has only as an item, not as a field.
    let unpaddedByteCount: Int
    let error: RecordError?

    init(_ bytes: [UInt8], unpaddedByteCount: Int, error: RecordError? = nil) {
        // SAFETY: room for the bytes and the NUL.
        unsafe start = UnsafeMutablePointer.allocate(capacity: bytes.count + 1)
        for (index, byte) in bytes.enumerated() { unsafe (start + index).initialize(to: byte) }
        unsafe (start + bytes.count).initialize(to: 0)
        byteCount = bytes.count
        self.unpaddedByteCount = unpaddedByteCount
        self.error = error
    }

    deinit {
        unsafe start.deallocate()
    }
}
