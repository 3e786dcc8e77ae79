// Comparing pieces of numbers with pieces of Double, of which one side is no Double: exactly, and without a buffer.

/// Whether 32-bit numbers, of which Double has all, equal floats.
///
/// They are widened in registers: by way of a buffer, `i` and `f` against `d` take twice the time.
func shortsEqualDoubles(
    _ shorts: UnsafeRawPointer, _ doubles: UnsafeRawPointer, _ count: Int, _ kind: ScalarKind
) -> Bool {
    // SAFETY (all of this file): the caller vouches for every item on both sides.
    switch kind {
    case .int32: return unsafe equalDoubles(shorts, doubles, count, Int32.self) { Double($0) }
    case .uint32: return unsafe equalDoubles(shorts, doubles, count, UInt32.self) { doubleFromWord($0) }
    default: return unsafe equalDoubles(shorts, doubles, count, Float.self) { Double($0) }
    }
}

/// Whether items equal floats when they are widened; no branch, so that many are compared at once.
@inline(__always)
private func equalDoubles<Item: BitwiseCopyable>(
    _ items: UnsafeRawPointer, _ doubles: UnsafeRawPointer, _ count: Int, _: Item.Type, _ widen: (Item) -> Double
) -> Bool {
    var differences: UInt64 = 0
    for index in 0..<count {
        let item = unsafe items.loadUnaligned(fromByteOffset: index &* MemoryLayout<Item>.size, as: Item.self)
        let double = unsafe doubles.loadUnaligned(fromByteOffset: index &* 8, as: Double.self)
        differences |= widen(item) == double ? 0 : 1
    }
    return differences == 0
}

/// Whether integers of 64 bits equal floats exactly.
func wordsEqualDoubles(_ words: UnsafeRawPointer, _ doubles: UnsafeRawPointer, _ count: Int, isSigned: Bool) -> Bool {
    // With 1.5 · 2^52 added, an integer of no more than 51 bits and a sign stands in the last bits of a Double.
    let magic: UInt64 = 0x4338_0000_0000_0000
    let lowest: UInt64 = isSigned ? 1 << 51 : 0
    var high: UInt64 = 0
    var differences: UInt64 = 0
    for index in 0..<count {
        let word = unsafe words.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        let double = unsafe doubles.loadUnaligned(fromByteOffset: index &* 8, as: Double.self)
        high |= word &+ lowest
        differences |= Double(bitPattern: word &+ magic) - 0x1.8p52 == double ? 0 : 1
    }
    if high >> (isSigned ? 52 : 51) == 0 { return differences == 0 }
    for index in 0..<count {
        let word = unsafe words.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        let double = unsafe doubles.loadUnaligned(fromByteOffset: index &* 8, as: Double.self)
        let isEqual = isSigned ? integer(Int64(bitPattern: word), equals: double) : integer(word, equals: double)
        if !isEqual { return false }
    }
    return true
}

/// Whether an integer of 64 bits is exactly a Double.
@inline(__always)
private func integer<Integer: FixedWidthInteger>(_ integer: Integer, equals double: Double) -> Bool {
    // The nearest Double must be this one, and the integer be the nearest to it: it may be one behind the largest integer.
    guard Double(integer) == double else { return false }
    return Integer(exactly: double) == integer
}
