// What Python is told about an item: a format in PEP 3118's syntax, and the bytes that it says.

import SwiftBufCore

/// The type of a buffer's items, as Python reads it.
///
/// - Source: PEP 3118; the letters are those of Python's `struct` module.
/// - Threads: Any; it never changes.
@safe
@frozen
public struct BufferFormat: @unchecked Sendable {
    /// The format in PEP 3118's syntax, NUL-terminated; there as long as the program.
    @usableFromInline package let text: UnsafePointer<UInt8>
    /// Bytes of the text, without its NUL.
    @usableFromInline package let textByteCount: Int
    /// Bytes of one item, as the format says it: the stride of the Swift type.
    @usableFromInline package let byteCount: Int
    /// How an item is read: a `ScalarKind` of the core, or 0 for what is not one scalar.
    @usableFromInline package let kind: UInt8
    /// What else is known of a format that was made while the program runs; nil for those of the library.
    @usableFromInline let composed: UnsafePointer<ComposedFormat>?

    /// The format of one scalar.
    ///
    /// - Parameter kind: The number of a `ScalarKind`; a test holds it against the core's own.
    @inlinable
    @inline(__always)
    init(_ text: StaticString, kind: UInt8, byteCount: Int) {
        precondition(text.hasPointerRepresentation, "a format is stored as bytes")
        unsafe self.text = text.utf8Start
        textByteCount = text.utf8CodeUnitCount
        self.byteCount = byteCount
        self.kind = kind
        unsafe composed = nil
    }

    init(_ composed: UnsafePointer<ComposedFormat>, byteCount: Int) {
        unsafe text = composed.pointee.text
        textByteCount = unsafe composed.pointee.textByteCount
        self.byteCount = byteCount
        kind = 0
        unsafe self.composed = composed
    }

    /// Why this is no format: how the fields of a record do not fit its type.
    var error: RecordError? { unsafe composed?.pointee.error }
}

/// The text of a format that is made while the program runs: a record's, or an array's.
///
/// It is made once for a type, and stays as long as the program, as types do: so a ``BufferFormat`` is plain numbers, and borrowing
/// counts no reference.
@safe
@usableFromInline
struct ComposedFormat {
    /// NUL-terminated.
    let text: UnsafePointer<UInt8>
    /// Without the NUL.
    let textByteCount: Int
    /// The same without the pad at the end: what a record is as a field whose pad Swift puts the next field into.
    let unpaddedText: UnsafePointer<UInt8>
    let unpaddedTextByteCount: Int
    let error: RecordError?

    /// Keeps texts for as long as the program runs.
    static func forever(
        _ text: [UInt8], unpadded: [UInt8], error: RecordError? = nil
    ) -> UnsafePointer<ComposedFormat> {
        // SAFETY: room for the struct; never given back.
        let composed = UnsafeMutablePointer<ComposedFormat>.allocate(capacity: 1)
        unsafe composed.initialize(
            to: ComposedFormat(
                text: keepForever(text), textByteCount: text.count, unpaddedText: keepForever(unpadded),
                unpaddedTextByteCount: unpadded.count, error: error))
        return unsafe UnsafePointer(composed)
    }
}

/// Keeps a text, with a NUL behind it, for as long as the program runs.
private func keepForever(_ bytes: [UInt8]) -> UnsafePointer<UInt8> {
    // SAFETY: room for the bytes and the NUL; never given back.
    let text = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 1)
    for (index, byte) in bytes.enumerated() { unsafe (text + index).initialize(to: byte) }
    unsafe (text + bytes.count).initialize(to: 0)
    return unsafe UnsafePointer(text)
}
