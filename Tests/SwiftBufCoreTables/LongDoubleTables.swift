// C's long double, held against Double's own neighbours, and where there is one, against the processor's Float80.

import SwiftBufCore

/// States the facts about long doubles.
public func longDoubleTables(_ check: inout Check) {
    check.that(
        extendedFromDouble(1) == ExtendedBits(significand: 1 << 63, signAndExponent: 0x3FFF), "one is 2^0 with a bias of 16383")
    check.that(extendedFromDouble(-0.0) == ExtendedBits(significand: 0, signAndExponent: 0x8000), "zero keeps its sign")
    check.that(
        extendedFromDouble(0x1p-1074) == ExtendedBits(significand: 1 << 63, signAndExponent: 16383 - 1074),
        "the smallest double is a normal long double")
    check.that(quadrupleFromDouble(1) == QuadrupleBits(high: 0x3FFF << 48, low: 0), "one is 2^0 in binary128")
    check.that(
        quadrupleFromDouble(-1.5) == QuadrupleBits(high: 0xBFFF_8000_0000_0000, low: 0), "-1.5 is a half more than -1")
    check.that(
        quadrupleFromDouble(1 + 0x1p-52) == QuadrupleBits(high: 0x3FFF << 48, low: 1 << 60),
        "the last bit of a double is bit 60 of binary128")
    noNumberFacts(&check)
    // Doubles of all exponents, with some fractions each.
    var state: UInt64 = 1
    for exponent in UInt64(0)..<2047 {
        for _ in 0..<4 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let fraction = (state ^ state >> 29) >> 12
            for pattern in [exponent << 52 | fraction, exponent << 52, exponent << 52 | 0xF_FFFF_FFFF_FFFF] {
                roundingFacts(Double(bitPattern: pattern), &check)
            }
        }
    }
    processorFacts(&check)
}

private func noNumberFacts(_ check: inout Check) {
    for sign: UInt16 in [0, 0x8000] {
        let infinity = sign == 0 ? Double.infinity : -Double.infinity
        let infinite = extendedFromDouble(infinity)
        check.that(infinite == ExtendedBits(significand: 1 << 63, signAndExponent: sign | 0x7FFF), "infinity is infinity")
        check.that(doubleFromExtended(infinite) == infinity, "infinity comes back")
        check.that(doubleFromQuadruple(quadrupleFromDouble(infinity)) == infinity, "infinity comes back from binary128")
        let large = ExtendedBits(significand: .max, signAndExponent: sign | 0x7FFE)
        check.that(doubleFromExtended(large) == infinity, "what no double can hold is infinite")
        let justTooLarge = ExtendedBits(significand: 0xFFFF_FFFF_FFFF_FC00, signAndExponent: sign | 0x43FE)
        check.that(doubleFromExtended(justTooLarge) == infinity, "what rounds beyond the largest double is infinite")
        let largest = ExtendedBits(significand: 0xFFFF_FFFF_FFFF_FBFF, signAndExponent: sign | 0x43FE)
        check.that(
            doubleFromExtended(largest).magnitude == .greatestFiniteMagnitude, "what rounds to the largest double is that")
        for significand: UInt64 in [0, 1, 1 << 63, .max] {
            let small = ExtendedBits(significand: significand, signAndExponent: sign)
            check.that(
                doubleFromExtended(small).bitPattern == UInt64(sign) << 48, "what has no exponent is a zero with its sign")
        }
        for significand: UInt64 in [1 << 63 | 1, 0xC000 << 48, .max] {
            check.that(
                doubleFromExtended(ExtendedBits(significand: significand, signAndExponent: sign | 0x7FFF)).isNaN,
                "a NaN stays one, whatever its payload")
        }
        for exponent: UInt16 in [1, 0x3FFF, 0x7FFF] {
            check.that(
                doubleFromExtended(ExtendedBits(significand: 1 << 62, signAndExponent: sign | exponent)).isNaN,
                "without its leading one it is no number")
        }
        check.that(
            doubleFromQuadruple(QuadrupleBits(high: UInt64(sign | 0x7FFF) << 48, low: 1)).isNaN,
            "a NaN of binary128 stays one, whatever its payload")
        check.that(
            doubleFromQuadruple(QuadrupleBits(high: UInt64(sign) << 48, low: 1)).bitPattern == UInt64(sign) << 48,
            "the smallest binary128 is a zero with its sign")
    }
    for pattern: UInt64 in [0x7FF8 << 48, 0xFFF8 << 48, 0x7FFC_0000_0000_1234] {
        let value = Double(bitPattern: pattern)
        check.that(doubleFromExtended(extendedFromDouble(value)).bitPattern == pattern, "a quiet NaN keeps its payload")
        check.that(doubleFromQuadruple(quadrupleFromDouble(value)).bitPattern == pattern, "in binary128 as well")
    }
}

/// What a double and its next one make of the numbers between them.
private func roundingFacts(_ value: Double, _ check: inout Check) {
    let detail = Int(truncatingIfNeeded: value.bitPattern)
    let bits = extendedFromDouble(value)
    let quadruple = quadrupleFromDouble(value)
    check.that(doubleFromExtended(bits).bitPattern == value.bitPattern, "a double comes back", detail)
    check.that(doubleFromExtended(extendedFromDouble(-value)) == -value, "with its sign", detail)
    check.that(doubleFromQuadruple(quadruple).bitPattern == value.bitPattern, "from binary128 as well", detail)
    // A long double has eleven more bits; below the smallest normal double, more.
    guard value.isNormal else { return }
    let even = value.bitPattern & 1 == 0
    func plus(_ rest: UInt64) -> Double {
        doubleFromExtended(ExtendedBits(significand: bits.significand | rest, signAndExponent: bits.signAndExponent))
    }
    check.that(plus(0x3FF) == value, "less than half way rounds back", detail)
    check.that(plus(0x400) == (even ? value : value.nextUp), "half way rounds to the even one", detail)
    check.that(plus(0x401) == value.nextUp, "more than half way rounds on", detail)
    func plusQuadruple(_ rest: UInt64) -> Double {
        doubleFromQuadruple(QuadrupleBits(high: quadruple.high, low: quadruple.low | rest))
    }
    check.that(plusQuadruple(1 << 59 - 1) == value, "less than half way rounds back from binary128", detail)
    check.that(plusQuadruple(1 << 59) == (even ? value : value.nextUp), "half way rounds to the even one", detail)
    check.that(plusQuadruple(1 << 59 + 1) == value.nextUp, "the last bit of binary128 counts", detail)
}

#if arch(x86_64) && os(Linux)
    /// The processor's conversions of any numbers are the same.
    private func processorFacts(_ check: inout Check) {
        var state: UInt64 = 7
        for round in 0..<200_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let significand = (state ^ state >> 31) | 1 << 63
            // Mostly exponents around those of doubles, below the normal ones above all.
            let exponent = round % 4 == 0 ? state >> 40 % 0x7FFF : 16383 - 1090 + UInt64(round % 80)
            let number = Float80(
                sign: round % 2 == 0 ? .plus : .minus, exponentBitPattern: UInt(max(1, exponent & 0x7FFF)),
                significandBitPattern: round % 3 == 0 ? significand & ~0 << UInt64(round % 64) : significand)
            let bits = ExtendedBits(
                significand: number.significandBitPattern | 1 << 63,
                signAndExponent: UInt16(truncatingIfNeeded: number.exponentBitPattern) | (round % 2 == 0 ? 0 : 0x8000))
            guard number.isFinite else { continue }
            check.that(
                doubleFromExtended(bits).bitPattern == Double(number).bitPattern, "the processor rounds as this does", round)
        }
    }
#else
    private func processorFacts(_ check: inout Check) {}
#endif
