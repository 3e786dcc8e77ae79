// b[key] for every key but plain ints: slices, `...`, `None`, tuples of them, and fewer indices than dimensions make views.
//
// SAFETY (all of this file): CPython calls a slot with a Buffer and with arguments that it keeps alive.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b[i:j:k]`: a view of some positions along the first dimension.
func slice(_ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>) -> NewReference {
    var start = 0
    var stop = 0
    var step = 1
    // The ends of the slice may run Python code: the Buffer is looked at afterwards.
    guard unsafe PySlice_Unpack(key, &start, &stop, &step) == 0 else { return nil }
    let export = unsafe ExportBlock(of: object)
    guard export.isPlain(rank: 1) else { return unsafe subscriptByParts(object, key) }
    let count = unsafe PySlice_AdjustIndices(export.pointer.pointee.shape.unsafelyUnwrapped[0], &start, &stop, step)
    return unsafe makeView(of: object, rank: 1, formatByteCount: export.formatByteCount, indirect: false) {
        (source, target) throws(ExceptionIsSet) in
        target.copyItemFormat(from: source)
        var selection = unsafe Selection(
            at: source.pointer.pointee.buf.unsafelyUnwrapped, shape: target.pointer.pointee.shape,
            strides: target.pointer.pointee.strides, suboffsets: nil)
        try unsafe selection.selectSlice(start: start, step: step, count: count, axis: 0, of: source)
        unsafe target.pointer.pointee.buf = selection.buf
    }
}

/// `b[key]`, whatever the key is.
@inline(never)
func subscriptByParts(_ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>) -> NewReference {
    if unsafe swiftbuf_is_str(key) != 0 {
        return unsafe fieldView(of: object, named: key)
    }
    do throws(ExceptionIsSet) {
        return try unsafe withParts(of: key) { (key) throws(ExceptionIsSet) in
            let export = unsafe ExportBlock(of: object)
            guard export.checkNotReleased() else { return nil }
            if unsafe key.namesItem(rank: export.rank) {
                return unsafe export.readItem(at: try export.address(of: key))
            }
            return unsafe makeView(
                of: object, rank: try key.resultRank(rank: export.rank), formatByteCount: export.formatByteCount,
                indirect: export.isIndirect
            ) { (source, target) throws(ExceptionIsSet) in
                target.copyItemFormat(from: source)
                var selection = unsafe Selection(
                    at: source.pointer.pointee.buf.unsafelyUnwrapped, shape: target.pointer.pointee.shape,
                    strides: target.pointer.pointee.strides, suboffsets: target.pointer.pointee.suboffsets)
                try unsafe selection.select(key, of: source)
                unsafe target.pointer.pointee.buf = selection.buf
            }
        }
    } catch {
        return nil
    }
}

/// `b[key] = value`, whatever the key is.
@inline(never)
func assignByParts(
    _ object: UnsafeMutablePointer<PyObject>, _ key: UnsafeMutablePointer<PyObject>, _ value: UnsafeMutablePointer<PyObject>
) throws(ExceptionIsSet) {
    if unsafe swiftbuf_is_str(key) != 0 {
        // The field of all items: a view, which is assigned to as a whole.
        guard let field = unsafe fieldView(of: object, named: key) else { throw ExceptionIsSet() }
        defer { unsafe swiftbuf_drop_reference(field) }
        try unsafe assignByParts(field, swiftbuf_ellipsis(), value)
        return
    }
    try unsafe withParts(of: key) { (key) throws(ExceptionIsSet) in
        let export = unsafe ExportBlock(of: object)
        guard export.checkNotReleased() else { throw ExceptionIsSet() }
        guard unsafe key.namesItem(rank: export.rank) else {
            try unsafe assign(value, to: key, of: object)
            return
        }
        // An index that is out of bounds is wrong whatever the value is. Converting that may run Python code: where the item stands is
        // looked up again afterwards.
        _ = try unsafe export.address(of: key)
        let packed = try unsafe export.packItem(value)
        guard export.checkNotReleased() else { throw ExceptionIsSet() }
        guard unsafe key.namesItem(rank: export.rank) else {
            raise(.valueError, "this Buffer was given another shape while the value was converted")
            throw ExceptionIsSet()
        }
        unsafe packed.store(to: try export.address(of: key))
    }
}
