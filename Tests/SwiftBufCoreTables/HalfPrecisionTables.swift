// Half precision, held against arithmetic: a half is ±fraction × 2^exponent.

import SwiftBufCore

/// States the facts about `doubleFromHalf` and `halfFromDouble`.
public func halfPrecisionTables(_ check: inout Check) {
    // Every pattern, there and back.
    for pattern in UInt16.min...UInt16.max {
        let value = doubleFromHalf(pattern)
        check.that(halfFromDouble(value) == pattern, "every half survives the way to Double and back", Int(pattern))
        if pattern & 0x7C00 == 0x7C00 {
            let isInfinite = pattern & 0x3FF == 0
            check.that(
                value.isInfinite == isInfinite && value.isNaN == !isInfinite, "the largest exponent is infinity, or no number",
                Int(pattern))
        } else if pattern & 0x7FFF < 0x7BFF {
            // Half way to the next half, and a little to both sides of that.
            let next = doubleFromHalf(pattern + 1)
            let middle = (value + next) / 2
            let even = pattern & 1 == 0 ? pattern : pattern + 1
            check.that(halfFromDouble(middle) == even, "half way between two halves rounds to the even one", Int(pattern))
            let little = (next - value) / 1024
            check.that(halfFromDouble(middle - little) == pattern, "less than half way rounds back", Int(pattern))
            check.that(halfFromDouble(middle + little) == pattern + 1, "more than half way rounds on", Int(pattern))
        }
    }
    check.that(doubleFromHalf(0x0001) == 0x1p-24, "the smallest half is 2^-24")
    check.that(doubleFromHalf(0x3C00) == 1, "0x3C00 is one")
    check.that(doubleFromHalf(0x7BFF) == 65504, "the largest half is 65504")
    check.that(halfFromDouble(65519.99) == 0x7BFF, "what rounds to the largest half is that")
    check.that(halfFromDouble(65520) == nil, "what rounds beyond it is refused")
    check.that(halfFromDouble(-65520) == nil, "so is what rounds beyond the smallest")
    check.that(halfFromDouble(1e300) == nil, "and what is far beyond")
    check.that(halfFromDouble(0x1p-26) == 0, "what is nearer to zero is zero")
    check.that(halfFromDouble(-0.0) == 0x8000, "zero keeps its sign")
    check.that(halfFromDouble(Double(bitPattern: 0xFFF0_0000_0000_0001)) == 0xFC01, "a NaN whose payload does not fit stays one")
}
