// Memory that Swift and Python own together.
//
// Here: how it is made and how it goes. Using it is SharedBuffer+Borrowing.swift, handing it to Python is SwiftBufEmbed's matter.
// Invariant: this value owns one reference to the storage block. As long as it does, Python's resize() finds a second owner and is
// refused, so base address and size never change.

import CSwiftBufStorage
import SwiftBufCore

/// An n-dimensional array of items in memory that Python can share without a copy.
///
/// The items are packed in C order (the last index varies fastest), and the memory starts at a multiple of 64 bytes. No dimensions
/// are one item; a dimension of zero is no items, and the memory still has an address of its own.
///
///     let samples = try SharedBuffer<Float>(zeroed: [480, 640])
///     try samples.withMutableSpan { span in span[0] = 1 }
///
/// - Ownership: The memory has as many owners as there are `SharedBuffer`s and Python objects over it, and is given back by
///   whichever goes last, on its thread. Dropping this value takes nothing from Python, and the other way round.
/// - Threads: Any. It can be shared between threads: each access is a borrow, counted in an atomic word, so that one thread that
///   writes excludes all others of Swift. What Swift cannot see is Python reading and writing at the same time: while NumPy works
///   on the memory, keep Swift from writing it, and the other way round. Holding the GIL is enough only against Python code that
///   keeps it, and NumPy lets go of it in long operations.
@safe
public final class SharedBuffer<Element: BufferElement>: @unchecked Sendable {
    /// Items along each dimension.
    public let shape: [Int]

    /// Bytes that the items take: product(shape) × the size of an item.
    public let byteCount: Int

    /// One reference to the storage block, from `init` to `deinit`.
    let block: UnsafeMutablePointer<swiftbuf_storage>

    /// Makes memory in which all bits are zero: numbers are 0, Bools false.
    ///
    /// - Parameter shape: Items along each dimension, at most 64 dimensions.
    /// - Throws: ``BufferError`` if the shape describes no memory, or there is no room for it.
    /// - Complexity: From 4 MiB on, constant: no page is touched until it is used. Below, linear in the bytes.
    public convenience init(zeroed shape: [Int]) throws(BufferError) {
        try self.init(shape: shape, zeroed: true)
    }

    /// Makes memory in which all items have one value.
    ///
    /// - Parameters:
    ///   - value: What each item is.
    ///   - shape: Items along each dimension, at most 64 dimensions.
    /// - Throws: ``BufferError`` if the shape describes no memory, or there is no room for it.
    /// - Complexity: Linear in the items.
    public convenience init(repeating value: Element, shape: [Int]) throws(BufferError) {
        try self.init(shape: shape, zeroed: false)
        unsafe items.initialize(repeating: value)
    }

    private init(shape: [Int], zeroed: Bool) throws(BufferError) {
        let itemByteCount = MemoryLayout<Element>.stride
        precondition(Element.bufferFormat.byteCount == itemByteCount, "the element's format says another size than Swift")
        let byteCount: Int
        do throws(LayoutError) {
            byteCount = try Layout.byteCount(shape: shape.span, itemByteCount: itemByteCount)
        } catch {
            throw BufferError(error)
        }
        guard let storage = Storage.allocate(byteCount: byteCount, zeroed: zeroed) else {
            throw .outOfMemory(byteCount: byteCount)
        }
        self.shape = shape
        self.byteCount = byteCount
        // SAFETY: the reference is this value's from now on, and `deinit` drops it.
        unsafe block = storage.relinquish()
        // SAFETY: fresh memory of this size, aligned to 64 bytes, that nobody else knows.
        unsafe block.pointee.base.bindMemory(to: Element.self, capacity: byteCount / itemByteCount)
    }

    deinit {
        // SAFETY: `init` left one reference with this value.
        unsafe swiftbuf_storage_release(block)
    }
}

extension SharedBuffer {
    /// The items, without a borrow.
    ///
    /// SAFETY: the block is alive while this value is, and its base and size do not change. `init` bound the memory to `Element`,
    /// and every item is initialised once `init` is over. Callers keep this value alive, and borrow where others may know the memory.
    var items: UnsafeMutableBufferPointer<Element> {
        unsafe UnsafeMutableBufferPointer(
            start: block.pointee.base.assumingMemoryBound(to: Element.self),
            count: byteCount / MemoryLayout<Element>.stride)
    }
}
