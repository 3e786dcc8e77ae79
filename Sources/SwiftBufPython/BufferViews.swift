// Views: the same memory with its dimensions in another order, or read-only. No byte moves.
//
// A view owns a reference to the storage, not to the Buffer it was made from, and counts as one export of the memory, so that
// nothing moves while it lives. Chains of views are therefore never deeper than one.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Makes a view of a Buffer, which stays as it is meanwhile: allocating an object may run the garbage collector, and so Python code.
private func makeView(
    of object: UnsafeMutablePointer<PyObject>, axes: (Int) -> Int, adding traits: Traits
) -> NewReference {
    unsafe ExportBlock(of: object).pinned { unsafe makeView(ofPinned: object, axes: axes, adding: traits) }
}

/// Makes a view of a Buffer, with the dimensions in the order of `axes`, or in their own.
///
/// - Parameter axes: A permutation of the dimensions, or nil.
/// - Returns: A new reference, tracked; or nil with `MemoryError` set.
private func makeView(
    ofPinned object: UnsafeMutablePointer<PyObject>, axes: (Int) -> Int, adding traits: Traits
) -> NewReference {
    // SAFETY: the caller has checked that the Buffer is not released, and keeps its fields and storage as they are.
    let source = unsafe ExportBlock(of: object)
    guard
        let view = unsafe swiftbuf_object_new(
            swiftbuf_type_of(object), swiftbuf_base_of(object))
    else { return nil }
    let target = unsafe ExportBlock(of: view)
    let rank = source.rank
    do {
        try target.reserve(rank: rank, formatByteCount: source.formatByteCount)
    } catch {
        unsafe swiftbuf_drop_reference(view)
        return nil
    }
    for axis in 0..<rank {
        unsafe target.shape[axis] = source.shape[axes(axis)]
        unsafe target.byteStrides[axis] = source.byteStrides[axes(axis)]
    }
    target.copyItemFormat(from: source)
    unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
    target.byteCount = source.byteCount
    target.settleTraits(source.traits.intersection(.readonly).union(traits).union(.view))
    unsafe swiftbuf_storage_retain(source.pointer.pointee.storage)
    unsafe target.pointer.pointee.storage = source.pointer.pointee.storage
    unsafe target.pointer.pointee.storage.pointee.exports &+= 1
    unsafe PyObject_GC_Track(view)
    return unsafe view
}

/// `b.T`.
@_cdecl("swiftbuf_buffer_get_transposed")
func bufferTransposed(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return nil }
    let last = export.rank - 1
    return unsafe makeView(of: object!, axes: { last - $0 }, adding: [])
}

/// `b.toreadonly()`.
@_cdecl("swiftbuf_buffer_toreadonly")
func bufferToReadOnly(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    guard unsafe ExportBlock(of: object).checkNotReleased() else { return nil }
    return unsafe makeView(of: object!, axes: { $0 }, adding: .readonly)
}

/// `b.transpose(*axes)`: no axes, each axis as an argument, or all in one tuple.
@_cdecl("swiftbuf_buffer_transpose")
func bufferTranspose(
    _ object: UnsafeMutablePointer<PyObject>?, _ arguments: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int
) -> NewReference {
    if count == 0 {
        return unsafe bufferTransposed(object, nil)
    }
    let export = unsafe ExportBlock(of: object)
    var axes = InlineArray<64, Int>(repeating: 0)
    do {
        let given: Int
        if count == 1, let tuple = unsafe arguments![0], unsafe swiftbuf_is_tuple(tuple) != 0 {
            given = unsafe PyTuple_Size(tuple)
            for position in 0..<min(given, Layout.maximumRank) {
                axes[position] = try unsafe readAxis(PyTuple_GetItem(tuple, position)!)
            }
        } else {
            given = count
            for position in 0..<min(given, Layout.maximumRank) {
                axes[position] = try unsafe readAxis(arguments![position]!)
            }
        }
        // Reading the axes may have run Python code: only now is the Buffer looked at.
        guard export.checkNotReleased() else { return nil }
        try normalize(&axes, count: given, rank: export.rank)
    } catch {
        return nil
    }
    return unsafe makeView(of: object!, axes: { axes[$0] }, adding: [])
}

private func readAxis(_ object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Int {
    // Values that no index can count are clipped, and then refused as out of range.
    let axis = unsafe PyNumber_AsSsize_t(object, nil)
    if axis == -1, unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
    return axis
}

/// Checks that the axes are a permutation of the dimensions; negative ones count from the end.
///
/// - Throws: With `ValueError` set.
private func normalize(_ axes: inout InlineArray<64, Int>, count: Int, rank: Int) throws(ExceptionIsSet) {
    guard count == rank else {
        raise(.valueError, "transpose: %lld axes were given but this Buffer has %lld dimensions", count, rank)
        throw ExceptionIsSet()
    }
    var seen: UInt64 = 0
    for position in 0..<count {
        let axis = axes[position] < 0 ? axes[position] &+ rank : axes[position]
        guard axis >= 0 && axis < rank else {
            raise(.valueError, "transpose: axis %lld was given but this Buffer has %lld dimensions", axes[position], rank)
            throw ExceptionIsSet()
        }
        guard seen & 1 << UInt64(axis) == 0 else {
            raise(.valueError, "transpose: axis %lld was given twice", axis)
            throw ExceptionIsSet()
        }
        seen |= 1 << UInt64(axis)
        axes[position] = axis
    }
}
