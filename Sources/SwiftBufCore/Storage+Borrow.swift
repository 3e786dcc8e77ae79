// The borrow word: one atomic word in each storage block by which Swift code without the GIL and Python code with it agree on
// who may use, and who may move, the memory.
//
//     bit 63        MOVING: resize(), release() or take() is at work
//     bit 62        one mutable borrow
//     bits 0 to 61  how many shared borrows
//
// A borrow is a compare-and-swap that fails if MOVING or a conflicting borrow is set; the base address is read only afterwards.
// Moving swings the word from 0 to MOVING, so it fails if anything is borrowed. Two plain counters would race: Python's resize()
// reads no borrow, a Swift thread borrows, the memory moves.
//
// A block that is in no ledger is borrowed through its Buffer alone. Where there is a GIL whoever does so has it, as resize() and
// release() have, and a compare-and-swap would guard what the GIL guards already: an atomic operation at each end of a borrow.

public import CSwiftBufStorage

/// Why memory cannot be borrowed or moved now.
public enum BorrowConflict: UInt8, Error, Equatable, Sendable {
    /// It is being resized, released or taken back.
    case moving
    /// Somebody has borrowed it to write.
    case mutablyBorrowed
    /// Somebody has borrowed it to read.
    case borrowed
}

@inlinable var movingBit: UInt64 { 1 << 63 }
@inlinable var mutableBit: UInt64 { 1 << 62 }

extension UnsafeMutablePointer where Pointee == swiftbuf_storage {
    /// Counts a borrow to read.
    ///
    /// Shared with other readers.
    ///
    /// - Throws: ``BorrowConflict`` if somebody writes or moves the memory; then nothing was counted.
    /// - Threads: Any; the caller owns a reference to the block.
    @unsafe
    @inlinable
    @inline(__always)
    public func beginSharedBorrow() throws(BorrowConflict) {
        var word = unsafe swiftbuf_storage_load_borrows(self)
        while true {
            if word & movingBit != 0 { throw .moving }
            // The second test keeps 2^62 - 1 borrows from running into the bit above them.
            if word & mutableBit != 0 || word == mutableBit - 1 { throw .mutablyBorrowed }
            if unsafe swiftbuf_storage_exchange_borrows(self, &word, word + 1) != 0 { return }
        }
    }

    /// Ends a borrow to read.
    @unsafe
    @inlinable
    @inline(__always)
    public func endSharedBorrow() {
        var word = unsafe swiftbuf_storage_load_borrows(self)
        precondition(word & ~(movingBit | mutableBit) != 0, "a shared borrow was ended that had not begun")
        while unsafe swiftbuf_storage_exchange_borrows(self, &word, word - 1) == 0 {}
    }

    /// Counts a borrow to write.
    ///
    /// Shared with nobody.
    ///
    /// - Throws: ``BorrowConflict`` if anybody uses or moves the memory; then nothing was counted.
    /// - Threads: Any; the caller owns a reference to the block.
    @unsafe
    @inlinable
    @inline(__always)
    public func beginMutableBorrow() throws(BorrowConflict) {
        try unsafe swing(to: mutableBit)
    }

    /// Ends a borrow to write.
    @unsafe
    @inlinable
    @inline(__always)
    public func endMutableBorrow() {
        unsafe swingBack(from: mutableBit)
    }

    /// Whether nobody changes the word without the GIL, where there is one: of a block that only a Buffer leads to.
    ///
    /// A block of no bytes may be a `SharedBuffer`'s that is not listed.
    @unsafe
    @inlinable
    @inline(__always)
    public var isBorrowedByBufferAlone: Bool {
        unsafe pointee.flags & UInt32(SWIFTBUF_STORAGE_LISTED) == 0 && pointee.capacity != 0
    }

    /// Counts a borrow with the GIL, without an atomic operation.
    ///
    /// - Precondition: ``isBorrowedByBufferAlone``, and there is a GIL.
    /// - Returns: Whether it was counted; not if there is a conflict, which ``beginSharedBorrow()`` and ``beginMutableBorrow()`` name.
    /// - Threads: With the GIL.
    @unsafe
    @inlinable
    @inline(__always)
    public func beginBorrowWithGIL(isMutable: Bool) -> Bool {
        let word = unsafe swiftbuf_storage_load_borrows(self)
        // No count of readers gets near to the bit above them.
        guard isMutable ? word == 0 : word < mutableBit - 1 else { return false }
        unsafe swiftbuf_storage_store_borrows(self, isMutable ? mutableBit : word + 1)
        return true
    }

    /// Ends such a borrow.
    ///
    /// - Precondition: as for ``beginBorrowWithGIL(isMutable:)``.
    /// - Threads: With the GIL.
    @unsafe
    @inlinable
    @inline(__always)
    public func endBorrowWithGIL(isMutable: Bool) {
        let word = unsafe swiftbuf_storage_load_borrows(self)
        precondition(
            isMutable ? word == mutableBit : word != 0 && word < mutableBit, "a borrow was ended that had not begun")
        unsafe swiftbuf_storage_store_borrows(self, isMutable ? 0 : word - 1)
    }

    /// Forbids new borrows while memory is moved or let go of.
    ///
    /// - Throws: ``BorrowConflict`` if anybody has borrowed the memory; then nothing was changed.
    /// - Threads: With the GIL, and it is kept until ``endMoving()``.
    @unsafe
    public func beginMoving() throws(BorrowConflict) {
        try unsafe swing(to: movingBit)
    }

    /// Allows borrows again.
    @unsafe
    public func endMoving() {
        unsafe swingBack(from: movingBit)
    }

    /// Whether the memory is being moved, or was taken back.
    @unsafe
    public var isMoving: Bool {
        unsafe swiftbuf_storage_load_borrows(self) & movingBit != 0
    }

    @inlinable
    @inline(__always)
    func swing(to bit: UInt64) throws(BorrowConflict) {
        var expected: UInt64 = 0
        if unsafe swiftbuf_storage_exchange_borrows(self, &expected, bit) != 0 { return }
        if expected & movingBit != 0 { throw .moving }
        throw expected & mutableBit != 0 ? .mutablyBorrowed : .borrowed
    }

    @inlinable
    @inline(__always)
    func swingBack(from bit: UInt64) {
        var expected = bit
        let ended = unsafe swiftbuf_storage_exchange_borrows(self, &expected, 0) != 0
        precondition(ended, "a borrow was ended that had not begun")
    }
}
