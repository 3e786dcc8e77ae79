// Comparing pieces of long doubles as x86-64 has them: the significand with its explicit highest bit in eight bytes, exponent and sign in
// the two behind it, six bytes without meaning.
//
// Nearly all of them are equal bit by bit or differ. What has two patterns (zeros, the smallest numbers) or equals nothing is left to
// ExactNumber.

/// Whether all long doubles of two pieces, in the machine's byte order, are equal.
func longDoublesAreEqual(_ first: UnsafeRawPointer, _ second: UnsafeRawPointer, _ count: Int) -> Bool {
    // SAFETY: the caller vouches for every item on both sides.
    let scalar = Scalar(.longDouble, swapped: false)
    for index in 0..<count {
        let (one, other) = unsafe (first + index &* 16, second + index &* 16)
        let significand = unsafe one.loadUnaligned(as: UInt64.self)
        let top = unsafe one.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        if unsafe significand == other.loadUnaligned(as: UInt64.self)
            && top == other.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        {
            let exponent = top & 0x7FFF
            if significand >> 63 != 0 && exponent != 0 && exponent != 0x7FFF { continue }
            if significand == 0 && exponent == 0 { continue }
        }
        if unsafe !itemsAreEqual(one, 16, scalar, other, 16, scalar) { return false }
    }
    return true
}

/// Widens numbers that Double has to long doubles, exactly.
///
/// - Parameters:
///   - kind: `float16`, `float32` or `float64`, in the machine's byte order.
///   - target: Room for `count` long doubles.
func widenToLongDoubles(
    _ items: UnsafeRawPointer, _ count: Int, _ kind: ScalarKind, into target: UnsafeMutableRawPointer
) {
    // SAFETY: the caller vouches for the items and the room.
    for index in 0..<count {
        let double: Double
        switch kind {
        case .float16: double = unsafe doubleFromHalf(items.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
        case .float32: double = unsafe Double(items.loadUnaligned(fromByteOffset: index &* 4, as: Float.self))
        default: double = unsafe items.loadUnaligned(fromByteOffset: index &* 8, as: Double.self)
        }
        let (significand, top) = longDouble(double)
        unsafe target.storeBytes(of: significand, toByteOffset: index &* 16, as: UInt64.self)
        unsafe target.storeBytes(of: UInt64(top), toByteOffset: index &* 16 &+ 8, as: UInt64.self)
    }
}

/// The significand, and exponent and sign, of a Double.
@inline(__always)
private func longDouble(_ double: Double) -> (UInt64, UInt16) {
    let bits = double.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 48) & 0x8000
    let exponent = UInt16(truncatingIfNeeded: bits >> 52) & 0x7FF
    let fraction = (bits << 12) >> 1
    if exponent == 0x7FF { return (fraction | 1 << 63, sign | 0x7FFF) }
    if exponent != 0 { return (fraction | 1 << 63, sign | exponent &+ (16383 - 1023)) }
    if fraction == 0 { return (0, sign) }
    let zeros = fraction.leadingZeroBitCount
    return (fraction << UInt64(zeros), sign | (16383 - 1022) &- UInt16(truncatingIfNeeded: zeros))
}
