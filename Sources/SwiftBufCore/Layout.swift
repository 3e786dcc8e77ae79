// Where the items of an n-dimensional view lie: shape, byte strides, item size.
//
// A borrowed pair of spans, so that the same rules serve the Python object's inline arrays, a Py_buffer of somebody else, and a
// test's Swift arrays. It owns nothing and touches no item. All arithmetic reports overflow.

/// The shape and byte strides of a view, borrowed.
public struct Layout: ~Escapable {
    /// Items along each dimension; none negative.
    public let shape: Span<Int>
    /// Bytes from one item to the next along each dimension; as many as `shape`.
    public let byteStrides: Span<Int>
    /// Bytes of one item; above zero.
    public let itemByteCount: Int

    /// The most dimensions that a buffer can have: `PyBUF_MAX_NDIM`.
    public static var maximumRank: Int { 64 }

    /// Borrows a shape and strides.
    ///
    /// - Precondition: As many strides as dimensions. The caller has checked `shape` with ``byteCount(shape:itemByteCount:)``.
    @inline(__always)
    @_lifetime(copy shape, copy byteStrides)
    public init(shape: Span<Int>, byteStrides: Span<Int>, itemByteCount: Int) {
        self.shape = shape
        self.byteStrides = byteStrides
        self.itemByteCount = itemByteCount
    }

    /// The number of dimensions.
    @inline(__always)
    public var rank: Int { shape.count }
}

/// The order in which the items of a new view are packed.
public enum Order: UInt8, Sendable {
    /// The last index varies fastest: NumPy's `'C'`.
    case c
    /// The first index varies fastest: NumPy's `'F'`.
    case fortran
}

/// Why a shape and strides describe no memory.
public enum LayoutError: Error, Equatable, Sendable {
    /// More than ``Layout/maximumRank`` dimensions.
    case tooManyDimensions(Int)
    /// A dimension below zero.
    case negativeDimension(axis: Int, count: Int)
    /// The bytes are more than an `Int` can count.
    case sizeOverflow
}
