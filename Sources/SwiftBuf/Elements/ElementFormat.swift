// What Python is told about an item: a format in PEP 3118's syntax, and the bytes that it says. One code for all element types; which type a
// format is of, `BufferFormat` says.

import SwiftBufCore
import Synchronization

/// The type of a buffer's items, as Python reads it.
@safe
@frozen
@usableFromInline
struct ElementFormat: @unchecked Sendable {
    /// The format in PEP 3118's syntax, NUL-terminated; there as long as the program.
    @usableFromInline let text: UnsafePointer<UInt8>
    /// Bytes of the text, without its NUL.
    @usableFromInline let textByteCount: Int
    /// Bytes of one item, as the format says it: the stride of the Swift type.
    @usableFromInline let byteCount: Int
    /// How an item is read: a `ScalarKind` of the core, or 0 for what is not one scalar.
    @usableFromInline let kind: UInt8
    /// Whether there are bytes that are no value of the Swift type, so that it is lent as its raw type alone.
    @usableFromInline let isConverted: Bool
    /// What else is known of a format that was made while the program runs; nil for those of the library.
    @usableFromInline let composed: UnsafePointer<ComposedFormat>?

    /// The format of one scalar.
    ///
    /// - Parameter kind: The number of a `ScalarKind`; a test holds it against the core's own.
    @inlinable
    @inline(__always)
    init(_ text: StaticString, kind: UInt8, byteCount: Int, isConverted: Bool = false) {
        precondition(text.hasPointerRepresentation, "a format is stored as bytes")
        unsafe self.text = text.utf8Start
        textByteCount = text.utf8CodeUnitCount
        self.byteCount = byteCount
        self.kind = kind
        self.isConverted = isConverted
        unsafe composed = nil
    }

    /// The same format for another type.
    @inlinable
    @inline(__always)
    init(_ other: ElementFormat, isConverted: Bool) {
        unsafe text = other.text
        textByteCount = other.textByteCount
        byteCount = other.byteCount
        kind = other.kind
        self.isConverted = isConverted
        unsafe composed = other.composed
    }

    init(_ composed: UnsafePointer<ComposedFormat>, byteCount: Int) {
        unsafe text = composed.pointee.text
        textByteCount = unsafe composed.pointee.textByteCount
        self.byteCount = byteCount
        kind = 0
        isConverted = false
        unsafe self.composed = composed
    }

    /// Why this is no format: how the fields of a record do not fit its type.
    var error: RecordError? { unsafe composed?.pointee.error }
}

/// The text of a format that is made while the program runs: a record's, or an array's.
///
/// It is made once for a type, and stays as long as the program, as types do: so an ``ElementFormat`` is plain numbers, and borrowing
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

    /// Keeps texts for as long as the program runs; the same ones once.
    static func forever(
        _ text: [UInt8], unpadded: [UInt8], error: RecordError? = nil
    ) -> UnsafePointer<ComposedFormat> {
        unsafe KeptFormats.format(text, unpadded: unpadded, error: error)
    }

    /// Whether it is of these texts.
    fileprivate func isOf(_ text: [UInt8], unpadded: [UInt8], error: RecordError?) -> Bool {
        guard error == self.error && text.count == textByteCount && unpadded.count == unpaddedTextByteCount else { return false }
        // SAFETY: the texts have that many bytes.
        for (index, byte) in text.enumerated() where unsafe self.text[index] != byte { return false }
        for (index, byte) in unpadded.enumerated() where unsafe unpaddedText[index] != byte { return false }
        return true
    }
}

/// The formats that were composed, each kept once: a declaration that is worked out again, as a computed property's is, takes no memory.
private enum KeptFormats {
    /// One of them, and the next.
    @unsafe
    struct Entry {
        let format: ComposedFormat
        let next: UnsafePointer<Entry>?
    }

    // SAFETY: pointers are not Sendable, but what this one leads to never changes.

    /// The first entry.
    nonisolated(unsafe) private static let first = unsafe Atomic<UnsafeRawPointer?>(nil)

    /// - Complexity: O(*n*) in the number of formats.
    static func format(_ text: [UInt8], unpadded: [UInt8], error: RecordError?) -> UnsafePointer<ComposedFormat> {
        // SAFETY: entries are never changed or given back once they are in the list, whose head is read and replaced atomically.
        while true {
            let head = unsafe first.load(ordering: .acquiring)
            var entry = unsafe head?.assumingMemoryBound(to: Entry.self)
            while let here = unsafe entry {
                if unsafe here.pointee.format.isOf(text, unpadded: unpadded, error: error) {
                    return unsafe UnsafeRawPointer(here).assumingMemoryBound(to: ComposedFormat.self)
                }
                unsafe entry = here.pointee.next
            }
            let new = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
            unsafe new.initialize(
                to: Entry(
                    format: ComposedFormat(
                        text: keepForever(text), textByteCount: text.count, unpaddedText: keepForever(unpadded),
                        unpaddedTextByteCount: unpadded.count, error: error), next: head?.assumingMemoryBound(to: Entry.self)))
            // If another thread was first, this one's entry is lost, and looked for again.
            _ = unsafe first.compareExchange(
                expected: head, desired: UnsafeRawPointer(new), successOrdering: .acquiringAndReleasing,
                failureOrdering: .acquiring)
        }
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
