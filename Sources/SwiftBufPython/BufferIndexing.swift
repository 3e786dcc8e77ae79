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
    var isPlain = true
    let view = unsafe BufferHandle(object).pinnedReference { pin in
        isPlain = pin.export.isPlain(rank: 1)
        return unsafe isPlain ? slice(pin, start, stop, step) : nil
    }
    return unsafe isPlain ? view : subscriptByParts(object, key)
}

@inline(__always)
private func slice(_ pin: PinnedBuffer, _ first: Int, _ last: Int, _ step: Int) -> NewReference {
    let export = pin.export
    var (start, stop) = (first, last)
    let count = unsafe PySlice_AdjustIndices(export.pointer.pointee.shape.unsafelyUnwrapped[0], &start, &stop, step)
    return unsafe makeView(of: pin, rank: 1, formatByteCount: export.formatByteCount, indirect: false) {
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
            try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
                let export = pin.export
                if unsafe key.namesItem(rank: export.rank) {
                    return unsafe export.readItem(at: try export.address(of: key))
                }
                return unsafe makeView(
                    of: pin, rank: try key.resultRank(rank: export.rank), formatByteCount: export.formatByteCount,
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
        let buffer = unsafe BufferHandle(object)
        // A record may be another exporter's, as NumPy's scalars are; bytes are a value.
        let mayBeRecord = unsafe PyObject_CheckBuffer(value) != 0 && swiftbuf_is_bytes(value) == 0
        guard let code = try unsafe key.codeOfItem(in: buffer), code.kind != nil || !mayBeRecord else {
            try unsafe assign(value, to: key, of: object)
            return
        }
        // Converting the value may run Python code: where the item stands is looked up afterwards.
        let packed = try unsafe buffer.packItem(orItemOf: value, as: code, for: .assignment)
        try buffer.pinned { (pin) throws(ExceptionIsSet) in
            guard unsafe key.namesItem(rank: pin.export.rank) else {
                raise(.valueError, "this Buffer was given another shape while the value was converted")
                throw ExceptionIsSet()
            }
            unsafe packed.store(to: try pin.export.address(of: key))
        }
    }
}

extension KeyParts {
    /// How the item is read that the key names in a Buffer, as it is now; nil if it names no item but a view.
    ///
    /// - Throws: With `IndexError` set for an item that is not there, which is wrong whatever is done with it.
    fileprivate func codeOfItem(in buffer: BufferHandle) throws(ExceptionIsSet) -> ItemCode? {
        guard unsafe indexCount == parts.count else { return nil }
        return try buffer.pinned { (pin) throws(ExceptionIsSet) in
            guard unsafe namesItem(rank: pin.export.rank) else { return nil }
            _ = try unsafe pin.export.address(of: self)
            return pin.export.itemCode
        }
    }
}
