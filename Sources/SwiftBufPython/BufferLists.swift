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
    guard export.itemKind != nil || export.itemIsRecord else {
        export.raiseItemsNotReadable()
        throw ExceptionIsSet()
    }
    if export.itemIsRecord {
        let tree = try export.compileFormat()
        return unsafe list(of: export) { unsafe tree.readItem(at: $0) }
    }
    if export.memoryviewReadsItems && export.byteCount >= 64 * export.itemByteCount
        && export.byteCount <= (isFreeThreaded ? mostOfANewList : mostOfAMemoryview) * export.itemByteCount
    {
        return unsafe listByMemoryview(of: pin.object)
    }
    return unsafe list(of: export) { unsafe export.readItem(at: $0) }
}

/// Of how many items a memoryview makes a list, at most: it looks for no signals.
private let mostOfAMemoryview = 1 << 20

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

/// The items as nested lists.
///
/// Signals are looked at now and then.
@inline(__always)
private func list(of export: ExportBlock, _ readItem: (UnsafeRawPointer) -> NewReference) -> NewReference {
    let address = unsafe export.pointer.pointee.buf.unsafelyUnwrapped
    if export.rank == 0 {
        return unsafe readItem(UnsafeRawPointer(address))
    }
    var untilSignals = itemsBetweenSignals
    if export.rank == 1 && !export.isIndirect {
        return unsafe row(count: export.shape[0], byteStride: export.byteStrides[0], at: address, &untilSignals, readItem)
    }
    return unsafe nestedList(of: export, axis: 0, at: address, &untilSignals, readItem)
}

/// Items and lists that are made before signals are looked at again.
private let itemsBetweenSignals = 1 << 16

/// A list that is not full yet, which no Python code may find: the garbage collector shows it to nobody.
@inline(__always)
private func newHiddenList(_ count: Int) -> NewReference {
    let list = unsafe newList(count)
    if let list = unsafe list { unsafe PyObject_GC_UnTrack(list) }
    return unsafe list
}

/// Puts an object into a list.
///
/// - Returns: False, with an exception set, if the object is NULL or a signal's handler has raised.
@inline(__always)
private func put(
    _ item: NewReference, into list: UnsafeMutablePointer<PyObject>, at index: Int, _ untilSignals: inout Int
) -> Bool {
    // PyList_SetItem steals the item.
    guard let item = unsafe item, unsafe PyList_SetItem(list, index, item) == 0 else { return false }
    untilSignals &-= 1
    if untilSignals > 0 { return true }
    untilSignals = itemsBetweenSignals
    return PyErr_CheckSignals() == 0
}

/// The items of one dimension, as a list.
@inline(__always)
private func row(
    count: Int, byteStride: Int, at address: UnsafeMutableRawPointer, _ untilSignals: inout Int,
    _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    guard let result = unsafe newHiddenList(count) else { return nil }
    var address = unsafe address
    for index in 0..<count {
        guard unsafe put(readItem(UnsafeRawPointer(address)), into: result, at: index, &untilSignals) else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += byteStride
    }
    unsafe PyObject_GC_Track(result)
    return unsafe result
}

/// At most 64 calls deep.
private func nestedList(
    of export: ExportBlock, axis: Int, at address: UnsafeMutableRawPointer, _ untilSignals: inout Int,
    _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    let count = unsafe export.shape[axis]
    guard let result = unsafe newHiddenList(count) else { return nil }
    var address = unsafe address
    let isLast = axis + 1 == export.rank
    for index in 0..<count {
        let item: NewReference
        do throws(ExceptionIsSet) {
            let place = try unsafe export.follow(address, behind: axis)
            unsafe item =
                isLast
                ? readItem(UnsafeRawPointer(place)) : nestedList(of: export, axis: axis + 1, at: place, &untilSignals, readItem)
        } catch {
            unsafe item = nil
        }
        guard unsafe put(item, into: result, at: index, &untilSignals) else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += export.byteStrides[axis]
    }
    unsafe PyObject_GC_Track(result)
    return unsafe result
}
