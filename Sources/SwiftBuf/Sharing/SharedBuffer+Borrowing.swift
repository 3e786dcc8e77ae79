// Using the memory from Swift: spans, each for the time of one borrow.
//
// There is no `async` form: in Swift 6.3 a span held across a suspension point is a use after free (swiftlang/swift#89904).

import CSwiftBufStorage
import SwiftBufCore

extension SharedBuffer {
    /// Lends the items to read.
    ///
    /// - Parameter body: Gets all items in C order; bounds are checked, and the span cannot outlive the call. It may borrow further
    ///   memory.
    /// - Returns: What `body` returns.
    /// - Throws: ``BufferError/inUse(by:wanted:)`` if it is borrowed to write, or Python is moving it; then `body` was not
    ///   called. And what `body` throws.
    /// - Ownership: While `body` runs, Python's `resize()` and `release()` of the memory are refused with `BufferError`, and so is
    ///   every borrow to write.
    /// - Threads: Any; the GIL is not needed.
    public func withSpan<Result: ~Copyable>(
        _ body: (Span<Element.BufferStored>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try beginSharedBorrow()
        // SAFETY: until the borrow ends no Swift code writes the memory and nothing moves it; this value, and so the block, lives
        // as long as the call.
        defer { unsafe block.endSharedBorrow() }
        return try unsafe body(Span(_unsafeElements: items))
    }

    /// Lends the items to read and write.
    ///
    /// - Parameter body: Gets all items in C order; bounds are checked. It may borrow further memory. Carry no span out of it: Swift 6.3
    ///   accepts that, of an array's `mutableSpan` too, and the span is then used after the borrow.
    /// - Returns: What `body` returns.
    /// - Throws: ``BufferError/inUse(by:wanted:)`` if it is borrowed, or Python is moving it; `mismatch` if it is read-only; then `body` was not
    ///   called. And what `body` throws.
    /// - Ownership: While `body` runs, Python's `resize()` and `release()` of the memory are refused with `BufferError`, and so is
    ///   every other borrow.
    /// - Threads: Any; the GIL is not needed.
    public func withMutableSpan<Result: ~Copyable>(
        _ body: (inout MutableSpan<Element.BufferStored>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try beginMutableBorrow()
        // SAFETY: until the borrow ends no other Swift code uses the memory and nothing moves it; this value, and so the block,
        // lives as long as the call.
        defer { unsafe block.endMutableBorrow() }
        var span = unsafe MutableSpan(_unsafeElements: items)
        return try body(&span)
    }
}

#if !hasFeature(Embedded)
    // Embedded Swift has no errors of unknown type.
    extension SharedBuffer {
        /// Lends the items to read, to a body with errors of its own.
        ///
        /// In all else the form above.
        ///
        /// - Throws: ``BufferError``, then `body` was not called; or what `body` throws.
        public func withSpan<Result: ~Copyable>(_ body: (Span<Element.BufferStored>) throws -> Result) throws -> Result {
            try beginSharedBorrow()
            // SAFETY: as above.
            defer { unsafe block.endSharedBorrow() }
            return try unsafe body(Span(_unsafeElements: items))
        }

        /// Lends the items to read and write, to a body with errors of its own.
        ///
        /// In all else the form above.
        ///
        /// - Throws: ``BufferError``, then `body` was not called; or what `body` throws.
        public func withMutableSpan<Result: ~Copyable>(
            _ body: (inout MutableSpan<Element.BufferStored>) throws -> Result
        ) throws -> Result {
            try beginMutableBorrow()
            // SAFETY: as above.
            defer { unsafe block.endMutableBorrow() }
            var span = unsafe MutableSpan(_unsafeElements: items)
            return try body(&span)
        }
    }
#endif

extension SharedBuffer {
    func beginSharedBorrow() throws(BufferError) {
        do throws(BorrowConflict) {
            // SAFETY: this value owns a reference to the block.
            try unsafe block.beginSharedBorrow()
        } catch {
            throw refusal(error, wanted: .read)
        }
    }

    func beginMutableBorrow() throws(BufferError) {
        if isReadOnly { throw readOnlyError }
        do throws(BorrowConflict) {
            // SAFETY: as above.
            try unsafe block.beginMutableBorrow()
        } catch {
            throw refusal(error, wanted: .write)
        }
    }

    /// What a refusal of the borrow word means here.
    func refusal(_ conflict: BorrowConflict, wanted use: BufferError.Use) -> BufferError {
        unsafe conflict == .moving && block.isTaken ? .taken : BufferError(conflict, wanted: use)
    }

    /// Writable memory was asked for, and this is read-only.
    private var readOnlyError: BufferError {
        .mismatch(expected: bufferDescription(isWritable: true), found: bufferDescription(isWritable: false))
    }
}
