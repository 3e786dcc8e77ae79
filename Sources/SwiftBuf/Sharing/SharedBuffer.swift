// Memory that Swift and Python own together.
//
// Here: what it is, and how new memory is made. Adopting memory that is there already, borrowing, taking back and handing to Python
// are the files around this one.
// Invariant: this value owns one reference to the storage block. As long as it does, Python's resize() finds a second owner and is
// refused, so base address and size never change, but by take(), which leaves nothing to be borrowed.

import CSwiftBufStorage
import SwiftBufCore

/// An n-dimensional array of items in memory that Python can share without a copy.
///
/// The items are packed in C order (the last index varies fastest), and memory that is made here starts at a multiple of 64 bytes. No
/// dimensions are one item; a dimension of zero is no items, and the memory still has an address of its own.
///
///     let samples = try SharedBuffer<Float>(shape: [480, 640])
///     try samples.withMutableSpan { span in span[0] = 1 }
///     let adopted = try SharedBuffer(adopting: [Float](repeating: 0, count: 1 << 20), shape: [1024, 1024])
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

    /// Whether nobody may write to the memory, neither Swift nor Python.
    public let isReadOnly: Bool

    /// One reference to the storage block, from `init` to `deinit`.
    let block: UnsafeMutablePointer<swiftbuf_storage>

    /// The array that was adopted; nil for all other memory.
    let arrayOwner: ArrayOwner<Element.BufferStored>?

    /// Makes memory in which all bits are zero: numbers are 0, Bools false.
    ///
    /// - Parameter shape: Items along each dimension, at most 64 dimensions; `[]` is one item.
    /// - Throws: ``BufferError`` if the shape describes no memory, or there is no room for it.
    /// - Complexity: From 4 MiB on, constant: no page is touched until it is used. Below, linear in the bytes.
    public convenience init(shape: [Int]) throws(BufferError) {
        try self.init(allocating: shape, zeroed: true)
    }

    /// Makes memory in which all items have one value.
    ///
    /// - Parameters:
    ///   - value: What each item is.
    ///   - shape: Items along each dimension, at most 64 dimensions; `[]` is one item.
    /// - Throws: ``BufferError`` if the shape describes no memory, or there is no room for it.
    /// - Complexity: Linear in the items.
    public convenience init(repeating value: Element.BufferValue, shape: [Int]) throws(BufferError) {
        try self.init(allocating: shape, zeroed: false)
        unsafe items.initialize(repeating: Element._stored(value))
    }

    /// Makes memory, and lets a closure fill it.
    ///
    /// - Parameters:
    ///   - shape: Items along each dimension, at most 64 dimensions; `[]` is one item.
    ///   - body: Appends the items in C order. What it does not append is zero.
    /// - Throws: ``BufferError`` if the shape describes no memory, or there is no room for it; and what `body` throws, then the memory is
    ///   given back.
    /// - Complexity: That of `body`; the memory is not written before.
    public convenience init(
        shape: [Int], initializingWith body: (inout OutputSpan<Element.BufferStored>) throws(BufferError) -> Void
    ) throws(BufferError) {
        try self.init(allocating: shape, zeroed: false)
        try fill(body)
    }

    #if !hasFeature(Embedded)
        /// Makes memory, and lets a closure fill it that has errors of its own.
        ///
        /// In all else the form above. Embedded Swift has no errors of unknown type.
        public convenience init(
            shape: [Int], initializingWith body: (inout OutputSpan<Element.BufferStored>) throws -> Void
        ) throws {
            try self.init(allocating: shape, zeroed: false)
            try fill(body)
        }
    #endif

    /// Fills new memory; what `body` leaves out is zero.
    private func fill<Failure: Error>(
        _ body: (inout OutputSpan<Element.BufferStored>) throws(Failure) -> Void
    ) throws(Failure) {
        let items = unsafe items
        // SAFETY: fresh memory of these items, which nobody else knows.
        var output = unsafe OutputSpan(buffer: items, initializedCount: 0)
        try body(&output)
        let written = unsafe output.finalize(for: items)
        let rest = unsafe UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(items)[(written * MemoryLayout<Element.BufferStored>.stride)...])
        unsafe rest.initializeMemory(as: UInt8.self, repeating: 0)
    }

    private convenience init(allocating shape: [Int], zeroed: Bool) throws(BufferError) {
        let byteCount = try packedByteCount(of: Element.self, shape: shape)
        guard let storage = Storage.allocate(byteCount: byteCount, zeroed: zeroed) else {
            throw .outOfMemory(byteCount: byteCount)
        }
        try self.init(storage, shape: shape, byteCount: byteCount)
    }

    /// Takes over a reference to memory, and lists it.
    ///
    /// - Parameter storage: At least `byteCount` bytes, aligned for the items.
    init(
        _ storage: consuming Storage, shape: [Int], byteCount: Int, isReadOnly: Bool = false,
        arrayOwner: ArrayOwner<Element.BufferStored>? = nil
    ) throws(BufferError) {
        self.shape = shape
        self.byteCount = byteCount
        self.isReadOnly = isReadOnly
        self.arrayOwner = arrayOwner
        // SAFETY: the reference is this value's from now on, and `deinit` drops it.
        unsafe block = storage.relinquish()
        // SAFETY: memory of this size that is this value's to describe.
        unsafe block.pointee.base.bindMemory(
            to: Element.BufferStored.self, capacity: byteCount / MemoryLayout<Element.BufferStored>.stride)
        // Of memory that nobody may write to no two borrows conflict.
        if isReadOnly { return }
        do throws(ListingRefusal) {
            try unsafe block.list()
        } catch {
            throw error == .overlapping ? .inUse(by: .otherBuffer, wanted: .adopt) : .outOfMemory(byteCount: byteCount)
        }
    }

    deinit {
        // SAFETY: `init` left one reference with this value.
        unsafe swiftbuf_storage_release(block)
    }
}

extension SharedBuffer {
    /// The items, without a borrow.
    ///
    /// SAFETY: the block is alive while this value is, and its base and size do not change. `init` bound the memory to what is stored,
    /// and every item is initialised once `init` is over. Callers keep this value alive, and borrow where others may know the memory.
    var items: UnsafeMutableBufferPointer<Element.BufferStored> {
        unsafe UnsafeMutableBufferPointer(
            start: block.pointee.base.assumingMemoryBound(to: Element.BufferStored.self),
            count: byteCount / MemoryLayout<Element.BufferStored>.stride)
    }
}

/// The bytes that a shape of items takes.
func packedByteCount<Element: BufferElement>(of element: Element.Type, shape: [Int]) throws(BufferError) -> Int {
    let itemByteCount = MemoryLayout<Element.BufferStored>.stride
    let format = Element.bufferFormat.item
    if let error = format.error { throw .invalidRecord(error) }
    guard format.byteCount > 0 else { throw .invalidRecord(.noBytes) }
    guard format.byteCount == itemByteCount else {
        throw .invalidRecord(.otherStride(declared: format.byteCount, actual: itemByteCount))
    }
    do throws(LayoutError) {
        return try Layout.byteCount(shape: shape.span, itemByteCount: itemByteCount)
    } catch {
        throw BufferError(error)
    }
}

extension SharedBuffer {
    /// What the memory is, in words for an error.
    func bufferDescription(isWritable: Bool) -> BufferDescription {
        BufferDescription(of: Element.self, shape: shape, isWritable: isWritable)
    }
}
