// Why memory could not be made, or not be taken back.

import SwiftBufCore

/// Why a buffer could not be made.
public enum BufferError: Error, Equatable, Sendable {
    /// The shape has more than 64 dimensions, the most that a Python buffer can have.
    case tooManyDimensions(count: Int)
    /// A dimension of the shape is below zero.
    case negativeDimension(axis: Int, count: Int)
    /// The shape takes more bytes than an `Int` can count.
    case sizeOverflow
    /// There is no room for the memory.
    case outOfMemory(byteCount: Int)
    /// The shape needs another number of items than were adopted.
    case shapeMismatch(itemCount: Int, shapeCount: Int)
    /// The memory that was to be adopted does not start at an address that the items can have.
    case misaligned
    /// Some of the bytes that were to be adopted belong to another ``SharedBuffer``, or are borrowed.
    case overlapping
    /// The fields that the item's type declares do not fit it.
    case invalidRecord(RecordError)
}

/// Why an array is not given back.
public enum TakeError: Error, Equatable, Sendable {
    /// The memory is no array that was adopted.
    case notAnArray
    /// Python has it: so many Buffers or their views, or other owners.
    case shared(count: Int)
    /// Somebody has borrowed it, or it was taken before.
    case conflict(BorrowConflict)
}

#if hasFeature(Embedded)
    /// What filling new memory throws: in Embedded Swift, which has no errors of unknown type, ``BufferError``.
    public typealias BufferFailure = BufferError
#else
    /// What filling new memory throws: ``BufferError``, and whatever the body throws.
    public typealias BufferFailure = any Error
#endif

extension BufferError {
    init(_ error: LayoutError) {
        switch error {
        case .tooManyDimensions(let count): self = .tooManyDimensions(count: count)
        case .negativeDimension(let axis, let count): self = .negativeDimension(axis: axis, count: count)
        case .sizeOverflow: self = .sizeOverflow
        }
    }
}

#if !hasFeature(Embedded)
    extension BufferError: CustomStringConvertible {
        /// The error in words.
        public var description: String {
            switch self {
            case .tooManyDimensions(let count): "\(count) dimensions were asked for but a buffer has at most 64"
            case .negativeDimension(let axis, let count): "dimension \(axis) is \(count) but it must not be negative"
            case .sizeOverflow: "the shape takes more bytes than an Int can count"
            case .outOfMemory(let byteCount): "there is no room for \(byteCount) bytes"
            case .shapeMismatch(let itemCount, let shapeCount):
                "a shape of \(shapeCount) items was asked for but \(itemCount) were given"
            case .misaligned: "the memory does not start at an address that the items can have"
            case .overlapping: "the memory belongs to another SharedBuffer already, or is borrowed"
            case .invalidRecord(let error): error.description
            }
        }
    }

    extension TakeError: CustomStringConvertible {
        /// The error in words.
        public var description: String {
            switch self {
            case .notAnArray: "take: an array was asked for but this memory was not adopted from one"
            case .shared(let count):
                "take: the array was asked for but \(count == 1 ? "somebody else owns" : "\(count) others own") its memory"
            case .conflict(let conflict): "take: \(conflict)"
            }
        }
    }
#endif
