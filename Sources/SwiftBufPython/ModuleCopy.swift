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
    let object = unsafe object.unsafelyUnwrapped
    guard unsafe PyObject_CheckBuffer(object) != 0 else {
        unsafe raiseHasNoBuffer(object, for: .copy)
        return nil
    }
    do throws(ExceptionIsSet) {
        return try unsafe withExporterView(of: object, for: .copy) { (view) throws(ExceptionIsSet) in
            try unsafe copyItems(of: view, as: bufferType(of: module.unsafelyUnwrapped))
        }
    } catch {
        return nil
    }
}

private func copyItems(
    of exporter: ExporterView, as type: swiftbuf_type_pointer
) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
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
        // SAFETY: nobody else knows the new object.
        let buffer = unsafe BufferHandle(object)
        let export = unsafe buffer.exclusive
        try unsafe export.reserve(rank: rank, formatByteCount: format.reservedByteCount)
        unsafe export.setFormat(format)
        unsafe exporter.describe(
            shape: export.pointer.pointee.shape, strides: export.pointer.pointee.strides, suboffsets: nil)
        try export.allocate(order: .c, zeroed: false, for: .copy)
        try unsafe copyItems(of: exporter, into: export)
    } catch {
        unsafe swiftbuf_drop_reference(object)
        throw error
    }
    unsafe PyObject_GC_Track(object)
    return unsafe object
}

/// Copies the items of a view whose shape is that of the new block.
private func copyItems(of exporter: ExporterView, into export: ExportBlock) throws(ExceptionIsSet) {
    // SAFETY: the granted view keeps the source in place, and nobody else knows the destination, while other threads run.
    try unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
        unsafe exporter.describe(shape: room.shape, strides: room.strides, suboffsets: room.suboffsets)
        let source = unsafe ItemsOperand(
            at: exporter.buf, rank: exporter.rank, in: room, indirect: exporter.isIndirect, itemByteCount: export.itemByteCount)
        try withoutGIL(forByteCount: export.byteCount) { (interruption: inout Interruption) in
            unsafe source.withItems { items in unsafe ItemsOperand(export).withItems { items.copy(to: $0, &interruption) } }
        }
    }
}
