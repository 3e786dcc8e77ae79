// Why memory could not be made.

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
}

extension BufferError {
    init(_ error: LayoutError) {
        switch error {
        case .tooManyDimensions(let count): self = .tooManyDimensions(count: count)
        case .negativeDimension(let axis, let count): self = .negativeDimension(axis: axis, count: count)
        case .sizeOverflow: self = .sizeOverflow
        }
    }
}
