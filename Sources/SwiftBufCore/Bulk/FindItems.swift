// Looking for items of one dimension by their bits, at the speed of memory.
//
// Items are counted in chunks that fit the first-level cache; where the first one is wanted, a chunk that has some is looked through.

import CSwiftBufStorage

extension Items {
    /// How many items of a range are what is sought.
    ///
    /// - Parameters:
    ///   - sought: Of the size of these items, which have one dimension and no pointers.
    ///   - range: Indices, none out of bounds.
    ///   - interruption: Ends the work; then the result says nothing.
    /// - Complexity: Linear in the items; constant if all are one.
    /// - Threads: Any; nobody may write the items meanwhile.
    public func count(of sought: SoughtItem, in range: Range<Int>, _ interruption: inout Interruption) -> Int {
        var total = 0
        find(sought, in: range, &interruption) { _, count in
            total &+= count
            return true
        }
        return total
    }

    /// The first index of a range at which is what is sought; `nil` if there is none.
    ///
    /// - Parameters: As of ``count(of:in:_:)``.
    /// - Complexity: Linear in the items in front of it; constant if all are one.
    /// - Threads: Any; nobody may write the items meanwhile.
    public func firstIndex(of sought: SoughtItem, in range: Range<Int>, _ interruption: inout Interruption) -> Int? {
        var first: Int?
        find(sought, in: range, &interruption) { chunk, count in
            if count == 0 { return true }
            for index in chunk where unsafe sought.count(from: address(index), 1, stride: 0) != 0 {
                first = index
                break
            }
            return false
        }
        return first
    }

    /// Calls `body` with chunks of a range, and how many items of each are what is sought, until it returns false.
    @inline(__always)
    private func find(
        _ sought: SoughtItem, in range: Range<Int>, _ interruption: inout Interruption, _ body: (Range<Int>, Int) -> Bool
    ) {
        let stride = layout.byteStrides[0]
        var start = range.lowerBound
        if stride == 0 {
            if start < range.upperBound {
                _ = unsafe body(range, sought.count(from: address(start), 1, stride: 0) &* (range.upperBound &- start))
            }
            return
        }
        while start < range.upperBound {
            let end = start &+ min(SoughtItem.chunkCount, range.upperBound &- start)
            if !body(start..<end, unsafe sought.count(from: address(start), end &- start, stride: stride)) { return }
            if !interruption.goesOn(after: (end &- start) &* sought.byteCount) { return }
            start = end
        }
    }

    private func address(_ index: Int) -> UnsafeRawPointer {
        // SAFETY: the index is that of an item.
        unsafe UnsafeRawPointer(base + index &* layout.byteStrides[0])
    }
}

extension SoughtItem {
    /// Items of a chunk: so few that a byte counts those of each sixteenth part.
    fileprivate static let chunkCount = 3840

    /// How many of a chunk's items are what is sought.
    fileprivate func count(from start: UnsafeRawPointer, _ count: Int, stride: Int) -> Int {
        let withPattern = unsafe countWithPattern(from: start, count, stride: stride)
        return isInverted ? count &- withPattern : withPattern
    }

    private func countWithPattern(from start: UnsafeRawPointer, _ count: Int, stride: Int) -> Int {
        // SAFETY (all of this file): the caller vouches for every item.
        let isPacked = stride.magnitude == byteCount.magnitude
        // Backwards they are as many.
        let lowest = unsafe isPacked && stride < 0 ? start + (count &- 1) &* stride : start
        switch byteCount {
        case 1:
            let (bits, mask) = (UInt8(truncatingIfNeeded: low.bits), UInt8(truncatingIfNeeded: low.mask))
            guard isPacked else { return unsafe countWords(start, count, stride, bits, mask) }
            let (allBits, allMasks) = (SIMD16(repeating: bits), SIMD16(repeating: mask))
            let (sums, rest) = unsafe countVectors(lowest, count, SIMD16<UInt8>(repeating: 0)) { sums, items in
                unsafe sums &- unsafeBitCast((items & allMasks) .== allBits, to: SIMD16<UInt8>.self)
            }
            let pairs = unsafe unsafeBitCast(sums, to: SIMD2<UInt64>.self)
            let sum = sumOfBytes(pairs[0]) &+ sumOfBytes(pairs[1])
            return unsafe sum &+ countWords(lowest + (count &- rest), rest, 1, bits, mask)
        case 2:
            let (bits, mask) = (UInt16(truncatingIfNeeded: low.bits), UInt16(truncatingIfNeeded: low.mask))
            guard isPacked else { return unsafe countWords(start, count, stride, bits, mask) }
            let (allBits, allMasks) = (SIMD8(repeating: bits), SIMD8(repeating: mask))
            let (sums, rest) = unsafe countVectors(lowest, count, SIMD8<UInt16>(repeating: 0)) { sums, items in
                unsafe sums &- unsafeBitCast((items & allMasks) .== allBits, to: SIMD8<UInt16>.self)
            }
            return unsafe Int(sums.wrappedSum()) &+ countWords(lowest + 2 &* (count &- rest), rest, 2, bits, mask)
        case 4:
            let (bits, mask) = (UInt32(truncatingIfNeeded: low.bits), UInt32(truncatingIfNeeded: low.mask))
            guard isPacked else { return unsafe countWords(start, count, stride, bits, mask) }
            let (allBits, allMasks) = (SIMD4(repeating: bits), SIMD4(repeating: mask))
            let (sums, rest) = unsafe countVectors(lowest, count, SIMD4<UInt32>(repeating: 0)) { sums, items in
                unsafe sums &- unsafeBitCast((items & allMasks) .== allBits, to: SIMD4<UInt32>.self)
            }
            return unsafe Int(sums.wrappedSum()) &+ countWords(lowest + 4 &* (count &- rest), rest, 4, bits, mask)
        case 8:
            guard isPacked else { return unsafe countWords(start, count, stride, low.bits, low.mask) }
            // Of two halves that are compared by themselves, both must be equal: older processors compare no longer ones.
            let allBits = unsafe unsafeBitCast(SIMD2(repeating: low.bits), to: SIMD4<UInt32>.self)
            let allMasks = unsafe unsafeBitCast(SIMD2(repeating: low.mask), to: SIMD4<UInt32>.self)
            let (sums, rest) = unsafe countVectors(lowest, count &* 2, SIMD4<UInt32>(repeating: 0)) { sums, items in
                let same = unsafe unsafeBitCast((items & allMasks) .== allBits, to: SIMD4<UInt32>.self)
                return sums &- (same & SIMD4(same[1], same[0], same[3], same[2]))
            }
            let left = rest / 2
            return unsafe Int(sums.wrappedSum()) / 2 &+ countWords(lowest + 8 &* (count &- left), left, 8, low.bits, low.mask)
        default:
            var total = 0
            for index in 0..<count {
                let item = unsafe start + index &* stride
                let first = unsafe item.loadUnaligned(as: UInt64.self) & low.mask ^ low.bits
                let second = unsafe item.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & high.mask ^ high.bits
                total &+= first | second == 0 ? 1 : 0
            }
            return total
        }
    }
}

@inline(__always)
private func countWords<W: FixedWidthInteger & BitwiseCopyable>(
    _ start: UnsafeRawPointer, _ count: Int, _ stride: Int, _ bits: W, _ mask: W
) -> Int {
    var total = 0
    for index in 0..<count {
        total &+= unsafe start.loadUnaligned(fromByteOffset: index &* stride, as: W.self) & mask == bits ? 1 : 0
    }
    return total
}

/// Adds up whole vectors, four in a round.
///
/// - Returns: The sums, and how many items are left.
@inline(__always)
private func countVectors<Vector: SIMD & BitwiseCopyable>(
    _ start: UnsafeRawPointer, _ count: Int, _ none: Vector, _ add: (Vector, Vector) -> Vector
) -> (Vector, Int) where Vector.Scalar: FixedWidthInteger {
    let lanes = 16 / MemoryLayout<Vector.Scalar>.size
    let rounds = count / (4 &* lanes)
    var (a, b, c, d) = (none, none, none, none)
    var items = unsafe start
    for _ in 0..<rounds {
        unsafe swiftbuf_prefetch(items + 1024)
        a = unsafe add(a, items.loadUnaligned(as: Vector.self))
        b = unsafe add(b, items.loadUnaligned(fromByteOffset: 16, as: Vector.self))
        c = unsafe add(c, items.loadUnaligned(fromByteOffset: 32, as: Vector.self))
        d = unsafe add(d, items.loadUnaligned(fromByteOffset: 48, as: Vector.self))
        unsafe items += 64
    }
    return ((a &+ b) &+ (c &+ d), count &- rounds &* 4 &* lanes)
}

/// The sum of eight numbers of one byte each.
private func sumOfBytes(_ bytes: UInt64) -> Int {
    let pairs = (bytes & 0x00FF_00FF_00FF_00FF) &+ (bytes >> 8 & 0x00FF_00FF_00FF_00FF)
    return Int((pairs &* 0x0001_0001_0001_0001) >> 48)
}
