// Blocks that are found by their address: how they come into the ledger (CSwiftBufStorage's swiftbuf_ledger.h), and how their owner
// takes their memory back.

public import CSwiftBufStorage

/// Why a block is not listed.
public enum ListingRefusal: UInt8, Error, Sendable {
    case outOfMemory
    /// A listed block has some of the same bytes, or they are borrowed.
    case overlapping
}

/// Why memory is not given back to the one who lent it.
public enum TakingRefusal: Error, Equatable, Sendable {
    /// Others own it too.
    case shared(references: Int)
    /// Swift uses it.
    case borrowed(BorrowConflict)
    /// It was given back before.
    case taken
}

extension UnsafeMutablePointer where Pointee == swiftbuf_storage {
    /// Lists the block in the ledger until it is disposed of, so that a borrow of the same bytes by another way is seen.
    ///
    /// - Threads: Any; nobody else knows the block yet.
    @unsafe
    public func list() throws(ListingRefusal) {
        // SAFETY: the caller owns a reference.
        switch unsafe swiftbuf_ledger_add(self) {
        case CInt(SWIFTBUF_LISTING_DONE): return
        case CInt(SWIFTBUF_LISTING_OVERLAPS): throw .overlapping
        default: throw .outOfMemory
        }
    }

    /// Whether the memory was taken back.
    @unsafe
    public var isTaken: Bool {
        unsafe pointee.flags & UInt32(SWIFTBUF_STORAGE_TAKEN) != 0
    }

    /// Takes the memory out of the block, for ever: the block has no bytes afterwards, and every borrow of it is refused.
    ///
    /// - Parameter body: Takes the memory away; runs only if nobody can see it any more.
    /// - Throws: ``TakingRefusal``; then nothing was changed.
    /// - Ownership: The caller owns a reference, and keeps it.
    /// - Threads: Any. Who adds a reference to this block looks afterwards whether it is ``isMoving``, and then drops it again.
    @unsafe
    public func take<Result>(_ body: () -> Result) throws(TakingRefusal) -> Result {
        do {
            try unsafe beginMoving()
        } catch {
            throw unsafe error == .moving && isTaken ? .taken : .borrowed(error)
        }
        swiftbuf_storage_fence()
        let references = unsafe swiftbuf_storage_references(self)
        guard references == 1 else {
            unsafe endMoving()
            throw .shared(references: Int(references))
        }
        // The word stays as it is: MOVING.
        unsafe swiftbuf_ledger_remove(self)
        unsafe pointee.flags |= UInt32(SWIFTBUF_STORAGE_TAKEN)
        unsafe pointee.base = swiftbuf_memory_of_no_bytes()
        unsafe pointee.capacity = 0
        return body()
    }
}
