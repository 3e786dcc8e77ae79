// Equality, held against an oracle of another make: it knows each edge value by its meaning, as one sign, one whole number and one
// power of two, and writes the bytes of every kind that has the value itself.

import SwiftBufCore

func equalityFacts(_ check: inout Check) {
    kindFacts(&check)
    textFacts(&check)
    positionFacts(&check)
    stridedEqualityFacts(&check)
    extendedFacts(&check)
}

/// A number by its meaning.
private struct Meaning: Equatable {
    /// Odd or zero, so that each number is one pair of a whole number and a power of two; zero has no sign.
    var isNegative = false
    var whole: UInt64 = 0
    var power = 0
    var isInfinite = false
    var isNaN = false

    init(_ whole: UInt64, _ power: Int = 0, negative: Bool = false) {
        if whole == 0 { return }
        isNegative = negative
        self.whole = whole
        self.power = power
        while self.whole % 2 == 0 {
            self.whole /= 2
            self.power += 1
        }
    }

    static var infinity: Meaning {
        var meaning = Meaning(0)
        meaning.isInfinite = true
        return meaning
    }

    static var notANumber: Meaning {
        var meaning = Meaning(0)
        meaning.isNaN = true
        return meaning
    }

    var negated: Meaning {
        var meaning = self
        if whole != 0 || isInfinite { meaning.isNegative = !isNegative }
        return meaning
    }

    func equals(_ other: Meaning) -> Bool { !isNaN && !other.isNaN && self == other }
}

/// A real kind: how wide its exponent and fraction are, or its integers.
private struct RealKind {
    let kind: ScalarKind
    let byteCount: Int
    /// Of floats: bits of the exponent; of integers 0.
    var exponentBits = 0
    /// Of floats: bits behind the point.
    var fractionBits = 0
    var isSigned = false
    /// Whether the fraction's leading one is written.
    var isExplicit = false

    /// The item's bytes, lowest first; `nil` if the kind does not have the value.
    func bytes(_ meaning: Meaning, negativeZero: Bool = false) -> [UInt8]? {
        exponentBits == 0 ? integerBytes(meaning) : floatBytes(meaning, negativeZero: negativeZero)
    }

    private func integerBytes(_ meaning: Meaning) -> [UInt8]? {
        if meaning.isInfinite || meaning.isNaN || meaning.power < 0 || meaning.power > 63 { return nil }
        let magnitude = meaning.whole << UInt64(meaning.power)
        if magnitude >> UInt64(meaning.power) != meaning.whole { return nil }
        let bits = 8 * byteCount
        let limit: UInt64 = isSigned ? 1 << UInt64(bits - 1) : bits == 64 ? 0 : 1 << UInt64(bits)
        if kind == .bool && magnitude > 1 { return nil }
        if meaning.isNegative && (!isSigned || magnitude > limit) { return nil }
        if !meaning.isNegative && limit != 0 && magnitude >= limit { return nil }
        return pieces(meaning.isNegative ? 0 &- magnitude : magnitude, byteCount)
    }

    private func floatBytes(_ meaning: Meaning, negativeZero: Bool) -> [UInt8]? {
        let bias = 1 << (exponentBits - 1) - 1
        let largest = UInt64(1 << exponentBits - 1)
        var exponent: UInt64 = 0
        var fraction: UInt64 = 0
        if meaning.isNaN || meaning.isInfinite {
            exponent = largest
            fraction = meaning.isNaN ? 1 << UInt64(fractionBits - 1) : 0
            if isExplicit { fraction |= 1 << 63 }
        } else if meaning.whole != 0 {
            // The highest bit's power, and how far the fraction reaches below it.
            let width = 64 - meaning.whole.leadingZeroBitCount
            let top = meaning.power + width - 1
            if top > bias { return nil }
            let lowest = max(top, 1 - bias) - fractionBits
            if meaning.power < lowest { return nil }
            let shifted = meaning.whole << UInt64(meaning.power - lowest)
            exponent = top < 1 - bias ? 0 : UInt64(top + bias)
            fraction = isExplicit || exponent == 0 ? shifted : shifted - 1 << UInt64(fractionBits)
        }
        let sign: UInt64 = meaning.isNegative || negativeZero ? 1 : 0
        if isExplicit { return pieces(fraction, 8) + pieces(sign << 15 | exponent, 2) + [0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF] }
        return pieces(sign << UInt64(8 * byteCount - 1) | exponent << UInt64(fractionBits) | fraction, byteCount)
    }

    private func pieces(_ word: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
}

private func realKinds() -> [RealKind] {
    var kinds = [
        RealKind(kind: .bool, byteCount: 1), RealKind(kind: .int8, byteCount: 1, isSigned: true),
        RealKind(kind: .uint8, byteCount: 1), RealKind(kind: .int16, byteCount: 2, isSigned: true),
        RealKind(kind: .uint16, byteCount: 2), RealKind(kind: .int32, byteCount: 4, isSigned: true),
        RealKind(kind: .uint32, byteCount: 4), RealKind(kind: .int64, byteCount: 8, isSigned: true),
        RealKind(kind: .uint64, byteCount: 8), RealKind(kind: .pointer, byteCount: 8),
        RealKind(kind: .float16, byteCount: 2, exponentBits: 5, fractionBits: 10),
        RealKind(kind: .float32, byteCount: 4, exponentBits: 8, fractionBits: 23),
        RealKind(kind: .float64, byteCount: 8, exponentBits: 11, fractionBits: 52),
    ]
    #if arch(x86_64)
        kinds.append(RealKind(kind: .longDouble, byteCount: 16, exponentBits: 15, fractionBits: 63, isExplicit: true))
    #endif
    return kinds
}

/// Values at the edges of the kinds.
private func edgeMeanings() -> [Meaning] {
    var meanings = [Meaning.infinity, .notANumber, Meaning(0), Meaning(1), Meaning(2), Meaning(3), Meaning(100)]
    for power in [7, 8, 11, 15, 16, 24, 31, 32, 51, 52, 53, 54, 63] {
        let whole: UInt64 = 1 << UInt64(power)
        meanings += [Meaning(whole - 1), Meaning(whole), Meaning(whole + 1)]
    }
    meanings += [Meaning(.max), Meaning(.max - 1), Meaning(.max - 2047), Meaning(1, 64), Meaning(65504), Meaning(65536)]
    // Halves, and what only some floats have: the smallest numbers, normal ones and others, of each.
    meanings += [Meaning(1, -1), Meaning(3, -1), Meaning(1, -24), Meaning(3, -24), Meaning(1023, -24), Meaning(1, -14)]
    meanings += [Meaning(1, -149), Meaning(3, -149), Meaning(1, -126), Meaning(1 << 24 - 1, 104), Meaning(1, -1074)]
    meanings += [Meaning(1, -1022), Meaning(1 << 53 - 1, 971), Meaning(1, 1024), Meaning(1, -16445), Meaning(.max, -63)]
    meanings += meanings.map { $0.negated }
    return meanings
}

/// An item with its meaning.
private struct Sample {
    var bytes: [UInt8]
    var real: Meaning
    var imaginary = Meaning(0)
}

private func samples(_ kind: RealKind) -> [Sample] {
    var result: [Sample] = []
    for meaning in edgeMeanings() {
        if let bytes = kind.bytes(meaning) { result.append(Sample(bytes: bytes, real: meaning)) }
    }
    if kind.exponentBits != 0, let bytes = kind.bytes(Meaning(0), negativeZero: true) {
        result.append(Sample(bytes: bytes, real: Meaning(0)))
    }
    if kind.kind == .bool {
        result += [
            Sample(bytes: [2], real: Meaning(1)), Sample(bytes: [0x80], real: Meaning(1)), Sample(bytes: [255], real: Meaning(1)),
        ]
    }
    return result
}

/// A kind with samples of it, as many as there are pairs to be made.
private struct KindSamples {
    let kind: ScalarKind
    let byteCount: Int
    /// Bytes of what is swapped as a whole.
    let unitByteCount: Int
    let samples: [Sample]
}

private func allKindSamples() -> [KindSamples] {
    var all: [KindSamples] = []
    for kind in realKinds() {
        let reals = samples(kind)
        all.append(KindSamples(kind: kind.kind, byteCount: kind.byteCount, unitByteCount: kind.byteCount, samples: reals))
        let complex: ScalarKind
        switch kind.kind {
        case .float32: complex = .complex64
        case .float64: complex = .complex128
        case .longDouble: complex = .complexLongDouble
        default: continue
        }
        // Every real part with an imaginary part of zero; some with others.
        var pairs: [Sample] = []
        let zero = reals.first { $0.real == Meaning(0) }!
        for (index, real) in reals.enumerated() {
            pairs.append(Sample(bytes: real.bytes + zero.bytes, real: real.real))
            let imaginary = reals[index % 5]
            pairs.append(Sample(bytes: real.bytes + imaginary.bytes, real: real.real, imaginary: imaginary.real))
        }
        all.append(
            KindSamples(kind: complex, byteCount: 2 * kind.byteCount, unitByteCount: kind.byteCount, samples: pairs))
    }
    return all
}

private func swappedUnits(_ bytes: [UInt8], _ unit: Int) -> [UInt8] {
    bytes.indices.map { bytes[$0 / unit * unit + (unit - 1 - $0 % unit)] }
}

/// Whether the items are equal as equals() has it.
private func areEqual(
    _ first: [UInt8], _ firstView: View, _ firstKind: ScalarKind, _ firstSwapped: Bool, _ second: [UInt8],
    _ secondView: View, _ secondKind: ScalarKind, _ secondSwapped: Bool
) -> Bool {
    let firstLayout = Layout(
        shape: firstView.shape.span, byteStrides: firstView.byteStrides.span, itemByteCount: firstView.itemByteCount)
    let secondLayout = Layout(
        shape: secondView.shape.span, byteStrides: secondView.byteStrides.span, itemByteCount: secondView.itemByteCount)
    return unsafe first.withUnsafeBytes { (first) in
        unsafe second.withUnsafeBytes { (second) in
            let one = unsafe Items(
                at: UnsafeMutableRawPointer(mutating: first.baseAddress! + firstView.first), layout: firstLayout,
                suboffsets: Span())
            let other = unsafe Items(
                at: UnsafeMutableRawPointer(mutating: second.baseAddress! + secondView.first), layout: secondLayout,
                suboffsets: Span())
            return one.equals(
                other, kind: firstKind, swapped: firstSwapped, otherKind: secondKind, otherSwapped: secondSwapped)
        }
    }
}

private func row(_ count: Int, _ byteCount: Int) -> View {
    View(shape: [count], byteStrides: [byteCount], itemByteCount: byteCount, margin: 0)
}

/// All pairs of kinds, all pairs of their values: alone, and as the one value among many equal ones.
private func kindFacts(_ check: inout Check) {
    let all = allKindSamples()
    for first in all {
        for second in all {
            var isRight = true
            // What both have, for the places around the pair.
            let common = first.samples.firstIndex { $0.real == Meaning(1) && $0.imaginary == Meaning(0) }!
            let otherCommon = second.samples.firstIndex { $0.real == Meaning(1) && $0.imaginary == Meaning(0) }!
            let neighbours = 18
            for (index, one) in first.samples.enumerated() {
                for (otherIndex, other) in second.samples.enumerated() {
                    let expected = one.real.equals(other.real) && one.imaginary.equals(other.imaginary)
                    // Byte orders in turn: each pair of values has one of the four, each pair of kinds all.
                    let swapped = (index + otherIndex) % 2 == 1 && first.unitByteCount > 1
                    let otherSwapped = (index + otherIndex) / 2 % 2 == 1 && second.unitByteCount > 1
                    let ours = swapped ? swappedUnits(one.bytes, first.unitByteCount) : one.bytes
                    let theirs = otherSwapped ? swappedUnits(other.bytes, second.unitByteCount) : other.bytes
                    if areEqual(
                        ours, row(1, first.byteCount), first.kind, swapped, theirs, row(1, second.byteCount), second.kind,
                        otherSwapped) != expected
                    {
                        isRight = false
                    }
                    if (index + otherIndex) % 3 != 0 && !expected { continue }
                    var many: [UInt8] = []
                    var otherMany: [UInt8] = []
                    let place = (index + otherIndex) % neighbours
                    let filler =
                        swapped ? swappedUnits(first.samples[common].bytes, first.unitByteCount) : first.samples[common].bytes
                    let otherFiller =
                        otherSwapped
                        ? swappedUnits(second.samples[otherCommon].bytes, second.unitByteCount)
                        : second.samples[otherCommon].bytes
                    for step in 0..<neighbours {
                        many += step == place ? ours : filler
                        otherMany += step == place ? theirs : otherFiller
                    }
                    if areEqual(
                        many, row(neighbours, first.byteCount), first.kind, swapped, otherMany,
                        row(neighbours, second.byteCount), second.kind, otherSwapped) != expected
                    {
                        isRight = false
                    }
                }
            }
            check.that(
                isRight, "values of two kinds are equal if and only if they mean the same number",
                Int(first.kind.rawValue) * 100 + Int(second.kind.rawValue))
        }
    }
}

private struct TextRow {
    let first: [UInt8]
    let kind: ScalarKind
    let second: [UInt8]
    let otherKind: ScalarKind
    let areEqual: Bool
    let fact: StaticString
}

private func textFacts(_ check: inout Check) {
    let rows = [
        TextRow(first: [65], kind: .character, second: [65], otherKind: .character, areEqual: true, fact: "equal characters"),
        TextRow(first: [65], kind: .character, second: [66], otherKind: .character, areEqual: false, fact: "other characters"),
        TextRow(first: [65], kind: .character, second: [65], otherKind: .bytes, areEqual: true, fact: "a character is a string"),
        TextRow(first: [65], kind: .character, second: [65, 0], otherKind: .bytes, areEqual: false, fact: "of length one"),
        TextRow(first: [1, 2, 3], kind: .bytes, second: [1, 2, 3], otherKind: .bytes, areEqual: true, fact: "equal strings"),
        TextRow(first: [1, 2, 3], kind: .bytes, second: [1, 2, 4], otherKind: .bytes, areEqual: false, fact: "other strings"),
        TextRow(first: [1, 2, 3], kind: .bytes, second: [1, 2, 3, 0], otherKind: .bytes, areEqual: false, fact: "a NUL counts"),
        TextRow(
            first: [2, 8, 9, 7], kind: .pascal, second: [2, 8, 9, 6], otherKind: .pascal, areEqual: true,
            fact: "what the count leaves out does not"),
        TextRow(
            first: [2, 8, 9, 7], kind: .pascal, second: [2, 8, 9], otherKind: .pascal, areEqual: true, fact: "nor the item's size"
        ),
        TextRow(
            first: [3, 8, 9], kind: .pascal, second: [2, 8, 9], otherKind: .pascal, areEqual: true,
            fact: "a count is trusted to the item's end"),
        TextRow(first: [255], kind: .pascal, second: [0], otherKind: .pascal, areEqual: true, fact: "which may be at once"),
        TextRow(
            first: [2, 8, 9], kind: .pascal, second: [8, 9], otherKind: .bytes, areEqual: true,
            fact: "a pascal string is a string"),
        TextRow(
            first: [1, 65], kind: .pascal, second: [65], otherKind: .character, areEqual: true, fact: "and may be a character"),
        TextRow(first: [0], kind: .pascal, second: [65], otherKind: .character, areEqual: false, fact: "or empty"),
        TextRow(first: [1], kind: .bytes, second: [1], otherKind: .uint8, areEqual: false, fact: "a string is no number"),
        TextRow(first: [1], kind: .bool, second: [1], otherKind: .character, areEqual: false, fact: "nor is a character"),
        TextRow(
            first: [0, 0], kind: .pascal, second: [0, 0], otherKind: .float16, areEqual: false, fact: "nor a pascal string"),
        TextRow(
            first: [65, 0, 0, 0], kind: .ucs4, second: [65, 0, 0, 0, 0, 0, 0, 0], otherKind: .ucs4, areEqual: true,
            fact: "NULs behind a text are no part of it"),
        TextRow(
            first: [65, 0, 0, 0], kind: .ucs4, second: [65, 0, 0, 0, 66, 0, 0, 0], otherKind: .ucs4, areEqual: false,
            fact: "a text is another one than its beginning"),
        TextRow(
            first: [65, 0], kind: .ucs2, second: [65, 0, 0, 0], otherKind: .ucs2, areEqual: true,
            fact: "also of units of two bytes"),
        TextRow(
            first: [65, 0], kind: .ucs2, second: [65, 0, 0, 1], otherKind: .ucs2, areEqual: false,
            fact: "and so is its beginning there"),
        TextRow(
            first: [65, 0], kind: .ucs2, second: [65, 0, 0, 0], otherKind: .ucs4, areEqual: true,
            fact: "units of two and of four bytes are the same characters"),
        TextRow(
            first: [65, 0], kind: .ucs2, second: [65, 0, 1, 0], otherKind: .ucs4, areEqual: false,
            fact: "or others"),
        TextRow(first: [65, 0], kind: .ucs2, second: [65, 0], otherKind: .bytes, areEqual: false, fact: "and are no bytes"),
    ]
    for one in rows {
        for count in [1, 3] {
            let first = [UInt8]((0..<count).flatMap { _ in one.first })
            let second = [UInt8]((0..<count).flatMap { _ in one.second })
            let (view, otherView) = (row(count, one.first.count), row(count, one.second.count))
            check.that(
                areEqual(first, view, one.kind, false, second, otherView, one.otherKind, false) == one.areEqual, one.fact, count)
            check.that(
                areEqual(second, otherView, one.otherKind, false, first, view, one.kind, false) == one.areEqual, one.fact, count)
        }
    }
}

/// Items of a kind that count from 0 to 99, again and again.
private func counting(_ kind: RealKind, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * kind.byteCount)
    for number in 0..<count { bytes += kind.bytes(Meaning(UInt64(number % (kind.kind == .bool ? 2 : 100))))! }
    return bytes
}

/// A difference is seen wherever it is, in each comparison that works by pieces.
private func positionFacts(_ check: inout Check) {
    let kinds = realKinds()
    let pairs: [(ScalarKind, ScalarKind)] = [
        (.int32, .int32), (.uint8, .uint8), (.float32, .float32), (.float64, .float64), (.float16, .float16), (.bool, .bool),
        (.int8, .uint8), (.int16, .uint16), (.int32, .uint32), (.int64, .uint64), (.int8, .int32), (.uint8, .float32),
        (.int32, .float64), (.uint32, .float64), (.float32, .float64), (.int64, .float64), (.float32, .uint64),
        (.float16, .float64), (.longDouble, .int16),
    ]
    for (firstKind, secondKind) in pairs {
        guard let first = kinds.first(where: { $0.kind == firstKind }), let second = kinds.first(where: { $0.kind == secondKind })
        else { continue }
        var isRight = true
        for count in [1, 3, 17, 127, 128, 129, 700, 1025, 2500] {
            let ours = counting(first, count)
            var theirs = counting(second, count)
            let (view, otherView) = (row(count, first.byteCount), row(count, second.byteCount))
            if !areEqual(ours, view, firstKind, false, theirs, otherView, secondKind, false) { isRight = false }
            for position in 0..<count
            where count < 200 || position % 61 == 0 || position > count - 40 || (1000..<1100).contains(position) {
                // Bit 6 of the highest byte matters in every kind; `bool` has but one bit that does.
                let byte = (position + 1) * second.byteCount - 1
                let old = theirs[byte]
                theirs[byte] = secondKind == .bool ? 1 - old : old ^ 0x40
                if areEqual(ours, view, firstKind, false, theirs, otherView, secondKind, false) { isRight = false }
                if areEqual(theirs, otherView, secondKind, false, ours, view, firstKind, false) { isRight = false }
                theirs[byte] = old
            }
        }
        check.that(
            isRight, "one item that differs is seen in every place", Int(firstKind.rawValue) * 100 + Int(secondKind.rawValue))
    }
    // Every byte of items that are equal by their bytes.
    for byteCount in [1, 2, 3, 4, 5, 8, 16, 24, 40] {
        let ours = numberedBytes(byteCount * 37)
        var theirs = ours
        var isRight = true
        for step in [1, -1] {
            let view = View(shape: [37], byteStrides: [step * byteCount], itemByteCount: byteCount, margin: 0)
            if !areEqual(ours, view, .bytes, false, theirs, view, .bytes, false) { isRight = false }
            for byte in theirs.indices {
                theirs[byte] ^= 1
                if areEqual(ours, view, .bytes, false, theirs, view, .bytes, false) { isRight = false }
                theirs[byte] ^= 1
            }
        }
        check.that(isRight, "one byte that differs is seen in every place", byteCount)
    }
}

/// Views of several dimensions, of other strides on each side.
private func stridedEqualityFacts(_ check: inout Check) {
    let kinds = realKinds().filter { [.uint8, .int16, .float32, .int64, .float64].contains($0.kind) }
    for shape in [[7, 9], [70, 66], [2, 3, 4], [3, 40, 2], [0, 5], [1, 1]] {
        for first in kinds {
            for second in kinds {
                let count = shape.reduce(1, *)
                let packed = packedStrides(shape, first.byteCount, .c)
                let one = View(shape: shape, byteStrides: packed, itemByteCount: first.byteCount, margin: 0)
                let ours = counting(first, count) + [0]
                var isRight = true
                for strides in [
                    packedStrides(shape, second.byteCount, .c), packedStrides(shape, second.byteCount, .fortran),
                    packedStrides(shape, second.byteCount, .c).map { -2 * $0 },
                    packedStrides(shape, second.byteCount, .fortran).enumerated().map {
                        $0.offset == 0 ? $0.element : -$0.element
                    },
                ] {
                    for swapped in [false, true] {
                        let other = View(shape: shape, byteStrides: strides, itemByteCount: second.byteCount, margin: 1)
                        var theirs = [UInt8](repeating: 0xEE, count: other.end + 1)
                        let items = counting(second, count)
                        let places = other.places
                        for (index, place) in places.enumerated() {
                            for byte in 0..<second.byteCount {
                                theirs[place + (swapped ? second.byteCount - 1 - byte : byte)] =
                                    items[index * second.byteCount + byte]
                            }
                        }
                        if !areEqual(ours, one, first.kind, false, theirs, other, second.kind, swapped) { isRight = false }
                        for (index, place) in places.enumerated() where index % 11 == 0 || index == places.count - 1 {
                            theirs[place] ^= 0x40
                            if areEqual(ours, one, first.kind, false, theirs, other, second.kind, swapped) { isRight = false }
                            theirs[place] ^= 0x40
                        }
                    }
                }
                check.that(
                    isRight, "views of any strides are compared item by item",
                    Int(first.kind.rawValue) * 100 + Int(second.kind.rawValue))
            }
        }
    }
}

/// Patterns of x87's ten bytes that no operation gives.
private func extendedFacts(_ check: inout Check) {
    #if arch(x86_64)
        func item(_ significand: UInt64, _ exponentAndSign: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: significand >> UInt64(8 * $0)) }
                + (0..<8).map { UInt8(truncatingIfNeeded: exponentAndSign >> UInt64(8 * $0)) }
        }
        func equal(_ first: [UInt8], _ second: [UInt8]) -> Bool {
            areEqual(first, row(1, 16), .longDouble, false, second, row(1, 16), .longDouble, false)
        }
        check.that(equal(item(1 << 63, 0x3FFF), item(1 << 63, 0xDEAD_3FFF)), "the six bytes behind the ten are no value")
        check.that(!equal(item(1 << 62, 0x3FFF), item(1 << 62, 0x3FFF)), "without its leading one a normal number is none")
        check.that(!equal(item(0, 0x7FFF), item(0, 0x7FFF)), "nor is such an infinity")
        check.that(equal(item(1 << 63, 0), item(1 << 63, 1)), "with a leading one the smallest exponent means the next")
        check.that(equal(item(0, 0), item(0, 0x8000)), "both zeros are equal")
    #endif
}
