// Borrowing from any other exporter: one PyObject_GetBuffer, the cheapest that will do, and everything checked that was asked for.
//
// Exporters grant what they lack, leave fields NULL, and point `shape` into the Py_buffer itself (the consumer's rules of the
// protocol): so the Py_buffer stays where it was filled, and what it says is held against itself before it is believed.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Borrows from an exporter that is no Buffer of this process's `_swiftbuf`, if it answers in the common form.
    @inline(__always)
    func beginForeign(_ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest) -> Bool {
        let view = unsafe viewPointer
        guard unsafe ask(object, request) == 0 else {
            unsafe pointee.progress = .refused
            return false
        }
        unsafe pointee.holds = .view
        unsafe pointee.progress = .granted
        guard let plain = unsafe plainView(request), unsafe enterPlainLoan(plain.bytes) else { return false }
        // SAFETY: a plain view has all of them.
        unsafe pointee.base = view.pointee.buf.unsafelyUnwrapped
        unsafe pointee.rank = Int(view.pointee.ndim)
        unsafe pointee.shape = UnsafePointer(view.pointee.shape.unsafelyUnwrapped)
        unsafe pointee.strides = pointee.shape
        unsafe pointee.count = plain.count
        return true
    }

    /// Asks an exporter for its memory: 0, or -1 with an exception set.
    @inline(__always)
    private func ask(_ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest) -> CInt {
        let view = unsafe viewPointer
        // SAFETY: the Py_buffer stays where it is until it is released. It is zeroed, because some exporters leave fields alone.
        unsafe view.initialize(to: Py_buffer())
        let flags = (request.isStrided ? SWIFTBUF_PYBUF_RECORDS_RO : SWIFTBUF_PYBUF_PACKED_RO)
        let writable = request.isMutable ? SWIFTBUF_PYBUF_WRITABLE : 0
        return unsafe PyObject_GetBuffer(object, view, CInt(flags | writable))
    }

    /// The items of a granted view that is just what was asked for, in the form that most exporters give; nil for all others, which
    /// are looked at with care.
    @inline(__always)
    private func plainView(_ request: BorrowRequest) -> (count: Int, bytes: Range<UInt>)? {
        // SAFETY: a granted Py_buffer; arrays that are not NULL have `ndim` numbers, and the format ends with a NUL.
        let view = unsafe viewPointer
        guard !request.isStrided, unsafe view.pointee.strides == nil, unsafe view.pointee.suboffsets == nil,
            let shape = unsafe view.pointee.shape, let buf = unsafe view.pointee.buf, let text = unsafe view.pointee.format,
            request.format.textByteCount == 1, unsafe UInt8(bitPattern: text[0]) == request.format.text[0],
            unsafe text[1] == 0, unsafe view.pointee.itemsize == request.format.byteCount,
            unsafe !request.isMutable || view.pointee.readonly == 0, Int(bitPattern: buf) & (request.alignment &- 1) == 0
        else { return nil }
        let rank = unsafe Int(view.pointee.ndim)
        guard UInt(bitPattern: rank) <= UInt(bitPattern: Layout.maximumRank),
            unsafe request.shape.accepts(rank: rank, shape: shape)
        else { return nil }
        var count = 1
        for axis in 0..<rank {
            let items = unsafe shape[axis]
            let (product, overflow) = count.multipliedReportingOverflow(by: items)
            if overflow || items <= 0 { return nil }
            count = product
        }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: request.format.byteCount)
        let start = UInt(bitPattern: buf)
        let end = start.addingReportingOverflow(UInt(bitPattern: byteCount))
        guard !overflow, unsafe byteCount == view.pointee.len, !end.overflow else { return nil }
        // SAFETY: the sum did not overflow.
        return (count, unsafe Range(uncheckedBounds: (start, end.partialValue)))
    }

    /// Borrows from such an exporter, whatever its answer, or goes on with the answer that is there.
    func beginForeignWithCare(
        _ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest
    ) throws(BufferError) {
        if unsafe pointee.progress == .none {
            unsafe pointee.progress = ask(object, request) == 0 ? .granted : .refused
            if unsafe pointee.progress == .granted { unsafe pointee.holds = .view }
        }
        if unsafe pointee.progress == .refused { return try unsafe beginRefused(object, request) }
        do throws(BufferError) {
            let found = try unsafe ForeignView(viewPointer, strides: packedStridesPointer, extent: extentPointer)
            guard try unsafe found.fits(request) else {
                let description = unsafe found.description(for: request)
                unsafe reset()
                return try unsafe beginOtherwise(object, request, found: description)
            }
            unsafe pointee.base = found.base
            unsafe pointee.rank = found.rank
            unsafe pointee.shape = found.shape
            unsafe pointee.strides = found.strides
            unsafe pointee.count = found.byteCount / request.format.byteCount
            if let bytes = unsafe found.bytes { try unsafe enterLoan(bytes) }
        } catch {
            unsafe reset()
            throw error
        }
    }

    /// After a refusal: says what there is instead, copies it if that is allowed, or passes the exporter's own words on.
    @inline(never)
    private func beginRefused(
        _ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest
    ) throws(BufferError) {
        guard unsafe PyObject_CheckBuffer(object) != 0 else {
            PyErr_Clear()
            throw unsafe .noBuffer(typeName: BufferError.Text(typeOf: object))
        }
        guard unsafe PyErr_Occurred() != nil else { throw .incoherentExporter }
        // What a refusal is, by the rules and by what exporters do; a KeyboardInterrupt, say, is none.
        guard
            swiftbuf_raised(SWIFTBUF_BUFFER_ERROR) != 0 || swiftbuf_raised(SWIFTBUF_VALUE_ERROR) != 0
                || swiftbuf_raised(SWIFTBUF_TYPE_ERROR) != 0
        else { throw .pythonException }
        // SAFETY: with the GIL. What is set aside is put back or forgotten.
        var refusal = unsafe swiftbuf_exception_state()
        unsafe swiftbuf_set_aside(&refusal)
        let found = unsafe describe(object, for: request)
        if let found, found.isOtherThan(request.description) {
            unsafe swiftbuf_forget(&refusal)
            return try unsafe beginOtherwise(object, request, found: found)
        }
        // What the second question raised goes on only if it is a MemoryError or no ordinary exception.
        unsafe swiftbuf_put_back(&refusal)
        throw .pythonException
    }

    /// What an exporter has, whatever its layout; nil if it says nothing that can be believed, maybe with an exception set.
    @inline(never)
    private func describe(
        _ object: UnsafeMutablePointer<PyObject>, for request: BorrowRequest
    ) -> BufferDescription? {
        let view = unsafe viewPointer
        unsafe view.initialize(to: Py_buffer())
        guard unsafe PyObject_GetBuffer(object, view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0 else { return nil }
        defer { unsafe swiftbuf_give_back(view) }
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
