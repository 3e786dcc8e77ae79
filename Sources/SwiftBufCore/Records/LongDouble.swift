// C's long double (`g`) to and from Double, by bits: the x87 format of Intel's processors, and IEEE 754 binary128.
//
// Not by Float80, which is there on some platforms only. Where a long double is a double, nothing is to be done; the double-double of
// old PowerPCs is not known here.

/// The bits of an x87 number: a fraction with its leading one, and the sign above the exponent.
public struct ExtendedBits: Equatable, Sendable {
    /// 64 bits, the leading one too.
    public var significand: UInt64
    /// The sign in the highest bit, and the exponent with its bias of 16383.
    public var signAndExponent: UInt16

    /// A number of these bits.
    public init(significand: UInt64, signAndExponent: UInt16) {
        self.significand = significand
        self.signAndExponent = signAndExponent
    }
}

/// The bits of a binary128 number: its upper and its lower half.
public struct QuadrupleBits: Equatable, Sendable {
    /// The sign, the exponent with its bias of 16383, and the upper 48 bits of the fraction.
    public var high: UInt64
    /// The lower 64 bits of the fraction.
    public var low: UInt64

    /// A number of these bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// Both formats: the exponent's bias, and its largest value, which says that there is no number.
private var exponentBias: Int { 16383 }
private var exponentLimit: Int { 0x7FFF }

/// The double nearest to an x87 number, ties to even; infinities and NaNs stay what they are, what is too large becomes infinite.
///
/// What the processor refuses as no number, a significand without its leading one, is a NaN.
public func doubleFromExtended(_ bits: ExtendedBits) -> Double {
    let exponent = Int(bits.signAndExponent) & exponentLimit
    let sign = UInt64(bits.signAndExponent >> 15) << 63
    guard exponent > 0 else {
        // Below 2^-16382: nearer to zero than to any double.
        return Double(bitPattern: sign)
    }
    guard bits.significand >> 63 == 1 else { return Double(bitPattern: sign | 0x7FF8 << 48) }
    if exponent == exponentLimit {
        // The quiet bit, and what else of the payload fits.
        let payload = bits.significand << 1
        return Double(bitPattern: sign | 0x7FF << 52 | (payload == 0 ? 0 : 1 << 51 | payload >> 12))
    }
    return Double(bitPattern: sign | roundedMagnitude(bits.significand, exponent: exponent))
}

/// The bits of a double's magnitude: a significand with its leading one, whose last bit may stand for all that was cut off.
private func roundedMagnitude(_ significand: UInt64, exponent: Int) -> UInt64 {
    let doubleExponent = exponent &- exponentBias &+ 1023
    if doubleExponent >= 2047 { return 0x7FF << 52 }
    // Of 64 bits 53 are kept, fewer of numbers below the smallest normal double.
    let dropped = doubleExponent > 0 ? 11 : 12 &- doubleExponent
    // Less than half of the smallest double.
    if dropped > 64 { return 0 }
    let kept = dropped == 64 ? 0 : significand >> UInt64(dropped)
    let rest = dropped == 64 ? significand : significand & (1 << UInt64(dropped) &- 1)
    let half: UInt64 = 1 << UInt64(dropped &- 1)
    let rounded = rest > half || (rest == half && kept & 1 == 1) ? kept &+ 1 : kept
    // The leading one of a normal number adds 1 to the exponent; a carry runs into it, up to infinity, as it should.
    return doubleExponent > 0 ? UInt64(doubleExponent &- 1) << 52 &+ rounded : rounded
}

/// The x87 number that is exactly a double.
public func extendedFromDouble(_ value: Double) -> ExtendedBits {
    let pattern = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: pattern >> 63) << 15
    let fraction = pattern & (1 << 52 &- 1)
    let exponent = Int(pattern >> 52) & 0x7FF
    switch exponent {
    case 0x7FF:
        let quiet: UInt64 = fraction == 0 ? 0 : 1 << 62
        return ExtendedBits(significand: 1 << 63 | quiet | fraction << 11, signAndExponent: sign | 0x7FFF)
    case 0:
        guard fraction != 0 else { return ExtendedBits(significand: 0, signAndExponent: sign) }
        // A count of 2^-1074.
        let shift = fraction.leadingZeroBitCount
        return ExtendedBits(
            significand: fraction << UInt64(shift),
            signAndExponent: sign | UInt16(truncatingIfNeeded: exponentBias &- 1074 &+ 63 &- shift))
    default:
        return ExtendedBits(
            significand: 1 << 63 | fraction << 11,
            signAndExponent: sign | UInt16(truncatingIfNeeded: exponent &- 1023 &+ exponentBias))
    }
}

/// The double nearest to a binary128 number, ties to even; infinities and NaNs stay what they are, what is too large becomes
/// infinite.
public func doubleFromQuadruple(_ bits: QuadrupleBits) -> Double {
    let fraction = bits.high & (1 << 48 &- 1)
    // The upper 63 bits of 112 behind the leading one; the last says also whether any of the others is set.
    let cut: UInt64 = bits.low & (1 << 49 &- 1) == 0 ? 0 : 1
    return doubleFromExtended(
        ExtendedBits(
            significand: 1 << 63 | fraction << 15 | bits.low >> 49 | cut,
            signAndExponent: UInt16(truncatingIfNeeded: bits.high >> 48)))
}

/// The binary128 number that is exactly a double.
public func quadrupleFromDouble(_ value: Double) -> QuadrupleBits {
    let extended = extendedFromDouble(value)
    // Without the leading one.
    let fraction = extended.significand << 1
    return QuadrupleBits(high: UInt64(extended.signAndExponent) << 48 | fraction >> 16, low: fraction << 48)
}
