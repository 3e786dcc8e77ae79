// Half precision (`e`, IEEE 754 binary16) to and from Double, by bits.
//
// Not by Float16: the conversions that the compiler calls for it are in a run-time library that the wheel would have to carry,
// and the type is missing on Intel Macs.

/// The value of a half, exactly.
public func doubleFromHalf(_ half: UInt16) -> Double {
    let sign = UInt64(half >> 15) << 63
    let exponent = UInt64(half >> 10) & 0x1F
    let fraction = UInt64(half & 0x3FF)
    switch exponent {
    case 0:
        // Zero, or a multiple of 2^-24.
        let magnitude = Double(fraction) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    case 0x1F:
        return Double(bitPattern: sign | 0x7FF << 52 | fraction << 42)
    default:
        return Double(bitPattern: sign | (exponent + 1023 - 15) << 52 | fraction << 42)
    }
}

/// The half nearest to a value, ties to even; `nil` for a finite value that rounds beyond the largest half, 65504.
///
/// Of a NaN the sign and the first ten bits are kept, so that each half is what comes back from its ``doubleFromHalf(_:)``.
///
/// - Source: CPython, `Objects/floatobject.c` (`PyFloat_Pack2`), which raises OverflowError there; NumPy for NaNs, of which older
///   CPythons keep nothing.
public func halfFromDouble(_ value: Double) -> UInt16? {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 48) & 0x8000
    if value.isNaN {
        // What of the payload fits, the quiet bit too; a payload of none would be an infinity.
        return sign | 0x7C00 | max(UInt16(truncatingIfNeeded: value.bitPattern >> 42) & 0x3FF, 1)
    }
    if value.isInfinite { return sign | 0x7C00 }
    let magnitude = value.magnitude
    if magnitude >= 65520 { return nil }
    if magnitude < 0x1p-14 {
        // Below the smallest normal half: a count of 2^-24, which may round up to that normal.
        // Adding 2^52 leaves no bits behind the point, and the addition itself rounds to even.
        return sign | UInt16(magnitude * 0x1p24 + 0x1p52 - 0x1p52)
    }
    // Ten bits of fraction are kept of 52; adding half of the last kept bit, less one if that is even, rounds to even. A carry
    // runs into the exponent, as it should.
    let bits = magnitude.bitPattern
    let rounded = (bits + 0x1FF_FFFF_FFFF + (bits >> 42 & 1)) >> 42
    return sign | UInt16(truncatingIfNeeded: rounded - UInt64(1023 - 15) << 10)
}
