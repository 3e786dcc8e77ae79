// Why memory could not be made, borrowed, handed over or taken back: one error type, in both modes.
//
// Invariant: an error is plain bytes. Making one allocates nothing, because in a module for Python running out of memory is an error like
// any other.

import SwiftBufCore

/// Why memory could not be made, borrowed, handed to Python or taken back.
///
/// Each case says what you can do. Nothing was changed when it is thrown, and nothing is left borrowed.
///
///     do {
///         try python.withBuffer(of: photo, as: Float.self) { image in print(image.count) }
///     } catch BufferError.mismatch(let expected, let found) {
///         // Ask for what is there, or convert it in Python: photo.astype("float32").
///         print("expected \(expected), got \(found)")
///     } catch BufferError.inUse {
///         // Try again when the other borrow is over.
///     }
///
/// In ordinary Swift ``description`` is the error in words. In a module in Embedded Swift, Python gets the words: what a function
/// throws becomes an exception.
public enum BufferError: Error, Equatable, Sendable {
    /// The object has no buffer: pass another object. A `str` has no buffer, because its characters have no one width; a `list` has
    /// none, because it holds references to objects.
    case noBuffer(typeName: Text)
    /// The memory differs from what you asked for: ask for what was found, or convert it in Python.
    case mismatch(expected: BufferDescription, found: BufferDescription)
    /// The memory is in use: try again when the other use is over.
    case inUse(by: User, wanted: Use)
    /// The object is a `swiftbuf.Buffer` that was released: make a new one.
    case released
    /// ``SharedBuffer/take()`` took the memory back: make a new buffer.
    case taken
    /// ``SharedBuffer/take()`` returns arrays that were adopted, and this memory was no array: copy the items out of a span.
    case notAdopted
    /// A shape describes no memory: correct the shape.
    case invalidShape(ShapeProblem)
    /// The element type is declared wrong: correct the declaration.
    case invalidRecord(RecordError)
    /// There is too little memory. `byteCount` is the size that was asked for; nil if it is unknown.
    case outOfMemory(byteCount: Int?)
    /// What the exporter says of its memory contradicts itself: report it to the exporter's author.
    case incoherentExporter
    /// Python raised an exception: the exporter, or the search for `_swiftbuf`. In a module for Python it stays set; `SwiftBufEmbed` throws
    /// it as `PythonError`.
    case pythonException
}

extension BufferError {
    /// What somebody wanted to do with memory that is in use.
    public enum Use: UInt8, Equatable, Sendable {
        /// Borrow it to read.
        case read
        /// Borrow it to write.
        case write
        /// Hand it to Python.
        case share
        /// Take it back: ``SharedBuffer/take()``.
        case take
        /// Adopt it: `SharedBuffer(adopting:shape:)`.
        case adopt
    }

    /// Who uses memory that is in use.
    ///
    /// The uses of one memory are counted in one atomic word, which all owners share. So the user may be another thread, another
    /// ``SharedBuffer``, or Python's `resize()` and `release()`. The memory of other exporters is recognised by its addresses: a NumPy
    /// slice of borrowed memory is the same memory. Python's own reads and writes are not counted, NumPy's neither.
    public enum User: Equatable, Sendable {
        /// A borrow that reads.
        case reader
        /// A borrow that writes.
        case writer
        /// Python's `resize()` or `release()`, on another thread.
        case mover
        /// So many other owners: Python's Buffers and their views, or other SharedBuffers.
        case owners(count: Int)
        /// A ``SharedBuffer`` that has some of the bytes, or a borrow of them.
        case otherBuffer
        /// Several SharedBuffers, each of which has some of the bytes: borrow each by itself.
        case severalBuffers
    }

    /// Why a shape describes no memory.
    public enum ShapeProblem: Equatable, Sendable {
        /// A Python buffer has at most 64 dimensions.
        case tooManyDimensions(count: Int)
        /// The number of items along an axis is below zero.
        case negativeDimension(axis: Int, count: Int)
        /// The shape takes more bytes than an `Int` can count.
        case tooLarge
        /// The shape takes another number of items than there are.
        case otherItemCount(expected: Int, found: Int)
    }
}

extension BufferError {
    init(_ error: LayoutError) {
        switch error {
        case .tooManyDimensions(let count): self = .invalidShape(.tooManyDimensions(count: count))
        case .negativeDimension(let axis, let count): self = .invalidShape(.negativeDimension(axis: axis, count: count))
        case .sizeOverflow: self = .invalidShape(.tooLarge)
        }
    }

    /// What a refusal of the core's borrow word means, for memory that was not taken back.
    init(_ conflict: BorrowConflict, wanted: Use) {
        switch conflict {
        case .moving: self = .inUse(by: .mover, wanted: wanted)
        case .mutablyBorrowed: self = .inUse(by: .writer, wanted: wanted)
        case .borrowed: self = .inUse(by: .reader, wanted: wanted)
        }
    }
}
