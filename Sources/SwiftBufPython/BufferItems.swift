// b[key], b[key] = value: which of them is about one item, and that item. And len(b).
//
// An index that is no plain int may run Python code, which may resize or release the Buffer: all of a key is read before the shape
// is looked at, and nothing of the export block is kept across such a call.
//
// The two subscript slots are @c, not @_cdecl as all others: the same C symbol without a second function behind it, which is a
// twentieth of the time of b[i].

import CPython
import CSwiftBuf
import SwiftBufCore

/// `len(b)`: items along the first dimension.
@_cdecl("swiftbuf_buffer_length")
func bufferLength(_ object: UnsafeMutablePointer<PyObject>?) -> Int {
    // SAFETY (all of this file): CPython calls a slot with a Buffer and with arguments that it keeps alive.
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return -1 }
    if unsafe export.pointer.pointee.ndim == 0 {
        raise(.typeError, "len: a 0-dimensional Buffer has no length")
        return -1
    }
    return unsafe export.pointer.pointee.shape[0]
}

/// What stands at a position along the first dimension, an item or a view; what iteration calls.
@_cdecl("swiftbuf_buffer_item")
func bufferItem(_ object: UnsafeMutablePointer<PyObject>?, _ index: Int) -> UnsafeMutablePointer<PyObject>? {
    let export = unsafe ExportBlock(of: object)
    // PySequence_GetItem has added the length to a negative index already; what is still negative is out of bounds.
    guard index >= 0 else {
        raise(.indexError, "index is out of bounds")
        return nil
    }
    if export.isPlain(rank: 1) {
        guard let address = try? unsafe export.address(of: index) else { return nil }
        return unsafe export.readItem(at: address)
    }
    guard let key = unsafe PyLong_FromSsize_t(index) else { return nil }
    defer { unsafe swiftbuf_drop_reference(key) }
    return unsafe subscriptByParts(object.unsafelyUnwrapped, key)
}

/// `b[key]`.
@c(swiftbuf_buffer_subscript)
func bufferSubscript(
    _ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>
) -> UnsafeMutablePointer<PyObject>? {
    let export = unsafe ExportBlock(of: object)
    do throws(ExceptionIsSet) {
        if let address = try unsafe plainAddress(ofKey: key, in: export) {
            return unsafe export.readItem(at: address)
        }
    } catch {
        return nil
    }
    return unsafe swiftbuf_is_slice(key) != 0 ? slice(object, key) : subscriptByParts(object, key)
}

/// `b[key] = value`, and `del b[key]`, which is refused.
@c(swiftbuf_buffer_assign_subscript)
func bufferAssignSubscript(
    _ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>,
    _ value: UnsafeMutablePointer<PyObject>?
) -> CInt {
    let export = unsafe ExportBlock(of: object)
    guard let value = unsafe value, export.traits.isDisjoint(with: [.released, .readonly]) else {
        return unsafe refuseAssignment(to: export, isDeletion: value == nil)
    }
    do throws(ExceptionIsSet) {
        // What loops in Python are made of first: converting a plain float or int runs no Python code.
        if unsafe export.itemIs(.float64) && swiftbuf_is_exact_float(value) != 0 {
            let item = unsafe PyFloat_AsDouble(value)
            if let address = try unsafe plainAddress(ofKey: key, in: export) {
                unsafe address.storeBytes(of: item, as: Double.self)
                return 0
            }
        } else if let item = unsafe export.packByte(value) {
            if let address = try unsafe plainAddress(ofKey: key, in: export) {
                unsafe address.storeBytes(of: item, as: UInt8.self)
                return 0
            }
        }
        try unsafe assignByParts(object, key, value)
        return 0
    } catch {
        return -1
    }
}

/// Sets the exception for an assignment that can have no value, or no place.
@inline(never)
private func refuseAssignment(to export: ExportBlock, isDeletion: Bool) -> CInt {
    guard export.checkNotReleased() else { return -1 }
    raise(
        .typeError,
        isDeletion ? "an item cannot be deleted from memory" : "an item was assigned but this Buffer is read-only")
    return -1
}

/// The address of the item that a key of plain ints names in a Buffer of one or two dimensions; nil for all other keys and Buffers.
///
/// Runs no Python code.
///
/// - Throws: With `IndexError` set.
@inline(__always)
private func plainAddress(
    ofKey key: UnsafeMutablePointer<PyObject>, in export: ExportBlock
) throws(ExceptionIsSet) -> UnsafeMutableRawPointer? {
    if unsafe swiftbuf_is_exact_int(key) != 0 && export.isPlain(rank: 1) {
        return try unsafe export.address(of: try readIndex(key))
    }
    if unsafe swiftbuf_is_exact_tuple(key) != 0 && swiftbuf_tuple_size(key) == 2 && export.isPlain(rank: 2) {
        let first = unsafe PyTuple_GetItem(key, 0).unsafelyUnwrapped
        let second = unsafe PyTuple_GetItem(key, 1).unsafelyUnwrapped
        if unsafe swiftbuf_is_exact_int(first) != 0 && swiftbuf_is_exact_int(second) != 0 {
            return try unsafe export.address(of: try readIndex(first), try readIndex(second))
        }
    }
    return nil
}

/// Reads one index; may run Python code.
@inline(__always)
func readIndex(_ object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Int {
    if unsafe swiftbuf_is_exact_int(object) != 0 {
        let index = unsafe PyLong_AsSsize_t(object)
        if index != -1 { return index }
    }
    return try unsafe readUncommonIndex(object)
}

/// Reads -1, an int that no index can count, or an object that has `__index__`.
@inline(never)
private func readUncommonIndex(_ object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Int {
    // PyLong_AsSsize_t may have set OverflowError, of which IndexError takes the place.
    PyErr_Clear()
    let index = unsafe PyNumber_AsSsize_t(object, swiftbuf_index_error())
    if index == -1, unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
    return index
}

extension ExportBlock {
    /// Sets `ValueError` if the Buffer let go of its memory.
    @inline(__always)
    func checkNotReleased() -> Bool {
        traits.contains(.released) ? raiseReleased() : true
    }

    @inline(never)
    private func raiseReleased() -> Bool {
        raise(.valueError, "operation forbidden on a released Buffer")
        return false
    }

    /// Whether this is a Buffer of so many dimensions, neither released nor one whose items stand behind pointers.
    @inline(__always)
    func isPlain(rank: Int32) -> Bool {
        unsafe pointer.pointee.ndim == rank && traits.isDisjoint(with: [.released, .indirect])
    }

    /// The byte offset of an index along a dimension; negative ones count from the end.
    ///
    /// - Precondition: There is such a dimension.
    /// - Throws: With `IndexError` set.
    @inline(__always)
    func byteOffset(_ index: Int, axis: Int) throws(ExceptionIsSet) -> Int {
        // SAFETY: the precondition.
        let count = unsafe pointer.pointee.shape.unsafelyUnwrapped[axis]
        let position = index < 0 ? index &+ count : index
        // One comparison for both ends: what is below zero is a large unsigned number.
        guard UInt(bitPattern: position) < UInt(bitPattern: count) else {
            throw indexIsOutOfBounds(index, axis: axis, count: count)
        }
        // What the layout reaches was checked when it was made: no offset of an item overflows.
        return unsafe position &* pointer.pointee.strides.unsafelyUnwrapped[axis]
    }

    /// The address of an item of a plain Buffer of one dimension.
    @inline(__always)
    func address(of index: Int) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        unsafe pointer.pointee.buf.unsafelyUnwrapped + (try byteOffset(index, axis: 0))
    }

    /// The address of an item of a plain Buffer of two dimensions.
    @inline(__always)
    func address(of first: Int, _ second: Int) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        let offset = try byteOffset(first, axis: 0)
        return unsafe pointer.pointee.buf.unsafelyUnwrapped + offset + (try byteOffset(second, axis: 1))
    }

    /// The address of the item that a key of as many indices as dimensions names.
    func address(of key: KeyParts) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        var address = unsafe pointer.pointee.buf.unsafelyUnwrapped
        for axis in 0..<rank {
            unsafe address += try byteOffset(key.parts[axis].start, axis: axis)
            unsafe address = follow(address, behind: axis)
        }
        return unsafe address
    }

    /// Where the way to an item leads behind a dimension: on, or through the pointer that stands there.
    @inline(__always)
    func follow(_ address: UnsafeMutableRawPointer, behind axis: Int) -> UnsafeMutableRawPointer {
        guard let suboffset = unsafe pointer.pointee.suboffsets?[axis], suboffset >= 0 else { return unsafe address }
        // Of a view without items nobody says that there are pointers.
        if byteCount == 0 { return unsafe address }
        // SAFETY: the exporter says that a pointer stands at each position of this dimension.
        return unsafe address.loadUnaligned(as: UnsafeMutableRawPointer.self) + suboffset
    }

    @inline(never)
    private func indexIsOutOfBounds(_ index: Int, axis: Int, count: Int) -> ExceptionIsSet {
        raise(.indexError, "index %lld is out of bounds for dimension %lld with %lld items", index, axis, count)
        return ExceptionIsSet()
    }
}
