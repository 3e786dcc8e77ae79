// Using the memory by its shape: views, each for the time of one borrow, with the indices and rows that a view has.

import CSwiftBufStorage
import SwiftBufCore

extension SharedBuffer {
    /// Lends the items to read, as a view with the buffer's shape: `image[row, column]`, `image.row(3)`.
    ///
    /// In all else as `withSpan`.
    public func withView<Result: ~Copyable>(
        _ body: (BufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try beginSharedBorrow()
        // SAFETY: as in `withSpan`; no view outlives the call.
        defer { unsafe block.endSharedBorrow() }
        return try withItems { (items) throws(BufferError) in try body(unsafe BufferView(lending: items)) }
    }

    /// Lends the items to read and write, as a view with the buffer's shape: `image[row, column] = 1`.
    ///
    /// In all else as `withMutableSpan`.
    public func withMutableView<Result: ~Copyable>(
        _ body: (inout MutableBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try beginMutableBorrow()
        // SAFETY: as in `withMutableSpan`; no view outlives the call, but for the hole of the language that SECURITY.md names.
        defer { unsafe block.endMutableBorrow() }
        return try withItems { (items) throws(BufferError) in
            var view = unsafe MutableBufferView<Element>(lending: items)
            return try body(&view)
        }
    }

    /// Calls `body` with where the items are; the memory is borrowed.
    private func withItems<Result: ~Copyable, Failure: Error>(
        _ body: (BorrowedItems) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let (base, count) = unsafe (block.pointee.base.unsafelyUnwrapped, items.count)
        // SAFETY: the numbers are this value's, which lives as long as the call. Of none the address is not read.
        let numbers = shape
        let span = numbers.span
        return try unsafe span.withUnsafeBufferPointer { (shape) throws(Failure) in
            try unsafe body(
                BorrowedItems(base: base, shape: shape.baseAddress ?? noNumbers, rank: shape.count, count: count))
        }
    }
}

/// An address for a shape of no numbers.
private var noNumbers: UnsafePointer<Int> {
    unsafe UnsafePointer(swiftbuf_memory_of_no_bytes().assumingMemoryBound(to: Int.self))
}

#if !hasFeature(Embedded)
    // Embedded Swift has no errors of unknown type.
    extension SharedBuffer {
        /// Lends the items to read, as a view, to a body with errors of its own.
        ///
        /// In all else the form above.
        ///
        /// - Throws: ``BufferError``, then `body` was not called; or what `body` throws.
        public func withView<Result: ~Copyable>(_ body: (BufferView<Element>) throws -> Result) throws -> Result {
            try beginSharedBorrow()
            // SAFETY: as above.
            defer { unsafe block.endSharedBorrow() }
            return try withItems { items in try body(unsafe BufferView(lending: items)) }
        }

        /// Lends the items to read and write, as a view, to a body with errors of its own.
        ///
        /// In all else the form above.
        ///
        /// - Throws: ``BufferError``, then `body` was not called; or what `body` throws.
        public func withMutableView<Result: ~Copyable>(
            _ body: (inout MutableBufferView<Element>) throws -> Result
        ) throws -> Result {
            try beginMutableBorrow()
            // SAFETY: as above.
            defer { unsafe block.endMutableBorrow() }
            return try withItems { items in
                var view = unsafe MutableBufferView<Element>(lending: items)
                return try body(&view)
            }
        }
    }

    extension SharedBuffer: CustomStringConvertible {
        /// The buffer in words, with its first items: `SharedBuffer of float32, shape [2, 3]: [0.0, 0.0, 1.5, 0.0, 0.0, 0.0]`.
        ///
        /// At most eight items are written. While the memory cannot be borrowed to read, it says why instead.
        public var description: String {
            do throws(BufferError) {
                try beginSharedBorrow()
            } catch {
                return "SharedBuffer of \(ItemDescription(Element.bufferFormat.item).name), shape \(shape): \(error)"
            }
            // SAFETY: as above.
            defer { unsafe block.endSharedBorrow() }
            return withItems { items in describe("SharedBuffer", of: Element.self, items, isStrided: false) }
        }
    }
#endif
