// tolist(): the items as nested lists of Python objects.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.tolist()`.
@_cdecl("swiftbuf_buffer_tolist")
func bufferToList(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    // Making lists may run the garbage collector, and so Python code: the memory must stay.
    unsafe BufferHandle(object).pinnedReference { (pin) throws(ExceptionIsSet) in try unsafe list(of: pin) }
}

private func list(of pin: PinnedBuffer) throws(ExceptionIsSet) -> NewReference {
    let export = pin.export
    guard unsafe export.pointer.pointee.item_kind != 0 else {
        export.raiseItemsNotReadable()
        throw ExceptionIsSet()
    }
    if export.itemIsRecord {
        let tree = try export.compileFormat()
        return unsafe list(of: export, axis: 0, at: export.pointer.pointee.buf) { unsafe tree.readItem(at: $0) }
    }
    if export.memoryviewReadsItems && export.byteCount >= 64 * export.itemByteCount
        && (!isFreeThreaded || export.byteCount <= mostOfANewList * export.itemByteCount)
    {
        return unsafe listByMemoryview(of: pin.object)
    }
    return unsafe list(of: export, axis: 0, at: export.pointer.pointee.buf.unsafelyUnwrapped) { unsafe export.readItem(at: $0) }
}

/// The items as memoryview's tolist() makes them.
///
/// It writes into lists directly, where the limited API has one more call for each item.
private func listByMemoryview(of object: UnsafeMutablePointer<PyObject>?) -> NewReference {
    // SAFETY: the memoryview keeps memory and layout in place by its Py_buffer.
    guard let view = unsafe PyMemoryView_FromObject(object) else { return nil }
    defer { unsafe swiftbuf_drop_reference(view) }
    return unsafe swiftbuf_call_method(view, cText("tolist"))
}

extension ExportBlock {
    /// Whether every memoryview reads items of this format: one native letter of a number, a truth or a character. (`e` came with 3.12.)
    fileprivate var memoryviewReadsItems: Bool {
        guard let kind = itemKind, !itemIsSwapped, unsafe pointer.pointee.format[1] == 0 else { return false }
        return !kind.isText && kind != .longDouble && kind != .float16
    }
}

/// The items from a dimension on, as nested lists.
@inline(__always)
private func list(
    of export: ExportBlock, axis: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    if export.rank == 0 {
        return unsafe readItem(UnsafeRawPointer(address))
    }
    if export.rank == 1 && !export.isIndirect {
        return unsafe row(count: export.shape[0], byteStride: export.byteStrides[0], at: address, readItem)
    }
    return unsafe nestedList(of: export, axis: axis, at: address, readItem)
}

/// The items of one dimension, as a list.
@inline(__always)
private func row(
    count: Int, byteStride: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    guard let result = unsafe newList(count) else { return nil }
    var address = unsafe address
    for index in 0..<count {
        // PyList_SetItem steals the item.
        guard let item = unsafe readItem(UnsafeRawPointer(address)), unsafe PyList_SetItem(result, index, item) == 0 else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += byteStride
    }
    return unsafe result
}

/// At most 64 calls deep.
private func nestedList(
    of export: ExportBlock, axis: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    let count = unsafe export.shape[axis]
    guard let result = unsafe newList(count) else { return nil }
    var address = unsafe address
    let isLast = axis + 1 == export.rank
    for index in 0..<count {
        let place = unsafe export.follow(address, behind: axis)
        let item =
            unsafe isLast
            ? readItem(UnsafeRawPointer(place)) : nestedList(of: export, axis: axis + 1, at: place, readItem)
        // PyList_SetItem steals the item.
        guard let item = unsafe item, unsafe PyList_SetItem(result, index, item) == 0 else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += export.byteStrides[axis]
    }
    return unsafe result
}
