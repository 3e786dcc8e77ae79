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
struct BorrowedItems {
    /// Element [0, …, 0].
    @usableFromInline let base: UnsafeMutableRawPointer
    /// `rank` numbers.
    @usableFromInline let shape: UnsafePointer<Int>
    /// `rank` byte strides; of packed items not to be read.
    @usableFromInline let strides: UnsafePointer<Int>
    @usableFromInline let rank: Int
    @usableFromInline let count: Int

    init(_ lease: UnsafeMutablePointer<Lease>) {
        unsafe base = lease.pointee.base
        unsafe shape = lease.pointee.shape
        unsafe strides = lease.pointee.strides
        rank = unsafe lease.pointee.rank
        count = unsafe lease.pointee.count
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
) throws(BorrowError) -> BorrowedItems {
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

@inline(never)
private func strideError(_ request: BorrowRequest) -> BorrowError {
    // The fields of a wrong record say it better.
    .invalidRecord(request.format.error ?? .otherStride(declared: request.format.byteCount, actual: request.stride))
}

/// Begins a lease in a heap block of its own.
@unsafe
func beginOwnedLease(
    of object: UnsafeMutableRawPointer, _ request: BorrowRequest
) throws(BorrowError) -> (BorrowedItems, UnsafeMutableRawPointer) {
    // SAFETY: as much room as `beginLease` asks for, which stays where it is.
    let room = UnsafeMutableRawPointer.allocate(byteCount: leaseRoomByteCount, alignment: 16)
    do throws(BorrowError) {
        return unsafe (try beginLease(in: room, of: object, request), room)
    } catch {
        unsafe room.deallocate()
        throw error
    }
}

/// Ends a lease.
///
/// - Threads: With the GIL.
@unsafe
@usableFromInline
package func endLease(in room: UnsafeMutableRawPointer) {
    unsafe room.assumingMemoryBound(to: Lease.self).end()
}
