// Borrowing a swiftbuf.Buffer: its export block is read where it stands, and no Py_buffer is asked for.
//
// While the borrow word counts the borrow, Python's resize() and release() of the Buffer are refused, so that its shape and its
// memory stay; the reference keeps the object.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Borrows a Buffer.
    @inline(__always)
    func beginOwn(
        _ object: UnsafeMutablePointer<PyObject>, _ export: UnsafeMutablePointer<swiftbuf_export>,
        _ request: borrowing BorrowRequest
    ) throws(BorrowError) {
        // SAFETY: with the GIL, so that the block stays as it is until the word counts the borrow.
        let traits = unsafe Traits(rawValue: export.pointee.traits)
        let isFit =
            unsafe export.pointee.item_kind == request.format.kind && request.format.kind != 0
            && export.pointee.itemsize == request.format.byteCount
            && traits.isDisjoint(with: request.isMutable ? [.released, .indirect, .readonly] : [.released, .indirect])
            && (request.isStrided || traits.contains(.cContiguous))
            && isAligned(export, for: request)
            && request.shape.accepts(rank: Int(export.pointee.ndim), shape: dimensions(export.pointee.shape))
        if !isFit {
            if traits.contains(.released) { throw .released }
            guard try unsafe isRecordThatFits(export, request) else {
                return try unsafe beginOtherwise(object, request, found: description(of: export, for: request))
            }
        }
        let storage = unsafe export.pointee.storage.unsafelyUnwrapped
        unsafe pointee.base = export.pointee.buf
        unsafe pointee.rank = Int(export.pointee.ndim)
        unsafe pointee.shape = dimensions(export.pointee.shape)
        unsafe pointee.strides = dimensions(export.pointee.strides)
        unsafe pointee.count = export.pointee.len / export.pointee.itemsize
        try unsafe storage.beginBorrow(isMutable: request.isMutable)
        unsafe pointee.storage = storage
        unsafe pointee.object = swiftbuf_new_reference(object)
        unsafe pointee.holds = [.word, .object]
        // A SharedBuffer's memory is found by its address, all other by the loan.
        if unsafe storage.pointee.flags & UInt32(SWIFTBUF_STORAGE_LISTED) != 0 || pointee.count == 0 { return }
        do throws(BorrowError) {
            if unsafe storage.pointee.flags & UInt32(SWIFTBUF_STORAGE_MANAGED) != 0 {
                try unsafe enterManagedLoan(export)
            } else {
                try unsafe enterLoan(bytes(of: export))
            }
        } catch {
            unsafe end()
            throw error
        }
    }

    /// Enters the loan of memory that another exporter owns, which may be a listed block's.
    @inline(never)
    private func enterManagedLoan(_ export: UnsafeMutablePointer<swiftbuf_export>) throws(BorrowError) {
        let bytes = unsafe bytes(of: export)
        guard unsafe swiftbuf_ledger_is_empty(swiftbuf_ledger_current()) == 0,
            let block = unsafe swiftbuf_ledger_find(bytes.lowerBound, bytes.upperBound)
        else { return try unsafe enterLoan(bytes) }
        // The listed block says it all; this memory's own word is the one of a block that only counts.
        do throws(BorrowError) {
            try unsafe block.beginBorrow(isMutable: pointee.isMutable)
        } catch {
            unsafe swiftbuf_storage_release(block)
            throw error
        }
        unsafe pointee.storage.unsafelyUnwrapped.endBorrow(isMutable: pointee.isMutable)
        unsafe pointee.storage = block
        unsafe pointee.holds.insert(.storage)
        try unsafe enterLoan(bytes)
    }

    /// The bytes that the items of a Buffer reach; there are items.
    @inline(__always)
    private func bytes(of export: UnsafeMutablePointer<swiftbuf_export>) -> Range<UInt> {
        let start = unsafe UInt(bitPattern: export.pointee.buf)
        if unsafe Traits(rawValue: export.pointee.traits).contains(.cContiguous) {
            return unsafe start..<start &+ UInt(bitPattern: export.pointee.len)
        }
        let reach = unsafe withLayout(itemByteCount: export.pointee.itemsize) { $0.reachableBytes } ?? 0..<0
        let low = start &+ UInt(bitPattern: reach.lowerBound)
        return low..<low &+ UInt(bitPattern: reach.count)
    }

    /// Whether items of a record, which no kind tells apart, and all else fit.
    @inline(never)
    private func isRecordThatFits(
        _ export: UnsafeMutablePointer<swiftbuf_export>, _ request: borrowing BorrowRequest
    ) throws(BorrowError) -> Bool {
        guard request.format.kind == 0, unsafe export.pointee.itemsize == request.format.byteCount else { return false }
        if let error = request.format.error { throw .invalidRecord(error) }
        let traits = unsafe Traits(rawValue: export.pointee.traits)
        guard traits.isDisjoint(with: request.isMutable ? [.released, .indirect, .readonly] : [.released, .indirect]),
            request.isStrided || traits.contains(.cContiguous), unsafe isAligned(export, for: request),
            unsafe request.shape.accepts(rank: Int(export.pointee.ndim), shape: dimensions(export.pointee.shape))
        else { return false }
        return try unsafe request.format.describesItems(of: UnsafeRawPointer(export.pointee.format))
    }

    @inline(__always)
    private func isAligned(_ export: UnsafeMutablePointer<swiftbuf_export>, for request: borrowing BorrowRequest) -> Bool {
        let mask = request.alignment &- 1
        if unsafe Int(bitPattern: export.pointee.buf) & mask != 0 { return unsafe export.pointee.len == 0 }
        if request.isStrided {
            for axis in unsafe 0..<Int(export.pointee.ndim) {
                if unsafe export.pointee.strides[axis] & mask != 0 && export.pointee.shape[axis] > 1 { return false }
            }
        }
        return true
    }

    @inline(never)
    private func description(
        of export: UnsafeMutablePointer<swiftbuf_export>, for request: borrowing BorrowRequest
    ) -> BufferDescription {
        let traits = unsafe Traits(rawValue: export.pointee.traits)
        return BufferDescription(
            element: unsafe ShortText(items: export.pointee.format, itemByteCount: export.pointee.itemsize),
            order: traits.contains(.indirect)
                ? .indirect : traits.contains(.cContiguous) ? .c : traits.contains(.fContiguous) ? .fortran : .strided,
            shape: unsafe request.shape.sameDetail(rank: Int(export.pointee.ndim), shape: export.pointee.shape),
            isWritable: !traits.contains(.readonly), isAligned: unsafe isAligned(export, for: request))
    }
}

/// The dimensions that a pointer leads to; where there are none, no numbers at an address that is not NULL.
@inline(__always)
private func dimensions(_ pointer: UnsafeMutablePointer<Int>?) -> UnsafePointer<Int> {
    // SAFETY: otherwise the address of a few zeroes that live as long as the program.
    unsafe UnsafePointer(pointer ?? swiftbuf_memory_of_no_bytes().assumingMemoryBound(to: Int.self))
}
