// copy(obj): the items of any exporter, in memory that Swift owns.
//
// The consumer's side of the protocol. What the exporter filled is checked before it is believed: fields may be NULL although they
// were asked for, and `len` may not fit the shape. The Py_buffer stays where it was filled, on this call's stack, because some
// exporters point `shape` into it.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `copy(obj)`.
@_cdecl("swiftbuf_module_copy")
func moduleCopy(
    _ module: UnsafeMutablePointer<PyObject>?, _ object: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    // SAFETY: CPython lends both; the view is released exactly once, after success alone.
    unsafe withUnsafeTemporaryAllocation(of: Py_buffer.self, capacity: 1) { views -> NewReference in
        let view = views.baseAddress!
        unsafe view.initialize(to: Py_buffer())
        guard unsafe PyObject_CheckBuffer(object) != 0 else {
            unsafe raiseHasNoBuffer(object!)
            return nil
        }
        guard unsafe PyObject_GetBuffer(object, view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0 else { return nil }
        defer { unsafe PyBuffer_Release(view) }
        do throws(ExceptionIsSet) {
            return try unsafe copyItems(of: view, as: bufferType(of: module!))
        } catch {
            return nil
        }
    }
}

/// Sets `TypeError`, which says why there is no buffer and what to do about it.
private func raiseHasNoBuffer(_ object: UnsafeMutablePointer<PyObject>) {
    if unsafe swiftbuf_is_str(object) != 0 {
        raise(.typeError, "copy: a str has no buffer, because its characters have no one width: encode it first, s.encode()")
    } else if unsafe swiftbuf_is_list(object) != 0 {
        raise(
            .typeError,
            "copy: a list has no buffer, because it holds references to objects: make it an array first, array.array('d', x)")
    } else {
        unsafe swiftbuf_raise_type(
            SWIFTBUF_TYPE_ERROR, cText("copy: an object with a buffer was asked for but type '%U' has none"), object, nil)
    }
}

private func copyItems(
    of view: UnsafeMutablePointer<Py_buffer>, as type: OpaquePointer
) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
    // SAFETY: `view` is granted and not released; its fields are read here and nowhere later.
    let rank = unsafe Int(view.pointee.ndim)
    guard unsafe rank >= 0 && rank <= Layout.maximumRank && view.pointee.itemsize > 0 && view.pointee.len >= 0 else {
        throw unsafe exporterIsIncoherent(view)
    }
    // A NULL shape means one dimension of as many items as there are, or none at all.
    guard unsafe view.pointee.shape != nil || rank <= 1 else { throw unsafe exporterIsIncoherent(view) }
    let text = unsafe view.pointee.format.map { unsafe UnsafePointer($0) } ?? cText("B")
    var textByteCount = 0
    while unsafe text[textByteCount] != 0 { textByteCount += 1 }
    let format = try unsafe ItemFormat(foreign: text, byteCount: textByteCount, itemByteCount: view.pointee.itemsize)

    guard let object = unsafe swiftbuf_object_new(type, nil) else { throw ExceptionIsSet() }
    do throws(ExceptionIsSet) {
        let export = unsafe ExportBlock(of: object)
        try unsafe export.reserve(rank: rank, formatByteCount: format.reservedByteCount)
        unsafe export.setFormat(format)
        for axis in 0..<rank {
            unsafe export.shape[axis] = unsafe view.pointee.shape?[axis] ?? view.pointee.len / view.pointee.itemsize
        }
        try export.allocate(order: .c, zeroed: false, for: .copy)
        guard unsafe export.byteCount == view.pointee.len else { throw unsafe exporterIsIncoherent(view) }
        try unsafe copyBytes(of: view, into: export)
    } catch {
        unsafe swiftbuf_drop_reference(object)
        throw error
    }
    unsafe PyObject_GC_Track(object)
    return unsafe object
}

/// Copies the items of a view whose shape is that of the new block.
private func copyBytes(
    of view: UnsafeMutablePointer<Py_buffer>, into export: ExportBlock
) throws(ExceptionIsSet) {
    if unsafe view.pointee.len == 0 { return }
    guard let source = unsafe view.pointee.buf else { throw unsafe exporterIsIncoherent(view) }
    let rank = unsafe Int(view.pointee.ndim)
    let destination = unsafe export.pointer.pointee.buf!
    if unsafe view.pointee.suboffsets != nil {
        // Rare, and CPython knows how.
        if unsafe PyBuffer_ToContiguous(destination, view, view.pointee.len, CChar(UInt8(ascii: "C"))) < 0 {
            throw ExceptionIsSet()
        }
        return
    }
    // Without strides the items are packed in C order, as the new ones are.
    let strides = unsafe UnsafeBufferPointer(start: view.pointee.strides ?? export.pointer.pointee.strides, count: rank)
    let layout = unsafe Layout(
        shape: Span(_unsafeElements: UnsafeBufferPointer(export.shape)), byteStrides: Span(_unsafeElements: strides),
        itemByteCount: export.itemByteCount)
    guard layout.reachableBytes != nil else { throw unsafe exporterIsIncoherent(view) }
    // SAFETY: the granted view keeps the source in place, and nobody else knows the destination, while other threads run.
    let state = unsafe view.pointee.len >= gilReleaseThreshold ? PyEval_SaveThread() : nil
    unsafe layout.pack(from: source, into: destination)
    if let state = unsafe state {
        unsafe PyEval_RestoreThread(state)
    }
}

/// Sets `ValueError` for an exporter that contradicts itself.
private func exporterIsIncoherent(_ view: UnsafeMutablePointer<Py_buffer>) -> ExceptionIsSet {
    unsafe raise(
        .valueError, "copy: the exporter is not coherent: len %lld, itemsize %lld, ndim %lld", view.pointee.len,
        view.pointee.itemsize, Int(view.pointee.ndim))
    return ExceptionIsSet()
}

extension ItemFormat {
    /// Reads the format of somebody else's buffer.
    ///
    /// Its `itemsize` decides: a text that cannot be read, or says another size, is kept as it is, and items can then not
    /// be read one by one.
    ///
    /// - Throws: With `ValueError` set for references to objects, which a copy of the bytes would not count.
    fileprivate init(foreign text: UnsafePointer<CChar>, byteCount: Int, itemByteCount: Int) throws(ExceptionIsSet) {
        unsafe self.init(keeping: text, byteCount: byteCount, itemByteCount: itemByteCount)
        if unsafe format.holdsReferences {
            unsafe raise(.valueError, "copy: format '%.200s' holds references to objects, which a copy would not count", text)
            throw ExceptionIsSet()
        }
    }
}
