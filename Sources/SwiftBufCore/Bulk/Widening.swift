// Rows of packed items made wider: integers to larger ones, and what Float or Double can count to these.

/// Widens items, exactly.
///
/// - Parameters:
///   - kind: What the items are, in the machine's byte order: `bool`, an integer or a float.
///   - form: What is larger than they are (`bool` may stay one byte, and becomes 0 or 1).
///   - target: Room for `count` items of that form.
func widen(_ items: UnsafeRawPointer, _ count: Int, _ kind: ScalarKind, to form: Form, into target: UnsafeMutableRawPointer) {
    // SAFETY (all of this file): the caller vouches for the items and the room.
    switch form {
    case .asItIs: return
    case .word8: unsafe widen(UInt8.self, items, count, target) { truth($0) }
    case .word16: unsafe widenToWords(items, count, kind, Int16.self, target)
    case .word32: unsafe widenToWords(items, count, kind, Int32.self, target)
    case .word64: unsafe widenToWords(items, count, kind, Int64.self, target)
    case .float: unsafe widenToFloats(items, count, kind, target)
    case .double: unsafe widenToDoubles(items, count, kind, target)
    case .longDouble: unsafe widenToLongDoubles(items, count, kind, into: target)
    }
}

/// - Parameter kind: `bool`, or an integer that is smaller than a word.
@inline(__always)
private func widenToWords<W: FixedWidthInteger & BitwiseCopyable>(
    _ items: UnsafeRawPointer, _ count: Int, _ kind: ScalarKind, _: W.Type, _ target: UnsafeMutableRawPointer
) {
    switch kind {
    case .bool: unsafe widen(UInt8.self, items, count, target) { W(truncatingIfNeeded: truth($0)) }
    case .int8: unsafe widen(Int8.self, items, count, target) { W(truncatingIfNeeded: $0) }
    case .uint8: unsafe widen(UInt8.self, items, count, target) { W(truncatingIfNeeded: $0) }
    default:
        if W.bitWidth == 16 { return }
        switch kind {
        case .int16: unsafe widen(Int16.self, items, count, target) { W(truncatingIfNeeded: $0) }
        case .uint16: unsafe widen(UInt16.self, items, count, target) { W(truncatingIfNeeded: $0) }
        default:
            if W.bitWidth == 32 { return }
            if kind == .int32 {
                unsafe widen(Int32.self, items, count, target) { W(truncatingIfNeeded: $0) }
            } else {
                unsafe widen(UInt32.self, items, count, target) { W(truncatingIfNeeded: $0) }
            }
        }
    }
}

/// - Parameter kind: `bool`, an integer of no more than 16 bits, or `float16`.
private func widenToFloats(_ items: UnsafeRawPointer, _ count: Int, _ kind: ScalarKind, _ target: UnsafeMutableRawPointer) {
    switch kind {
    case .bool: unsafe widen(UInt8.self, items, count, target) { Float(Int32(truth($0))) }
    case .int8: unsafe widen(Int8.self, items, count, target) { Float(Int32($0)) }
    case .uint8: unsafe widen(UInt8.self, items, count, target) { Float(Int32($0)) }
    case .int16: unsafe widen(Int16.self, items, count, target) { Float(Int32($0)) }
    case .uint16: unsafe widen(UInt16.self, items, count, target) { Float(Int32($0)) }
    default: unsafe widen(UInt16.self, items, count, target) { floatFromHalf($0) }
    }
}

/// - Parameter kind: `bool`, an integer of no more than 32 bits, `float16` or `float32`.
private func widenToDoubles(_ items: UnsafeRawPointer, _ count: Int, _ kind: ScalarKind, _ target: UnsafeMutableRawPointer) {
    switch kind {
    case .bool: unsafe widen(UInt8.self, items, count, target) { Double(Int32(truth($0))) }
    case .int8: unsafe widen(Int8.self, items, count, target) { Double(Int32($0)) }
    case .uint8: unsafe widen(UInt8.self, items, count, target) { Double(Int32($0)) }
    case .int16: unsafe widen(Int16.self, items, count, target) { Double(Int32($0)) }
    case .uint16: unsafe widen(UInt16.self, items, count, target) { Double(Int32($0)) }
    case .int32: unsafe widen(Int32.self, items, count, target) { Double($0) }
    case .uint32: unsafe widen(UInt32.self, items, count, target) { doubleFromWord($0) }
    case .float16: unsafe widenHalves(items, count, target)
    default: unsafe widen(Float.self, items, count, target) { Double($0) }
    }
}

/// Converts halves by way of Float: two short loops, each of which the compiler turns into vector code, as it does not with both.
private func widenHalves(_ items: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer) {
    unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { (floats) in
        let floats = floats.baseAddress!
        var done = 0
        while done < count {
            let step = min(128, count &- done)
            unsafe widen(UInt16.self, items + 2 &* done, step, floats) { floatFromHalf($0) }
            unsafe widen(Float.self, UnsafeRawPointer(floats), step, target + 8 &* done) { Double($0) }
            done &+= step
        }
    }
}

@inline(__always)
private func widen<Item: BitwiseCopyable, Wide: BitwiseCopyable>(
    _: Item.Type, _ items: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer, _ convert: (Item) -> Wide
) {
    for index in 0..<count {
        let item = unsafe items.loadUnaligned(fromByteOffset: index &* MemoryLayout<Item>.size, as: Item.self)
        unsafe target.storeBytes(of: convert(item), toByteOffset: index &* MemoryLayout<Wide>.size, as: Wide.self)
    }
}

/// An unsigned integer of 32 bits as a Double, by the signed conversion: older processors have no other for vectors.
@inline(__always)
func doubleFromWord(_ word: UInt32) -> Double { Double(Int32(bitPattern: word ^ 1 << 31)) + 0x1p31 }

/// One if a byte is not zero, else zero.
@inline(__always)
private func truth(_ byte: UInt8) -> UInt8 { (byte | (0 &- byte)) >> 7 }

/// The value of a half, exactly; without a branch, so that many are converted at once.
@inline(__always)
private func floatFromHalf(_ half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF)
    let sign = UInt32(half & 0x8000) << 16
    // All bits where the exponent is the largest (infinities and NaN), and where it is the smallest.
    let isLargest = 0 &- (magnitude &+ 0x0400) >> 15
    let isSmallest = 0 &- (magnitude &- 0x0400) >> 31
    // The exponent's bias grows by 112; the largest exponent by twice that.
    let normal = magnitude << 13 &+ 112 << 23 &+ isLargest & (112 << 23)
    // With the smallest exponent it is a count of 2^-24.
    let small = (Float(Int32(truncatingIfNeeded: magnitude)) * 0x1p-24).bitPattern
    return Float(bitPattern: sign | small & isSmallest | normal & ~isSmallest)
}
