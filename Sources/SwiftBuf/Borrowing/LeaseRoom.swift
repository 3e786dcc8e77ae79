// The door between inlinable code, which sees no C type, and the lease.

import CPython
import CSwiftBufABI
import SwiftBufCore

/// Where borrowed items are.
///
/// SAFETY: all addresses are the lease's, which whoever lends a view of these items holds for as long as anybody can have the view.
@frozen
@safe
@usableFromInline
package struct BorrowedItems {
    /// Element [0, …, 0].
    @usableFromInline let base: UnsafeMutableRawPointer
    /// `rank` numbers.
    @usableFromInline let shape: UnsafePointer<Int>
    /// `rank` byte strides; of packed items not to be read.
    @usableFromInline let strides: UnsafePointer<Int>
    @usableFromInline let rank: Int
    /// Of all items.
    @usableFromInline let count: Int
    /// Items along the first dimension, which a range of rows has fewer of than `shape` says; 1 for no dimensions.
    @usableFromInline let rowCount: Int

    init(_ lease: UnsafeMutablePointer<Lease>) {
        unsafe base = lease.pointee.base
        unsafe shape = lease.pointee.shape
        unsafe strides = lease.pointee.strides
        rank = unsafe lease.pointee.rank
        count = unsafe lease.pointee.count
        rowCount = unsafe lease.pointee.rank == 0 ? 1 : lease.pointee.shape[0]
    }

    /// Packed items of Swift's own.
    @unsafe
    init(base: UnsafeMutableRawPointer, shape: UnsafePointer<Int>, rank: Int, count: Int) {
        unsafe self.base = base
        unsafe self.shape = shape
        unsafe strides = shape
        self.rank = rank
        self.count = count
        rowCount = unsafe rank == 0 ? 1 : shape[0]
    }

    /// Some rows of items.
    @inlinable
    init(_ all: BorrowedItems, base: UnsafeMutableRawPointer, rowCount: Int) {
        unsafe self.base = base
        unsafe shape = all.shape
        unsafe strides = all.strides
        rank = all.rank
        count = all.rowCount == 0 ? 0 : all.count / all.rowCount * rowCount
        self.rowCount = rowCount
    }
}

/// The bytes of a lease, for the stack, and some to begin it at a cache line; more than it needs, and less than what is still put there.
@inlinable
var leaseRoomByteCount: Int { 768 + 64 }

/// Where a lease begins in some room: at a cache line, so that a borrow costs the same wherever the stack happens to be.
@unsafe
@inlinable
@inline(__always)
func leaseRoom(in room: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawPointer {
    unsafe room.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: 64)
}

/// Begins a lease in some room.
///
/// - Parameters:
///   - room: ``leaseRoomByteCount`` bytes that stay where they are until the lease is ended.
///   - object: A `PyObject`.
///   - api: The `swiftbuf_api` of the object's interpreter; nil to look for it.
/// - Threads: With the GIL.
@unsafe
@usableFromInline
func beginLease(
    in room: UnsafeMutableRawPointer, of object: UnsafeMutableRawPointer, _ request: BorrowRequest,
    api: UnsafeRawPointer? = nil
) throws(BufferError) -> BorrowedItems {
    precondition(unsafe MemoryLayout<Lease>.size <= leaseRoomByteCount - 64, "a lease needs more room")
    // Before anything is asked for: what a subscript would read is not what the format says.
    guard request.stride == request.format.byteCount else { throw strideError(request) }
    // SAFETY: the room is large enough, and aligned for all fields; the fields are trivial.
    let lease = unsafe room.assumingMemoryBound(to: Lease.self)
    let object = unsafe object.assumingMemoryBound(to: PyObject.self)
    let api = unsafe api?.assumingMemoryBound(to: swiftbuf_api.self)
    if unsafe !lease.begin(object, request, api: api) { try unsafe lease.beginWithCare(object, request, api: api) }
    return unsafe BorrowedItems(lease)
}

/// Lends the items of an object for the time of one call: what all doors share, whatever they throw.
///
/// - Parameters:
///   - object: A `PyObject` that stays alive during the call.
///   - api: The `swiftbuf_api` of the object's interpreter; nil to look for it.
///   - failure: The error that is thrown for a borrow that is refused; then `body` is not called.
///   - body: Gets the items. No view of them outlives the call.
/// - Threads: With the GIL.
@unsafe
@inlinable
package func withLease<Result: ~Copyable, Failure: Error>(
    of object: UnsafeMutableRawPointer, _ request: BorrowRequest, api: UnsafeRawPointer?,
    failure: (BufferError) -> Failure, _ body: (BorrowedItems) throws(Failure) -> Result
) throws(Failure) -> Result {
    try unsafe withUnsafeTemporaryAllocation(byteCount: leaseRoomByteCount, alignment: 16) {
        (room) throws(Failure) -> Result in
        // SAFETY: the room stays where it is until the lease is ended, at the end of this closure.
        let room = unsafe leaseRoom(in: room)
        let items: BorrowedItems
        do throws(BufferError) {
            items = try unsafe beginLease(in: room, of: object, request, api: api)
        } catch {
            throw failure(error)
        }
        defer { unsafe endLease(in: room) }
        return try body(items)
    }
}

@inline(never)
private func strideError(_ request: BorrowRequest) -> BufferError {
    // The fields of a wrong record say it better.
    .invalidRecord(request.format.error ?? .otherStride(declared: request.format.byteCount, actual: request.stride))
}

/// Begins a lease in a heap block of its own.
@unsafe
func beginOwnedLease(
    of object: UnsafeMutableRawPointer, _ request: BorrowRequest
) throws(BufferError) -> (BorrowedItems, UnsafeMutableRawPointer) {
    // SAFETY: as much room as `beginLease` asks for, which stays where it is.
    let room = UnsafeMutableRawPointer.allocate(byteCount: leaseRoomByteCount, alignment: 16)
    do throws(BufferError) {
        return unsafe (try beginLease(in: room, of: object, request), room)
    } catch {
        unsafe room.deallocate()
        throw error
    }
}

/// Where the items are of a lease that was begun in some room.
@unsafe
func leasedItems(in room: UnsafeMutableRawPointer) -> BorrowedItems {
    unsafe BorrowedItems(room.assumingMemoryBound(to: Lease.self))
}

/// Ends a lease.
///
/// - Threads: With the GIL.
@unsafe
@usableFromInline
package func endLease(in room: UnsafeMutableRawPointer) {
    unsafe room.assumingMemoryBound(to: Lease.self).end()
}
