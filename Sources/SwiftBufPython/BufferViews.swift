// Views of all items: with the dimensions in another order, or read-only. No byte moves.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.toreadonly()`.
@_cdecl("swiftbuf_buffer_toreadonly")
func bufferToReadOnly(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { pin in unsafe makeView(ofAll: pin, adding: .readonly) }
}

/// `b.T`.
@_cdecl("swiftbuf_buffer_get_transposed")
func bufferTransposed(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { pin in
        let last = pin.export.rank - 1
        return unsafe makeView(of: pin) { last - $0 }
    }
}

/// `b.transpose(*axes)`: no axes, each axis as an argument, or all in one tuple or list.
@_cdecl("swiftbuf_buffer_transpose")
func bufferTranspose(
    _ object: UnsafeMutablePointer<PyObject>?, _ arguments: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int
) -> NewReference {
    if count == 0 {
        return unsafe bufferTransposed(object, nil)
    }
    var axes = InlineArray<64, Int>(repeating: 0)
    do throws(ExceptionIsSet) {
        let given = try unsafe readAxes(arguments.unsafelyUnwrapped, count, into: &axes)
        // Reading the axes may have run Python code: only now is the Buffer looked at.
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try normalize(&axes, count: given, rank: pin.export.rank)
            return unsafe makeView(of: pin) { axes[$0] }
        }
    } catch {
        return nil
    }
}

/// Makes a view with the dimensions in the order of `axes`, a permutation.
private func makeView(of pin: PinnedBuffer, axes: (Int) -> Int) -> NewReference {
    let export = pin.export
    if export.isIndirect && !isIdentity(axes, rank: export.rank) {
        // The dimensions before a pointer have to come before those behind it.
        raise(.notImplementedError, "transpose: the items of this Buffer are reached through pointers, whose order is fixed")
        return nil
    }
    return unsafe makeView(
        of: pin, rank: export.rank, formatByteCount: export.formatByteCount, indirect: export.isIndirect
    ) { (source, target) throws(ExceptionIsSet) in
        target.copyItemFormat(from: source)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        for axis in 0..<source.rank {
            target.copyDimension(axis, from: source, axis: axes(axis))
        }
    }
}

private func isIdentity(_ axes: (Int) -> Int, rank: Int) -> Bool {
    for axis in 0..<rank where axes(axis) != axis { return false }
    return true
}

/// Reads the axes that transpose() was called with, and says how many there are.
private func readAxes(
    _ arguments: UnsafePointer<UnsafeMutablePointer<PyObject>?>, _ count: Int, into axes: inout InlineArray<64, Int>
) throws(ExceptionIsSet) -> Int {
    if count == 1, let list = unsafe arguments[0], unsafe swiftbuf_is_list(list) != 0 {
        // Reading an axis may run code that changes the list; a tuple stays as it is.
        var tuple = unsafe PyList_AsTuple(list)
        guard unsafe tuple != nil else { throw ExceptionIsSet() }
        defer { unsafe swiftbuf_drop_reference(tuple) }
        return try unsafe readAxes(&tuple, 1, into: &axes)
    }
    if count == 1, let tuple = unsafe arguments[0], unsafe swiftbuf_is_tuple(tuple) != 0 {
        let given = unsafe PyTuple_Size(tuple)
        for position in 0..<min(given, Layout.maximumRank) {
            axes[position] = try unsafe readAxis(PyTuple_GetItem(tuple, position)!)
        }
        return given
    }
    for position in 0..<min(count, Layout.maximumRank) {
        axes[position] = try unsafe readAxis(arguments[position]!)
    }
    return count
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
