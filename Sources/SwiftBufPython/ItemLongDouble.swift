// Items that are C's long double, on this platform.
//
// Sixteen bytes: an x87 number and six bytes of padding on Intel's processors, binary128 on others; eight, a double, where ScalarKind says so.

import SwiftBufCore

/// The double nearest to the long double at an address.
func loadLongDouble(at address: UnsafeRawPointer) -> Double {
    // SAFETY: the caller vouches for the bytes of a long double.
    #if os(Windows) || (canImport(Darwin) && arch(arm64))
        return unsafe address.loadUnaligned(as: Double.self)
    #elseif arch(x86_64) || arch(i386)
        return unsafe doubleFromExtended(
            ExtendedBits(
                significand: address.loadUnaligned(as: UInt64.self),
                signAndExponent: (address + 8).loadUnaligned(as: UInt16.self)))
    #elseif _endian(little)
        return unsafe doubleFromQuadruple(
            QuadrupleBits(
                high: (address + 8).loadUnaligned(as: UInt64.self), low: address.loadUnaligned(as: UInt64.self)))
    #else
        return unsafe doubleFromQuadruple(
            QuadrupleBits(
                high: address.loadUnaligned(as: UInt64.self), low: (address + 8).loadUnaligned(as: UInt64.self)))
    #endif
}

/// The long double that is exactly a double; its padding is zero.
func packLongDouble(_ value: Double) -> ScalarBits {
    #if os(Windows) || (canImport(Darwin) && arch(arm64))
        return ScalarBits(low: value.bitPattern)
    #elseif arch(x86_64) || arch(i386)
        let bits = extendedFromDouble(value)
        return ScalarBits(low: bits.significand, high: UInt64(bits.signAndExponent))
    #elseif _endian(little)
        let bits = quadrupleFromDouble(value)
        return ScalarBits(low: bits.low, high: bits.high)
    #else
        let bits = quadrupleFromDouble(value)
        return ScalarBits(low: bits.high, high: bits.low)
    #endif
}
