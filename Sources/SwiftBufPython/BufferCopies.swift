// tobytes() and tolist(): copies, and named as such.

import CPython
import CSwiftBuf
import SwiftBufCore

/// From this many bytes on, a copy lets other threads run: below it, giving up the GIL costs more than it frees.
let gilReleaseThreshold = 1 << 20

/// `b.tobytes()`.
@_cdecl("swiftbuf_buffer_tobytes")
func bufferToBytes(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return nil }
    // SAFETY: a bytes object without a source is uninitialised and nobody else's until it is returned.
    guard let bytes = unsafe PyBytes_FromStringAndSize(nil, export.byteCount) else { return nil }
    unsafe export.packItems(into: UnsafeMutableRawPointer(PyBytes_AsString(bytes)!))
    return unsafe bytes
}

extension ExportBlock {
    /// Copies the items, packed in C order; without the GIL if they are many.
    ///
    /// - Parameter destination: Room for `len` bytes that nobody else uses.
    /// - Precondition: The Buffer is not released. With the GIL.
    func packItems(into destination: UnsafeMutableRawPointer) {
        // SAFETY: the export that is counted keeps memory and layout in place while other threads run.
        countExport()
        let state = unsafe byteCount >= gilReleaseThreshold ? PyEval_SaveThread() : nil
        withLayout { (layout: borrowing Layout) in
            unsafe layout.pack(from: pointer.pointee.buf, into: destination)
        }
        if let state = unsafe state {
            unsafe PyEval_RestoreThread(state)
        }
        uncountExport()
    }
}

/// `b.tolist()`.
@_cdecl("swiftbuf_buffer_tolist")
func bufferToList(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return nil }
    guard unsafe export.pointer.pointee.item_kind != 0 else {
        export.raiseItemsNotReadable()
        return nil
    }
    // Making lists may run the garbage collector, and so Python code: the memory must stay.
    if export.itemIsRecord {
        do throws(ExceptionIsSet) {
            let tree = try export.compileFormat()
            return unsafe export.pinned {
                unsafe list(of: export, axis: 0, at: export.pointer.pointee.buf) { unsafe tree.readItem(at: $0) }
            }
        } catch {
            return nil
        }
    }
    return unsafe export.pinned {
        unsafe list(of: export, axis: 0, at: export.pointer.pointee.buf) { unsafe export.readItem(at: $0) }
    }
}

/// The items from a dimension on, as nested lists.
///
/// At most 64 calls deep.
private func list(
    of export: ExportBlock, axis: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    if axis == export.rank {
        return unsafe readItem(UnsafeRawPointer(address))
    }
    let count = unsafe export.shape[axis]
    guard let result = unsafe PyList_New(count) else { return nil }
    var address = unsafe address
    let isLast = axis + 1 == export.rank
    for index in 0..<count {
        let item = unsafe isLast
            ? readItem(UnsafeRawPointer(address)) : list(of: export, axis: axis + 1, at: address, readItem)
        // PyList_SetItem steals the item.
        guard let item = unsafe item, unsafe PyList_SetItem(result, index, item) == 0 else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += export.byteStrides[axis]
    }
    return unsafe result
}
