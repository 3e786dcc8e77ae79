// == and !=, hash(): a Buffer as a value.

import CPython
import CSwiftBuf
import SwiftBufCore

/// Equality, by value: `a == b` and `a != b`.
///
/// There is no order. What fails to lend its memory is unequal. Raises what a signal's handler raises meanwhile, and of the exceptions of
/// the other object `MemoryError` and what is no `Exception`, as `KeyboardInterrupt`.
///
/// - Source: CPython, `Objects/memoryobject.c` (`memory_richcompare`), but for formats that struct does not know, which are compared
///   here.
@_cdecl("swiftbuf_buffer_richcompare")
func bufferRichCompare(
    _ object: UnsafeMutablePointer<PyObject>?, _ other: UnsafeMutablePointer<PyObject>?, _ operation: CInt
) -> NewReference {
    // SAFETY: CPython calls the slot with a Buffer and an object, and keeps both alive.
    let object = unsafe object.unsafelyUnwrapped
    let other = unsafe other.unsafelyUnwrapped
    guard operation == CInt(Py_EQ) || operation == CInt(Py_NE) else { return unsafe swiftbuf_not_implemented() }
    var areEqual: Bool? = unsafe object == other
    if unsafe swiftbuf_is_of_type(other, swiftbuf_type_of(object)) != 0 {
        // A released Buffer equals itself alone.
        let compared = unsafe BufferHandle(object).pinnedUnlessReleased { pin in
            unsafe BufferHandle(other).pinnedUnlessReleased { otherPin in
                unsafe ComparedItems(pin.export).equals(ComparedItems(otherPin.export))
            }
        }
        if case .some(.some(let outcome)) = compared { areEqual = outcome }  // nil, with an exception set, stays so
    } else if unsafe !BufferHandle(object).isReleased {
        guard unsafe PyObject_CheckBuffer(other) != 0 else { return unsafe swiftbuf_not_implemented() }
        do throws(ExceptionIsSet) {
            // Asking the exporter may run Python code, which cannot release this Buffer meanwhile.
            areEqual = try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
                try unsafe withExporterView(of: other, for: .comparison) { (view) throws(ExceptionIsSet) in
                    unsafe equals(pin.export, view)
                }
            }
        } catch {
            if swiftbuf_raised_must_go_on() != 0 { return nil }
            PyErr_Clear()
            return unsafe swiftbuf_not_implemented()
        }
    }
    guard let areEqual else { return nil }
    return unsafe PyBool_FromLong(areEqual == (operation == CInt(Py_EQ)) ? 1 : 0)
}

/// Whether all items are equal; nil with an exception set.
private func equals(_ export: ExportBlock, _ view: ExporterView) -> Bool? {
    unsafe withDimensionsRoom { (room) in
        unsafe view.describe(shape: room.shape, strides: room.strides, suboffsets: room.suboffsets)
        let format = unsafe view.format
        let other = unsafe ItemsOperand(
            at: view.buf, rank: view.rank, in: room, indirect: view.isIndirect, itemByteCount: format.format.itemByteCount)
        return unsafe ComparedItems(export).equals(ComparedItems(other, format: format))
    }
}

/// `hash(b)`: that of its bytes, for a Buffer of bytes that nobody can write to and whose exporter has a hash too.
///
/// Kept from then on, even when the Buffer is released.
///
/// - Source: CPython, `Objects/memoryobject.c` (`memory_hash`).
@_cdecl("swiftbuf_buffer_hash")
func bufferHash(_ object: UnsafeMutablePointer<PyObject>?) -> Py_hash_t {
    let object = unsafe object.unsafelyUnwrapped
    let known = unsafe swiftbuf_hash_of(object)
    if known != -1 { return known }
    do throws(ExceptionIsSet) {
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in try hash(of: pin) }
    } catch {
        return -1
    }
}

/// The hash of a Buffer, which is kept.
private func hash(of pin: PinnedBuffer) throws(ExceptionIsSet) -> Py_hash_t {
    let (object, export) = unsafe (pin.object, pin.export)
    guard export.traits.contains(.readonly) else {
        raise(.valueError, "hash: a writable Buffer cannot be hashed, because its bytes may change")
        throw ExceptionIsSet()
    }
    guard export.itemIs(.uint8) || export.itemIs(.int8) || export.itemIs(.character) else {
        unsafe raise(
            .valueError, "hash: a Buffer of format 'B', 'b' or 'c' can be hashed but this one's is '%.200s'",
            export.pointer.pointee.format)
        throw ExceptionIsSet()
    }
    try unsafe checkHashable(object, export)
    guard let bytes = unsafe bufferToBytes(object, nil) else { throw ExceptionIsSet() }
    defer { unsafe swiftbuf_drop_reference(bytes) }
    let hash = unsafe PyObject_Hash(bytes)
    unsafe swiftbuf_set_hash(object, hash)
    return hash
}
