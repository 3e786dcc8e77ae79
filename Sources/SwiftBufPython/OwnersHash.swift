// Whether the bytes of a read-only Buffer can change: asked of its storage, and of the exporters that it stands on.
//
// An exporter says by its own hash that its bytes stay as they are (memoryview's rule). Buffers and memoryviews can stand on each other in
// a chain of any length; each of them would ask the next one from inside of its own hash. So the chain is walked here, link by link, and
// only the object at its end is asked, or the first one that refuses by itself.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Refuses a hash if somebody may write to the bytes.
///
/// - Parameters:
///   - buffer: A read-only Buffer of bytes.
///   - export: Its block; the Buffer is pinned.
/// - Throws: With `ValueError` set, or with what an exporter's hash raised. May run Python code.
func checkHashable(_ buffer: UnsafeMutablePointer<PyObject>, _ export: ExportBlock) throws(ExceptionIsSet) {
    guard export.storageIsReadOnly else {
        raise(
            .valueError,
            "hash: memory that nobody can write to was asked for but another Buffer may write to this one's: hash(b.tobytes())")
        throw ExceptionIsSet()
    }
    // SAFETY: each link is kept by the export that the link before it holds; it is counted all the same, since Python code may run.
    guard let exporter = unsafe swiftbuf_exporter_of(buffer) else { return }
    var link = unsafe swiftbuf_new_reference(exporter)!
    defer { unsafe swiftbuf_drop_reference(link) }
    while let next = try unsafe nextLink(behind: link) {
        unsafe swiftbuf_drop_reference(link)
        unsafe link = next
    }
}

/// The exporter that a link of the chain stands on; nil if the chain ends there and all is well.
///
/// - Returns: A new reference.
/// - Throws: With the exception set that the link's hash raised.
private func nextLink(
    behind link: UnsafeMutablePointer<PyObject>
) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject>? {
    if unsafe swiftbuf_is_any_buffer(link) != 0 {
        let standsOnAnother = unsafe BufferHandle(link).pinnedUnlessReleased { pin in
            pin.export.traits.contains(.readonly) && pin.export.storageIsReadOnly && pin.export.hasItemsOfBytes
        }
        if standsOnAnother == true {
            guard let exporter = unsafe swiftbuf_exporter_of(link) else { return nil }
            return unsafe swiftbuf_new_reference(exporter)
        }
    } else if unsafe swiftbuf_is_memoryview(link) != 0, try unsafe isReadOnlyBytes(memoryview: link) {
        guard let exporter = unsafe PyObject_GetAttrString(link, "obj") else { throw ExceptionIsSet() }
        if unsafe swiftbuf_is_none(exporter) == 0 { return unsafe exporter }
        unsafe swiftbuf_drop_reference(exporter)
        return nil
    }
    if unsafe PyObject_Hash(link) == -1 { throw ExceptionIsSet() }
    return nil
}

/// Whether a memoryview would ask its exporter before it hashes; if not, it refuses without asking.
///
/// - Source: CPython, `Objects/memoryobject.c` (`memory_hash`).
private func isReadOnlyBytes(memoryview: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Bool {
    guard let readonly = unsafe PyObject_GetAttrString(memoryview, "readonly") else { throw ExceptionIsSet() }
    defer { unsafe swiftbuf_drop_reference(readonly) }
    guard let format = unsafe PyObject_GetAttrString(memoryview, "format") else { throw ExceptionIsSet() }
    defer { unsafe swiftbuf_drop_reference(format) }
    guard unsafe PyObject_IsTrue(readonly) == 1 else { return false }
    return unsafe PyUnicode_CompareWithASCIIString(format, "B") == 0 || PyUnicode_CompareWithASCIIString(format, "b") == 0
        || PyUnicode_CompareWithASCIIString(format, "c") == 0 || PyUnicode_CompareWithASCIIString(format, "@B") == 0
        || PyUnicode_CompareWithASCIIString(format, "@b") == 0 || PyUnicode_CompareWithASCIIString(format, "@c") == 0
}

extension ExportBlock {
    /// Whether no view of the memory may be writable.
    fileprivate var storageIsReadOnly: Bool {
        // SAFETY: a Buffer that is not released has a storage.
        unsafe pointer.pointee.storage.unsafelyUnwrapped.pointee.flags & UInt32(SWIFTBUF_STORAGE_READONLY) != 0
    }

    /// Whether the items are single bytes: format `B`, `b` or `c`.
    var hasItemsOfBytes: Bool { itemIs(.uint8) || itemIs(.int8) || itemIs(.character) }
}
