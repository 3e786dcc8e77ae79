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
            unsafe raiseHasNoBuffer(object!, for: .copy)
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

private func copyItems(
    of view: UnsafeMutablePointer<Py_buffer>, as type: OpaquePointer
) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
    // SAFETY: `view` is granted and not released; its fields are read here and nowhere later.
    let exporter = try unsafe ExporterView(view, for: .copy)
    let rank = unsafe exporter.rank
    let format = unsafe exporter.format
    if unsafe format.format.holdsReferences {
        unsafe raise(
            .valueError, "copy: format '%.200s' holds references to objects, which a copy would not count",
            format.text.assumingMemoryBound(to: CChar.self))
        throw ExceptionIsSet()
    }

    guard let object = unsafe swiftbuf_object_new(type, nil) else { throw ExceptionIsSet() }
    do throws(ExceptionIsSet) {
        let export = unsafe ExportBlock(of: object)
        try unsafe export.reserve(rank: rank, formatByteCount: format.reservedByteCount)
        unsafe export.setFormat(format)
        unsafe exporter.describe(
            shape: export.pointer.pointee.shape, strides: export.pointer.pointee.strides, suboffsets: nil)
        try export.allocate(order: .c, zeroed: false, for: .copy)
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
    guard let source = unsafe view.pointee.buf else { return }
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
    // SAFETY: the granted view keeps the source in place, and nobody else knows the destination, while other threads run.
    let state = unsafe view.pointee.len >= gilReleaseThreshold ? PyEval_SaveThread() : nil
    unsafe layout.pack(from: source, into: destination)
    if let state = unsafe state {
        unsafe PyEval_RestoreThread(state)
    }
}
