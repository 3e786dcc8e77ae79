// b[i], b[i, j], their assignment, and len(b).
//
// An index that is no plain int may run Python code, which may resize or release the Buffer: all indices are read before the shape
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

/// The item at a position of a one-dimensional Buffer; what iteration calls.
@_cdecl("swiftbuf_buffer_item")
func bufferItem(_ object: UnsafeMutablePointer<PyObject>?, _ index: Int) -> UnsafeMutablePointer<PyObject>? {
    let export = unsafe ExportBlock(of: object)
    // PySequence_GetItem has added the length to a negative index already; what is still negative is out of bounds.
    guard index >= 0 else {
        raise(.indexError, "index is out of bounds")
        return nil
    }
    do {
        return unsafe export.readItem(at: try export.address(of: index))
    } catch {
        return nil
    }
}

/// `b[key]`.
@c(swiftbuf_buffer_subscript)
func bufferSubscript(
    _ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>
) -> UnsafeMutablePointer<PyObject>? {
    let export = unsafe ExportBlock(of: object)
    do {
        return unsafe export.readItem(at: try address(ofKey: key, in: export))
    } catch {
        return nil
    }
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
            try unsafe address(ofKey: key, in: export).storeBytes(of: item, as: Double.self)
        } else if let item = unsafe export.packByte(value) {
            try unsafe address(ofKey: key, in: export).storeBytes(of: item, as: UInt8.self)
        } else {
            try unsafe assignUncommonItem(value, to: key, in: export)
        }
        return 0
    } catch {
        return -1
    }
}

/// Assigns a value of any other type, or to an item of any other format.
@inline(never)
private func assignUncommonItem(
    _ value: UnsafeMutablePointer<PyObject>, to key: UnsafeMutablePointer<PyObject>, in export: ExportBlock
) throws(ExceptionIsSet) {
    if export.itemIsText {
        try unsafe export.writeText(value, at: try address(ofKey: key, in: export))
        return
    }
    // Converting the value may run Python code: where the item stands is looked up afterwards.
    let packed = try unsafe export.packItem(value)
    unsafe packed.store(to: try unsafe address(ofKey: key, in: export), byteCount: export.itemByteCount)
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

/// The address of the item that a key names: an int, or a tuple of as many ints as there are dimensions.
///
/// - Throws: With `TypeError`, `IndexError` or `ValueError` (released) set.
@inline(__always)
private func address(
    ofKey key: UnsafeMutablePointer<PyObject>, in export: ExportBlock
) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
    if unsafe swiftbuf_is_exact_int(key) != 0 {
        return try unsafe export.address(of: try readIndex(key))
    }
    if unsafe swiftbuf_is_exact_tuple(key) != 0 && swiftbuf_tuple_size(key) == 2 {
        let first = try unsafe readIndex(PyTuple_GetItem(key, 0).unsafelyUnwrapped)
        let second = try unsafe readIndex(PyTuple_GetItem(key, 1).unsafelyUnwrapped)
        return try unsafe export.address(of: first, second)
    }
    return try unsafe addressOfUncommonKey(key, in: export)
}

/// Keys other than one plain int or a pair.
@inline(never)
private func addressOfUncommonKey(
    _ key: UnsafeMutablePointer<PyObject>, in export: ExportBlock
) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
    guard unsafe swiftbuf_is_tuple(key) != 0 else {
        guard unsafe PyIndex_Check(key) != 0 else {
            unsafe swiftbuf_raise_type(
                SWIFTBUF_TYPE_ERROR, cText("index of type '%U' was given but it must be an int or a tuple of ints"), key, nil)
            throw ExceptionIsSet()
        }
        return try unsafe export.address(of: try readIndex(key))
    }
    let count = unsafe PyTuple_Size(key)
    guard count <= Layout.maximumRank else { throw export.wrongIndexCount(count) }
    var indices = InlineArray<64, Int>(repeating: 0)
    for axis in 0..<count {
        indices[axis] = try unsafe readIndex(PyTuple_GetItem(key, axis).unsafelyUnwrapped)
    }
    return try unsafe export.address(of: indices.span.extracting(0..<count))
}

/// Reads one index; may run Python code.
@inline(__always)
private func readIndex(_ object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Int {
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

    /// The byte offset of an index along a dimension; negative ones count from the end.
    @inline(__always)
    private func byteOffset(_ index: Int, axis: Int) throws(ExceptionIsSet) -> Int {
        // SAFETY: the caller has checked that there is such a dimension.
        let count = unsafe pointer.pointee.shape.unsafelyUnwrapped[axis]
        let position = index < 0 ? index &+ count : index
        // One comparison for both ends: what is below zero is a large unsigned number.
        guard UInt(bitPattern: position) < UInt(bitPattern: count) else {
            throw indexIsOutOfBounds(index, axis: axis, count: count)
        }
        // What the layout reaches was checked when it was made: no offset of an item overflows.
        return unsafe position &* pointer.pointee.strides.unsafelyUnwrapped[axis]
    }

    /// The address of an item of a one-dimensional Buffer.
    @inline(__always)
    func address(of index: Int) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        guard checkNotReleased() else { throw ExceptionIsSet() }
        guard unsafe pointer.pointee.ndim == 1 else { throw wrongIndexCount(1) }
        return unsafe pointer.pointee.buf.unsafelyUnwrapped + (try byteOffset(index, axis: 0))
    }

    /// The address of an item of a two-dimensional Buffer.
    @inline(__always)
    func address(of first: Int, _ second: Int) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        guard checkNotReleased() else { throw ExceptionIsSet() }
        guard unsafe pointer.pointee.ndim == 2 else { throw wrongIndexCount(2) }
        let offset = try byteOffset(first, axis: 0)
        return unsafe pointer.pointee.buf.unsafelyUnwrapped + offset + (try byteOffset(second, axis: 1))
    }

    /// The address of an item of a Buffer with any number of dimensions.
    func address(of indices: Span<Int>) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        guard checkNotReleased() else { throw ExceptionIsSet() }
        guard rank == indices.count else { throw wrongIndexCount(indices.count) }
        var address = unsafe pointer.pointee.buf!
        for axis in indices.indices {
            unsafe address += try byteOffset(indices[axis], axis: axis)
        }
        return unsafe address
    }

    @inline(never)
    private func indexIsOutOfBounds(_ index: Int, axis: Int, count: Int) -> ExceptionIsSet {
        raise(.indexError, "index %lld is out of bounds for dimension %lld with %lld items", index, axis, count)
        return ExceptionIsSet()
    }

    /// Sets the exception for a key that does not name one item.
    @inline(never)
    func wrongIndexCount(_ count: Int) -> ExceptionIsSet {
        raise(
            count > rank ? .typeError : .notImplementedError,
            "%lld indices were given but this Buffer has %lld dimensions", count, rank)
        return ExceptionIsSet()
    }
}
