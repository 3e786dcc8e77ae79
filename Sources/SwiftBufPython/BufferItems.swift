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
    let buffer = unsafe BufferHandle(object)
    guard buffer.checkNotReleased() else { return -1 }
    // SAFETY: two numbers are read.
    let length = unsafe buffer.glance { export in unsafe export.pointer.pointee.ndim == 0 ? -1 : export.pointer.pointee.shape[0] }
    if length < 0 {
        raise(.typeError, "len: a 0-dimensional Buffer has no length")
    }
    return length
}

/// What stands at a position along the first dimension, an item or a view; what iteration calls.
@_cdecl("swiftbuf_buffer_item")
func bufferItem(_ object: UnsafeMutablePointer<PyObject>?, _ index: Int) -> UnsafeMutablePointer<PyObject>? {
    // PySequence_GetItem has added the length to a negative index already; what is still negative is out of bounds.
    guard index >= 0 else {
        raise(.indexError, "index is out of bounds")
        return nil
    }
    var isSimple = true
    do throws(ExceptionIsSet) {
        // SAFETY: making the object of a simple item runs no Python code.
        let item = try unsafe BufferHandle(object).glance { (export) throws(ExceptionIsSet) -> NewReference in
            isSimple = export.isPlain(rank: 1) && export.itemIsSimple
            return unsafe isSimple ? export.readSimpleItem(at: try export.address(of: index)) : nil
        }
        if isSimple { return unsafe item }
    } catch {
        return nil
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
    var isSimple = true
    do throws(ExceptionIsSet) {
        // SAFETY: reading plain ints and making the object of a simple item run no Python code.
        let item = try unsafe BufferHandle(object).glance { (export) throws(ExceptionIsSet) -> NewReference in
            guard export.itemIsSimple, let address = try unsafe plainAddress(ofKey: key, in: export) else {
                isSimple = false
                return nil
            }
            return unsafe export.readSimpleItem(at: address)
        }
        if isSimple { return unsafe item }
    } catch {
        return nil
    }
    return unsafe swiftbuf_is_slice(key) != 0 ? slice(object, key) : subscriptOtherwise(object, key)
}

/// What is no simple item under a key of plain ints: a record, a str, a view.
@inline(never)
private func subscriptOtherwise(
    _ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>
) -> NewReference {
    var isPlain = true
    let item = unsafe BufferHandle(object).pinnedReference { (pin) throws(ExceptionIsSet) in
        guard let address = try unsafe plainAddress(ofKey: key, in: pin.export) else {
            isPlain = false
            return nil
        }
        return unsafe pin.export.readItem(at: address)
    }
    return unsafe isPlain ? item : subscriptByParts(object, key)
}

/// `b[key] = value`, and `del b[key]`, which is refused.
@c(swiftbuf_buffer_assign_subscript)
func bufferAssignSubscript(
    _ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>,
    _ value: UnsafeMutablePointer<PyObject>?
) -> CInt {
    let buffer = unsafe BufferHandle(object)
    do throws(ExceptionIsSet) {
        // SAFETY: converting a plain float or int, and reading plain ints, run no Python code.
        let outcome = try unsafe buffer.glance { (export) throws(ExceptionIsSet) -> AssignmentOutcome in
            guard let value = unsafe value, export.traits.isDisjoint(with: [.released, .readonly]) else { return .refused }
            // What loops in Python are made of.
            if unsafe export.itemIs(.float64) && swiftbuf_is_exact_float(value) != 0 {
                let item = unsafe PyFloat_AsDouble(value)
                guard let address = try unsafe plainAddress(ofKey: key, in: export) else { return .other }
                unsafe address.storeBytes(of: item, as: Double.self)
                return .done
            }
            if let item = unsafe export.packByte(value) {
                guard let address = try unsafe plainAddress(ofKey: key, in: export) else { return .other }
                unsafe address.storeBytes(of: item, as: UInt8.self)
                return .done
            }
            guard unsafe swiftbuf_is_exact_int(value) != 0, let address = try unsafe plainAddress(ofKey: key, in: export) else {
                return .other
            }
            return unsafe export.storePlainInt(value, at: address) ? .done : .other
        }
        if outcome == .done { return 0 }
        guard outcome == .other, let value = unsafe value else {
            return unsafe refuseAssignment(to: buffer, isDeletion: value == nil)
        }
        try unsafe assignByParts(object, key, value)
        return 0
    } catch {
        return -1
    }
}

/// What came of the attempt at the common form of an assignment.
private enum AssignmentOutcome: UInt8 {
    case done, refused
    /// It is of another form.
    case other
}

/// Sets the exception for an assignment that can have no value, or no place.
@inline(never)
private func refuseAssignment(to buffer: BufferHandle, isDeletion: Bool) -> CInt {
    guard buffer.checkNotReleased() else { return -1 }
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
        guard let index = unsafe readPlainIndex(key) else { return nil }
        return try unsafe export.address(of: index)
    }
    if unsafe swiftbuf_is_exact_tuple(key) != 0 && swiftbuf_tuple_size(key) == 2 && export.isPlain(rank: 2) {
        let first = unsafe PyTuple_GetItem(key, 0).unsafelyUnwrapped
        let second = unsafe PyTuple_GetItem(key, 1).unsafelyUnwrapped
        if unsafe swiftbuf_is_exact_int(first) != 0 && swiftbuf_is_exact_int(second) != 0 {
            guard let index = unsafe readPlainIndex(first), let other = unsafe readPlainIndex(second) else { return nil }
            return try unsafe export.address(of: index, other)
        }
    }
    return nil
}

/// Reads an int, not of a subclass; nil, with no exception set, for one that no index can count.
///
/// Runs no Python code before it returns a number.
@inline(__always)
private func readPlainIndex(_ object: UnsafeMutablePointer<PyObject>) -> Int? {
    let index = unsafe PyLong_AsSsize_t(object)
    return index != -1 ? index : unsafe PyErr_Occurred() == nil ? -1 : forgetOverflow()
}

@inline(never)
private func forgetOverflow() -> Int? {
    PyErr_Clear()
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
            unsafe address = try follow(address, behind: axis)
        }
        return unsafe address
    }

    /// Where the way to an item leads behind a dimension: on, or through the pointer that stands there.
    ///
    /// - Throws: With `BufferError` set where NULL stands.
    @inline(__always)
    func follow(_ address: UnsafeMutableRawPointer, behind axis: Int) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
        guard let suboffset = unsafe pointer.pointee.suboffsets?[axis], suboffset >= 0 else { return unsafe address }
        // Of a view without items nobody says that there are pointers.
        if byteCount == 0 { return unsafe address }
        return unsafe try followPointer(at: address, suboffset)
    }

    @inline(never)
    private func indexIsOutOfBounds(_ index: Int, axis: Int, count: Int) -> ExceptionIsSet {
        raise(.indexError, "index %lld is out of bounds for dimension %lld with %lld items", index, axis, count)
        return ExceptionIsSet()
    }
}

/// Where a pointer leads that stands at an address.
///
/// - Throws: With `BufferError` set for NULL.
@inline(__always)
func followPointer(at address: UnsafeMutableRawPointer, _ suboffset: Int) throws(ExceptionIsSet) -> UnsafeMutableRawPointer {
    // SAFETY: the exporter says that a pointer stands at each position of this dimension, and there are items; whether it is NULL is seen.
    guard let row = unsafe address.loadUnaligned(as: UnsafeMutableRawPointer?.self) else { throw pointerIsNull() }
    return unsafe row + suboffset
}
