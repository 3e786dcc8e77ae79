// bf_getbuffer and bf_releasebuffer: memory that Swift owns as a Py_buffer.
//
// Ownership rules
// ---------------
// A granted Py_buffer owns one new reference to the Buffer, in `obj`; PyBuffer_Release drops it, the release slot does not. It is
// counted twice: in the export block, so that the object keeps its shape, strides and format where the view points to them, and
// in the storage block, so that the memory keeps its place. A consumer may hand back a copy of the struct, so nothing is found
// through the view's address. The release slot may run inside the garbage collector: neither slot allocates, counts a Swift
// reference, takes a lock or raises more than a refusal. Both run with the GIL; in a free-threaded CPython on several threads at once.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Fills a `Py_buffer`, or refuses: `bf_getbuffer`.
///
/// - Returns: 0; or -1 with `BufferError` set, `obj` NULL and nothing else changed.
/// - Source: CPython, `Doc/c-api/typeobj.rst` (`getbufferproc`) and `Objects/memoryobject.c` (`memory_getbuf`).
@_cdecl("swiftbuf_buffer_getbuffer")
@inline(never)
func bufferGetBuffer(
    _ object: UnsafeMutablePointer<PyObject>, _ view: UnsafeMutablePointer<Py_buffer>?, _ flags: CInt
) -> CInt {
    // SAFETY: CPython calls the slot with a Buffer; a NULL view was legal once.
    guard let view = unsafe view else { return refuseWithoutView() }
    unsafe view.pointee.obj = nil
    let request = Request(rawValue: flags)
    if isFreeThreaded { return unsafe getBufferAmongThreads(object, view, request) }
    // SAFETY: a grant calls nothing of CPython's.
    return unsafe BufferHandle(object).glance { export in
        guard export.admission.admits(request) else { return unsafe lookAgain(object, export, view, request) }
        unsafe grant(object, export, view, request)
        return 0
    }
}

/// Counts first, so that nobody changes the Buffer meanwhile, and decides then: in a free-threaded CPython, without a lock.
private func getBufferAmongThreads(
    _ object: UnsafeMutablePointer<PyObject>, _ view: UnsafeMutablePointer<Py_buffer>, _ request: Request
) -> CInt {
    // SAFETY: it is counted before it is looked at; a grant calls nothing of CPython's, and a refusal nothing but the exception.
    unsafe BufferHandle(object).glance { export in
        unsafe swiftbuf_begin_export(export.pointer)
        switch export.admission.admits(request) ? .granted : Grant.decide(request, of: export.traits) {
        case .granted:
            export.countExportOfStorage()
            unsafe fill(view, from: export, request)
            unsafe view.pointee.obj = swiftbuf_new_reference_to_buffer(object)
            return 0
        case .refused(let refusal):
            unsafe swiftbuf_exports_end(export.exportsWord)
            raise(refusal)
            return -1
        }
    }
}

/// Decides a request that needs a second look.
@inline(never)
private func lookAgain(
    _ object: UnsafeMutablePointer<PyObject>, _ export: ExportBlock, _ view: UnsafeMutablePointer<Py_buffer>, _ request: Request
) -> CInt {
    switch Grant.decide(request, of: export.traits) {
    case .granted:
        unsafe grant(object, export, view, request)
        return 0
    case .refused(let refusal):
        raise(refusal)
        return -1
    }
}

/// Fills a view, and counts it.
@inline(__always)
private func grant(
    _ object: UnsafeMutablePointer<PyObject>, _ export: ExportBlock, _ view: UnsafeMutablePointer<Py_buffer>, _ request: Request
) {
    unsafe fill(view, from: export, request)
    export.countExport()
    unsafe view.pointee.obj = swiftbuf_new_reference_to_buffer(object)
}

/// Fills all fields of a view but `obj`.
@inline(__always)
private func fill(_ view: UnsafeMutablePointer<Py_buffer>, from export: ExportBlock, _ request: Request) {
    // SAFETY: these pointers stand in the object or in a block that it owns. The export that the caller counts keeps both unchanged,
    // and the reference in `obj` keeps the object.
    let block = unsafe export.pointer
    unsafe view.pointee.buf = block.pointee.buf
    unsafe view.pointee.len = block.pointee.len
    unsafe view.pointee.itemsize = block.pointee.itemsize
    unsafe view.pointee.readonly = CInt(truncatingIfNeeded: block.pointee.traits & Traits.readonly.rawValue)
    unsafe view.pointee.format = request.contains(.format) ? block.pointee.format : nil
    if request.contains(.shape) {
        unsafe view.pointee.ndim = block.pointee.ndim
        unsafe view.pointee.shape = block.pointee.shape
    } else {
        unsafe view.pointee.ndim = 1
        unsafe view.pointee.shape = nil
    }
    unsafe view.pointee.strides = request.contains(.strides) ? block.pointee.strides : nil
    unsafe view.pointee.suboffsets = block.pointee.suboffsets
    unsafe view.pointee.internal = nil
}

@inline(never)
private func refuseWithoutView() -> CInt {
    raise(.bufferError, "getbuffer: a buffer was asked for but the Py_buffer is NULL")
    return -1
}

/// Takes a `Py_buffer` back: `bf_releasebuffer`.
///
/// - Source: CPython, `Doc/c-api/typeobj.rst` (`releasebufferproc`): it must neither raise nor drop `obj`.
@_cdecl("swiftbuf_buffer_releasebuffer")
@inline(__always)
func bufferReleaseBuffer(_ object: UnsafeMutablePointer<PyObject>, _ view: UnsafeMutablePointer<Py_buffer>?) {
    // SAFETY: PyBuffer_Release calls this once for each view that was granted, with the object that granted it.
    unsafe BufferHandle(object).glance { export in export.uncountExport() }
}
