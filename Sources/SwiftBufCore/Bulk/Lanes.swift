// Square blocks of items transposed in vector registers.
//
// A block has as many rows as a vector of 16 bytes has items. Interleaving row i with the row half a block behind it, and that as
// often as the number of rows can be halved, is a transposition: each round moves one bit of the row's number into the column's.

/// A vector of sixteen bytes.
protocol Lanes: BitwiseCopyable {
    /// The first halves of two vectors, item by item in turn.
    func interleavingLow(_ other: Self) -> Self
    /// The second halves of two vectors, item by item in turn.
    func interleavingHigh(_ other: Self) -> Self
}

extension SIMD2<UInt64>: Lanes {
    @inline(__always) func interleavingLow(_ other: Self) -> Self { Self(self[0], other[0]) }
    @inline(__always) func interleavingHigh(_ other: Self) -> Self { Self(self[1], other[1]) }
}

extension SIMD4<UInt32>: Lanes {
    @inline(__always) func interleavingLow(_ other: Self) -> Self { Self(self[0], other[0], self[1], other[1]) }
    @inline(__always) func interleavingHigh(_ other: Self) -> Self { Self(self[2], other[2], self[3], other[3]) }
}

extension SIMD8<UInt16>: Lanes {
    @inline(__always) func interleavingLow(_ other: Self) -> Self {
        Self(self[0], other[0], self[1], other[1], self[2], other[2], self[3], other[3])
    }
    @inline(__always) func interleavingHigh(_ other: Self) -> Self {
        Self(self[4], other[4], self[5], other[5], self[6], other[6], self[7], other[7])
    }
}

extension SIMD16<UInt8>: Lanes {
    @inline(__always) func interleavingLow(_ other: Self) -> Self {
        Self(
            self[0], other[0], self[1], other[1], self[2], other[2], self[3], other[3], self[4], other[4], self[5], other[5],
            self[6], other[6], self[7], other[7])
    }
    @inline(__always) func interleavingHigh(_ other: Self) -> Self {
        Self(
            self[8], other[8], self[9], other[9], self[10], other[10], self[11], other[11], self[12], other[12], self[13],
            other[13], self[14], other[14], self[15], other[15])
    }
}

/// Blocks of rows that are transposed by interleaving.
protocol LaneBlock {
    /// Rows, and items of a row.
    static var count: Int { get }
    /// Reads the rows, `stride` bytes apart.
    init(from source: UnsafeRawPointer, stride: Int)
    /// Interleaves each row with that half a block behind it.
    var interleaved: Self { get }
    /// Writes the rows, 64 bytes apart.
    func store(to target: UnsafeMutableRawPointer)
}

/// One row of one item, which is its own transposition.
struct LaneBlock1<Row: BitwiseCopyable>: LaneBlock {
    var a: Row

    static var count: Int { 1 }

    @inline(__always)
    init(from source: UnsafeRawPointer, stride: Int) {
        a = unsafe source.loadUnaligned(as: Row.self)
    }

    @inline(__always)
    var interleaved: Self { self }

    @inline(__always)
    func store(to target: UnsafeMutableRawPointer) {
        unsafe target.storeBytes(of: a, as: Row.self)
    }
}

/// Two rows.
struct LaneBlock2<Row: Lanes>: LaneBlock {
    var a: Row
    var b: Row

    static var count: Int { 2 }

    @inline(__always)
    init(_ a: Row, _ b: Row) {
        self.a = a
        self.b = b
    }

    // SAFETY (all of this file): the caller vouches for every row that is read or written.
    @inline(__always)
    init(from source: UnsafeRawPointer, stride: Int) {
        a = unsafe source.loadUnaligned(as: Row.self)
        b = unsafe (source + stride).loadUnaligned(as: Row.self)
    }

    @inline(__always)
    func interleaved(with other: Self) -> (Self, Self) {
        (
            Self(a.interleavingLow(other.a), a.interleavingHigh(other.a)),
            Self(b.interleavingLow(other.b), b.interleavingHigh(other.b))
        )
    }

    @inline(__always)
    var interleaved: Self { Self(a.interleavingLow(b), a.interleavingHigh(b)) }

    @inline(__always)
    func store(to target: UnsafeMutableRawPointer) {
        unsafe target.storeBytes(of: a, as: Row.self)
        unsafe target.storeBytes(of: b, toByteOffset: 64, as: Row.self)
    }
}

/// Four rows.
struct LaneBlock4<Row: Lanes>: LaneBlock {
    var a: LaneBlock2<Row>
    var b: LaneBlock2<Row>

    static var count: Int { 4 }

    @inline(__always)
    init(_ a: LaneBlock2<Row>, _ b: LaneBlock2<Row>) {
        self.a = a
        self.b = b
    }

    @inline(__always)
    init(_ halves: (LaneBlock2<Row>, LaneBlock2<Row>)) {
        (a, b) = halves
    }

    @inline(__always)
    init(from source: UnsafeRawPointer, stride: Int) {
        a = unsafe LaneBlock2(from: source, stride: stride)
        b = unsafe LaneBlock2(from: source + 2 &* stride, stride: stride)
    }

    @inline(__always)
    func interleaved(with other: Self) -> (Self, Self) {
        (Self(a.interleaved(with: other.a)), Self(b.interleaved(with: other.b)))
    }

    @inline(__always)
    var interleaved: Self { Self(a.interleaved(with: b)) }

    @inline(__always)
    func store(to target: UnsafeMutableRawPointer) {
        unsafe a.store(to: target)
        unsafe b.store(to: target + 128)
    }
}

/// Eight rows.
struct LaneBlock8<Row: Lanes>: LaneBlock {
    var a: LaneBlock4<Row>
    var b: LaneBlock4<Row>

    static var count: Int { 8 }

    @inline(__always)
    init(_ halves: (LaneBlock4<Row>, LaneBlock4<Row>)) {
        (a, b) = halves
    }

    @inline(__always)
    init(from source: UnsafeRawPointer, stride: Int) {
        a = unsafe LaneBlock4(from: source, stride: stride)
        b = unsafe LaneBlock4(from: source + 4 &* stride, stride: stride)
    }

    @inline(__always)
    func interleaved(with other: Self) -> (Self, Self) {
        (Self(a.interleaved(with: other.a)), Self(b.interleaved(with: other.b)))
    }

    @inline(__always)
    var interleaved: Self { Self(a.interleaved(with: b)) }

    @inline(__always)
    func store(to target: UnsafeMutableRawPointer) {
        unsafe a.store(to: target)
        unsafe b.store(to: target + 256)
    }
}

/// Sixteen rows.
struct LaneBlock16<Row: Lanes>: LaneBlock {
    var a: LaneBlock8<Row>
    var b: LaneBlock8<Row>

    static var count: Int { 16 }

    @inline(__always)
    init(_ halves: (LaneBlock8<Row>, LaneBlock8<Row>)) {
        (a, b) = halves
    }

    @inline(__always)
    init(from source: UnsafeRawPointer, stride: Int) {
        a = unsafe LaneBlock8(from: source, stride: stride)
        b = unsafe LaneBlock8(from: source + 8 &* stride, stride: stride)
    }

    @inline(__always)
    var interleaved: Self { Self(a.interleaved(with: b)) }

    @inline(__always)
    func store(to target: UnsafeMutableRawPointer) {
        unsafe a.store(to: target)
        unsafe b.store(to: target + 512)
    }
}
