// Giving memory another size. Refused, with nothing changed, while anybody could notice that it moves.

public import CSwiftBufStorage

/// Why memory keeps its size.
public enum ResizeRefusal: Error, Equatable, Sendable {
    /// Py_buffers or derived views of it are live.
    case exported(count: Int)
    /// It belongs to somebody outside swiftbuf, who alone may resize it.
    case foreign
    /// It is a file, which keeps its size.
    case mappedFile
    /// It has other owners than the one who asks.
    case shared(references: Int)
    /// Swift has borrowed it.
    case borrowed(BorrowConflict)
    /// There is no room.
    case outOfMemory
}

extension UnsafeMutablePointer where Pointee == swiftbuf_storage {
    /// Grows or shrinks memory, in place or by moving it; keeps the bytes that fit and zeroes new ones.
    ///
    /// - Parameter byteCount: The new size in bytes, zero or more.
    /// - Throws: ``ResizeRefusal``; then the memory is as before, at the same address.
    /// - Complexity: O(1) in place; linear in the bytes that are kept where they are copied, O(pages) where they are remapped.
    /// - Ownership: The caller owns one reference.
    /// - Threads: With the GIL; or else one that lets no export begin through the caller's reference meanwhile: with no export and
    ///   no other reference there is no other way to begin one.
    @unsafe
    public func resize(byteCount: Int) throws(ResizeRefusal) {
        // SAFETY: the caller owns a reference, so the block is alive.
        let exports = unsafe swiftbuf_exports_count(&pointee.exports)
        guard exports == 0 else { throw .exported(count: Int(exports)) }
        guard unsafe pointee.flags & UInt32(SWIFTBUF_STORAGE_OWNED) != 0 else {
            throw unsafe isMappedFile ? .mappedFile : .foreign
        }
        let references = unsafe swiftbuf_storage_references(self)
        guard references == 1 else { throw .shared(references: Int(references)) }
        do {
            try unsafe beginMoving()
        } catch {
            throw .borrowed(error)
        }
        defer { unsafe endMoving() }
        // The address is what it is found by; from here on whoever borrows it has the GIL, and enters a loan.
        unsafe swiftbuf_ledger_remove(self)
        // SAFETY: `base` and `capacity` are those of the last allocation, and nobody else can reach them now.
        if unsafe pointee.flags & UInt32(SWIFTBUF_STORAGE_INLINE) != 0 {
            try unsafe resizeInline(byteCount: byteCount)
            return
        }
        guard let moved = unsafe swiftbuf_memory_reallocate(pointee.base, pointee.capacity, byteCount) else {
            throw .outOfMemory
        }
        unsafe pointee.base = moved
        unsafe pointee.capacity = byteCount
    }

    /// Shrinks memory that stands behind its block where it is, and moves it out when it grows.
    private func resizeInline(byteCount: Int) throws(ResizeRefusal) {
        let oldByteCount = unsafe pointee.capacity
        if byteCount > oldByteCount {
            guard let moved = unsafe swiftbuf_memory_allocate(byteCount, 1) else { throw .outOfMemory }
            unsafe moved.copyMemory(from: pointee.base, byteCount: oldByteCount)
            unsafe pointee.base = moved
            unsafe pointee.flags &= ~UInt32(SWIFTBUF_STORAGE_INLINE)
            swiftbuf_memory_count(-Int64(oldByteCount))
        } else {
            swiftbuf_memory_count(Int64(byteCount) - Int64(oldByteCount))
        }
        unsafe pointee.capacity = byteCount
    }
}
