// The door between inlinable code, which sees no C type, and the lease.

import CPython
import CSwiftBufABI
import SwiftBufCore

/// Where borrowed items are.
///
/// SAFETY: all addresses are the lease's, which is held as long as the value that has this one.
@frozen
@safe
public struct BorrowedItems {
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

/// The bytes of a lease, for the stack; more than it needs, and less than what is still put there.
@inlinable
var leaseRoomByteCount: Int { 768 }

/// Begins a lease in some room.
///
/// - Parameters:
///   - room: ``leaseRoomByteCount`` bytes that stay where they are until the lease is ended.
///   - object: A `PyObject`.
/// - Threads: With the GIL.
@unsafe
@usableFromInline
func beginLease(
    in room: UnsafeMutableRawPointer, of object: UnsafeMutableRawPointer, _ request: BorrowRequest
) throws(BorrowError) -> BorrowedItems {
    // SAFETY: the room is large enough, which a test holds, and aligned for all fields; the fields are trivial.
    let lease = unsafe room.assumingMemoryBound(to: Lease.self)
    let object = unsafe object.assumingMemoryBound(to: PyObject.self)
    if unsafe !lease.begin(object, request) { try unsafe lease.beginWithCare(object, request) }
    return unsafe BorrowedItems(lease)
}

/// What ends a lease, once, when the buffer that holds it goes.
@safe
public struct LeaseHold: ~Copyable {
    /// Ends the lease at an address, with the GIL.
    package typealias End = @convention(c) (UnsafeMutableRawPointer) -> Void

    private let room: UnsafeMutableRawPointer
    private let isOnHeap: Bool
    /// Ends the lease of a buffer that may go without the GIL; nil if whoever lends it has the GIL all along.
    private let ending: End?

    /// Takes a lease over that lies in somebody's frame.
    @unsafe
    @usableFromInline
    init(endingLeaseIn room: UnsafeMutableRawPointer) {
        unsafe self.room = room
        isOnHeap = false
        unsafe ending = nil
    }

    /// Takes a lease over that lies in a heap block of its own, and that block.
    @unsafe
    package init(owning room: UnsafeMutableRawPointer, ending: @escaping End) {
        unsafe self.room = room
        isOnHeap = true
        unsafe self.ending = ending
    }

    deinit {
        // SAFETY: begun before this value was made, and ended here alone.
        if let ending = unsafe ending { unsafe ending(room) } else { unsafe endLease(in: room) }
        if isOnHeap { unsafe room.deallocate() }
    }
}

/// Ends a lease.
///
/// - Threads: With the GIL.
@unsafe
@inline(__always)
package func endLease(in room: UnsafeMutableRawPointer) {
    unsafe room.assumingMemoryBound(to: Lease.self).end()
}
