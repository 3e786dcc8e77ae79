// Borrowing from any other exporter: one PyObject_GetBuffer, the cheapest that will do, and everything checked that was asked for.
//
// Exporters grant what they lack, leave fields NULL, and point `shape` into the Py_buffer itself (the consumer's rules of the
// protocol): so the Py_buffer stays where it was filled, and what it says is held against itself before it is believed.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Borrows from an exporter that is no Buffer of this process's `_swiftbuf`.
    func beginForeign(
        _ object: UnsafeMutablePointer<PyObject>, _ request: borrowing BorrowRequest
    ) throws(BorrowError) {
        if let error = request.format.error { throw .invalidRecord(error) }
        let view = unsafe viewPointer
        // SAFETY: the Py_buffer stays where it is until it is released. It is zeroed, because some exporters leave fields alone.
        unsafe view.initialize(to: Py_buffer())
        let flags = (request.isStrided ? SWIFTBUF_PYBUF_RECORDS_RO : SWIFTBUF_PYBUF_PACKED_RO)
        let writable = request.isMutable ? SWIFTBUF_PYBUF_WRITABLE : 0
        guard unsafe PyObject_GetBuffer(object, view, CInt(flags | writable)) == 0 else {
            return try unsafe beginRefused(object, request)
        }
        unsafe pointee.holds = .view
        do throws(BorrowError) {
            let found = try unsafe ForeignView(view, strides: packedStridesPointer, extent: extentPointer)
            guard try unsafe found.fits(request) else {
                let description = unsafe found.description(for: request)
                unsafe end()
                unsafe pointee.holds = []
                return try unsafe beginOtherwise(object, request, found: description)
            }
            unsafe pointee.base = found.base
            unsafe pointee.rank = found.rank
            unsafe pointee.shape = found.shape
            unsafe pointee.strides = found.strides
            unsafe pointee.count = found.byteCount / request.format.byteCount
            if let bytes = unsafe found.bytes { try unsafe enterLoan(bytes) }
        } catch {
            unsafe end()
            unsafe pointee.holds = []
            throw error
        }
    }

    /// After a refusal: says what there is instead, copies it if that is allowed, or passes the exporter's own words on.
    @inline(never)
    private func beginRefused(
        _ object: UnsafeMutablePointer<PyObject>, _ request: borrowing BorrowRequest
    ) throws(BorrowError) {
        guard unsafe PyObject_CheckBuffer(object) != 0 else {
            PyErr_Clear()
            throw unsafe .noBuffer(typeName: ShortText(typeOf: object))
        }
        guard unsafe PyErr_Occurred() != nil else { throw .incoherent }
        // What a refusal is, by the rules and by what exporters do; a KeyboardInterrupt, say, is none.
        guard
            swiftbuf_raised(SWIFTBUF_BUFFER_ERROR) != 0 || swiftbuf_raised(SWIFTBUF_VALUE_ERROR) != 0
                || swiftbuf_raised(SWIFTBUF_TYPE_ERROR) != 0
        else { throw .raised }
        var type: UnsafeMutablePointer<PyObject>?
        var value: UnsafeMutablePointer<PyObject>?
        var traceback: UnsafeMutablePointer<PyObject>?
        // SAFETY: with the GIL. The three are this call's until they are restored or dropped.
        unsafe PyErr_Fetch(&type, &value, &traceback)
        let found = unsafe describe(object, for: request)
        if let found, found.isOtherThan(request.description) {
            unsafe swiftbuf_drop_reference(type)
            unsafe swiftbuf_drop_reference(value)
            unsafe swiftbuf_drop_reference(traceback)
            return try unsafe beginOtherwise(object, request, found: found)
        }
        PyErr_Clear()
        unsafe PyErr_Restore(type, value, traceback)
        throw .raised
    }

    /// What an exporter has, whatever its layout; nil if it says nothing that can be believed.
    @inline(never)
    private func describe(
        _ object: UnsafeMutablePointer<PyObject>, for request: borrowing BorrowRequest
    ) -> BufferDescription? {
        let view = unsafe viewPointer
        unsafe view.initialize(to: Py_buffer())
        guard unsafe PyObject_GetBuffer(object, view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0 else { return nil }
        defer { unsafe PyBuffer_Release(view) }
        return try? unsafe ForeignView(view, strides: packedStridesPointer, extent: extentPointer).description(for: request)
    }

    /// Where strides can be written that an exporter does not give: 64 numbers, in the lease.
    var packedStridesPointer: UnsafeMutablePointer<Int> {
        unsafe (UnsafeMutableRawPointer(self) + MemoryLayout<Lease>.size - 64 * MemoryLayout<Int>.stride)
            .assumingMemoryBound(to: Int.self)
    }

    /// Where the one dimension can be written of an exporter that gives no shape.
    private var extentPointer: UnsafeMutablePointer<Int> {
        unsafe packedStridesPointer - 1
    }
}
