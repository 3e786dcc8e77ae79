// Borrowing a swiftbuf.Buffer: its export block is read where it stands, and no Py_buffer is asked for.
//
// While the borrow word counts the borrow, Python's resize() and release() of the Buffer are refused, so that its shape and its
// memory stay; the reference keeps the object.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Borrows a Buffer of scalars whose memory nobody else has borrowed, if it is what was asked for.
    @inline(__always)
    func beginOwn(
        _ object: UnsafeMutablePointer<PyObject>, _ export: UnsafeMutablePointer<swiftbuf_export>, _ request: BorrowRequest
    ) -> Bool {
        // SAFETY: with the GIL, so that the block stays as it is until the word counts the borrow.
        guard unsafe export.pointee.item_kind == request.format.kind && request.format.kind != 0,
            unsafe isFit(export, request), let storage = unsafe export.pointee.storage,
            unsafe storage.pointee.flags & UInt32(SWIFTBUF_STORAGE_MANAGED) == 0
        else { return false }
        guard unsafe storage.hasBegunBorrow(isMutable: request.isMutable) else { return false }
        let count = unsafe show(export)
        unsafe hold(object, storage)
        // A SharedBuffer's memory is found by its address, all other by the loan.
        if unsafe storage.pointee.flags & UInt32(SWIFTBUF_STORAGE_LISTED) != 0 || count == 0 { return true }
        if unsafe enterPlainLoan(bytes(of: export)) { return true }
        unsafe reset()
        return false
    }

    /// Borrows a Buffer of any kind, or says why not.
    func beginOwnWithCare(
        _ object: UnsafeMutablePointer<PyObject>, _ export: UnsafeMutablePointer<swiftbuf_export>, _ request: BorrowRequest
    ) throws(BufferError) {
        // SAFETY: as above.
        if unsafe Traits(rawValue: export.pointee.traits).contains(.released) { throw .released }
        guard unsafe isFit(export, request), try unsafe hasItems(export, request) else {
            return try unsafe beginOtherwise(object, request, found: description(of: export, for: request))
        }
        let storage = unsafe export.pointee.storage.unsafelyUnwrapped
        try unsafe storage.beginBorrow(isMutable: request.isMutable)
        let count = unsafe show(export)
        unsafe hold(object, storage)
        if unsafe storage.pointee.flags & UInt32(SWIFTBUF_STORAGE_LISTED) != 0 || count == 0 { return }
        do throws(BufferError) {
            // Another exporter's memory may be a SharedBuffer's.
            try unsafe enterLoan(bytes(of: export))
        } catch {
            unsafe reset()
            throw error
        }
    }

    /// Whether a Buffer is what was asked for, but for the kind of its items.
    @inline(__always)
    private func isFit(_ export: UnsafeMutablePointer<swiftbuf_export>, _ request: BorrowRequest) -> Bool {
        let traits = unsafe Traits(rawValue: export.pointee.traits)
        return unsafe export.pointee.itemsize == request.format.byteCount
            && traits.isDisjoint(with: request.isMutable ? [.released, .indirect, .readonly] : [.released, .indirect])
            && (request.isStrided || traits.contains(.cContiguous)) && isAligned(export, for: request)
            && request.shape.accepts(rank: Int(export.pointee.ndim), shape: dimensions(export.pointee.shape))
    }

    /// Whether the items are of the type that was asked for; their sizes are equal.
    private func hasItems(
        _ export: UnsafeMutablePointer<swiftbuf_export>, _ request: BorrowRequest
    ) throws(BufferError) -> Bool {
        if request.format.kind != 0 { return unsafe export.pointee.item_kind == request.format.kind }
        return try unsafe request.format.describesItems(of: UnsafeRawPointer(export.pointee.format))
    }

    /// Says where the items are.
    ///
    /// - Returns: How many there are. What was just written is not read again: that has to be waited for.
    @inline(__always)
    private func show(_ export: UnsafeMutablePointer<swiftbuf_export>) -> Int {
        let rank = unsafe Int(export.pointee.ndim)
        let shape = unsafe dimensions(export.pointee.shape)
        var count = 1
        if rank == 1 {
            count = unsafe shape[0]
        } else {
            for axis in 0..<rank { count = unsafe count &* shape[axis] }
        }
        unsafe pointee.base = export.pointee.buf
        unsafe pointee.rank = rank
        unsafe pointee.shape = shape
        unsafe pointee.strides = dimensions(export.pointee.strides)
        unsafe pointee.count = count
        return count
    }

    /// Holds the object, whose storage counts the borrow already.
    @inline(__always)
    private func hold(_ object: UnsafeMutablePointer<PyObject>, _ storage: UnsafeMutablePointer<swiftbuf_storage>) {
        unsafe pointee.storage = storage
        unsafe pointee.object = swiftbuf_new_reference_to_buffer(object)
        unsafe pointee.holds = [.word, .object]
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

    @inline(__always)
    private func isAligned(_ export: UnsafeMutablePointer<swiftbuf_export>, for request: BorrowRequest) -> Bool {
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
        of export: UnsafeMutablePointer<swiftbuf_export>, for request: BorrowRequest
    ) -> BufferDescription {
        let traits = unsafe Traits(rawValue: export.pointee.traits)
        return BufferDescription(
            element: unsafe ItemDescription(
                items: export.pointee.format, itemByteCount: export.pointee.itemsize, askedFor: request),
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
