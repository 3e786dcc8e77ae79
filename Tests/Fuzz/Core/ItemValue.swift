// The value of one item, without rounding: what `struct.unpack` gives for it.

import SwiftBufCore

#if arch(x86_64)
    /// A float that has every value of every real kind.
    private typealias Wide = Float80
#else
    private typealias Wide = Double
#endif

/// A number, a byte string or a text.
enum ItemValue {
    case number(Number, imaginary: Number)
    case bytes([UInt8])
    case text([UInt32])

    /// A real number: an integer, or a float.
    struct Number {
        fileprivate var integer: Int128?
        fileprivate var real: Wide = 0

        fileprivate init(_ integer: Int128) { self.integer = integer }
        fileprivate init(_ real: Wide) { self.real = real }

        fileprivate func equals(_ other: Number) -> Bool {
            switch (integer, other.integer) {
            case (let first?, let second?): first == second
            case (let first?, nil): Int128(exactly: other.real) == first
            case (nil, let second?): Int128(exactly: real) == second
            case (nil, nil): real == other.real
            }
        }

        /// The nearest float.
        fileprivate var wide: Wide { integer.map { Wide($0) } ?? real }
    }

    init(_ item: [UInt8], _ kind: ScalarKind, isSwapped: Bool) {
        switch kind {
        case .bytes, .character: self = .bytes(item)
        case .pascal: self = .bytes(Array(item.dropFirst().prefix(Int(item[0]))))
        case .ucs2, .ucs4: self = .text(Self.points(item, kind, isSwapped: isSwapped))
        case .complex64, .complex128, .complexLongDouble:
            let half = item.count / 2
            let part: ScalarKind = kind == .complex64 ? .float32 : kind == .complex128 ? .float64 : .longDouble
            self = .number(
                Self.real(Array(item[..<half]), part, isSwapped), imaginary: Self.real(Array(item[half...]), part, isSwapped))
        default: self = .number(Self.real(item, kind, isSwapped), imaginary: Number(Int128(0)))
        }
    }

    func equals(_ other: ItemValue) -> Bool {
        switch (self, other) {
        case (.number(let first, let firstPart), .number(let second, let secondPart)):
            first.equals(second) && firstPart.equals(secondPart)
        case (.bytes(let first), .bytes(let second)): first == second
        case (.text(let first), .text(let second)): first == second
        default: false
        }
    }

    /// A real item, lowest byte first or, swapped, last.
    private static func real(_ item: [UInt8], _ kind: ScalarKind, _ isSwapped: Bool) -> Number {
        var low: UInt64 = 0
        let ordered = isSwapped ? item.reversed() : item
        for (index, byte) in ordered.prefix(8).enumerated() { low |= UInt64(byte) << UInt64(8 * index) }
        switch kind {
        case .bool: return Number(Int128(low == 0 ? 0 : 1))
        case .int8: return Number(Int128(Int8(truncatingIfNeeded: low)))
        case .int16: return Number(Int128(Int16(truncatingIfNeeded: low)))
        case .int32: return Number(Int128(Int32(truncatingIfNeeded: low)))
        case .int64: return Number(Int128(Int64(truncatingIfNeeded: low)))
        case .float16: return Number(Wide(Float16(bitPattern: UInt16(low))))
        case .float32: return Number(Wide(Float(bitPattern: UInt32(low))))
        case .float64: return Number(Wide(Double(bitPattern: low)))
        case .longDouble: return Number(longDouble(low, UInt64(ordered[8]) | UInt64(ordered[9]) << 8))
        default: return Number(Int128(low))
        }
    }

    /// An x87 number by its meaning.
    private static func longDouble(_ significand: UInt64, _ top: UInt64) -> Wide {
        #if arch(x86_64)
            let exponent = top & 0x7FFF
            if exponent > 0 && significand >> 63 == 0 { return .nan }
            return Float80(
                sign: top >> 15 == 1 ? .minus : .plus, exponentBitPattern: UInt(exponent), significandBitPattern: significand)
        #else
            fail("no kind has this form here")
        #endif
    }

    /// Code points, with pairs of surrogates as one, and without NULs at the end.
    private static func points(_ item: [UInt8], _ kind: ScalarKind, isSwapped: Bool) -> [UInt32] {
        let size = kind.byteCount
        var units = (0..<item.count / size).map { index -> UInt32 in
            let unit = item[index * size..<(index + 1) * size]
            return (isSwapped ? Array(unit) : unit.reversed()).reduce(0) { $0 << 8 | UInt32($1) }
        }
        while units.last == 0 { units.removeLast() }
        guard size == 2 else { return units }
        var points: [UInt32] = []
        for unit in units {
            if let last = points.last, last & ~0x3FF == 0xD800, unit & ~0x3FF == 0xDC00 {
                points[points.count - 1] = 0x10000 + ((last & 0x3FF) << 10 | unit & 0x3FF)
            } else {
                points.append(unit)
            }
        }
        return points
    }
}

extension ItemValue {
    /// An item of another kind that has the same value, or nearly; nil if there is none.
    func bytes(as kind: ScalarKind, isSwapped: Bool) -> [UInt8]? {
        switch self {
        case .bytes(let bytes):
            return kind == .pascal ? [UInt8(truncatingIfNeeded: bytes.count)] + bytes : kind == .bytes ? bytes : nil
        case .text(let points):
            guard kind.isText && kind.swappedByteCount > 0 else { return nil }
            return points.flatMap { pieces(UInt64($0), kind.byteCount, isSwapped) }
        case .number(let real, let imaginary):
            guard !kind.isText && kind != .character else { return nil }
            guard kind.isComplex else { return Self.realBytes(real, kind, isSwapped) }
            let part: ScalarKind = kind == .complex64 ? .float32 : kind == .complex128 ? .float64 : .longDouble
            guard let first = Self.realBytes(real, part, isSwapped), let second = Self.realBytes(imaginary, part, isSwapped)
            else { return nil }
            return first + second
        }
    }

    private static func realBytes(_ number: Number, _ kind: ScalarKind, _ isSwapped: Bool) -> [UInt8]? {
        let wide = number.wide
        switch kind {
        case .float16: return pieces(UInt64(Float16(wide).bitPattern), 2, isSwapped)
        case .float32: return pieces(UInt64(Float(wide).bitPattern), 4, isSwapped)
        case .float64: return pieces(Double(wide).bitPattern, 8, isSwapped)
        case .longDouble: return longDoubleBytes(wide, isSwapped)
        default:
            let integer = number.integer ?? Int128(exactly: wide.rounded())
            guard let integer else { return nil }
            return pieces(UInt64(truncatingIfNeeded: integer), kind.byteCount, isSwapped)
        }
    }

    private static func longDoubleBytes(_ number: Wide, _ isSwapped: Bool) -> [UInt8]? {
        #if arch(x86_64)
            let top = UInt64(number.exponentBitPattern) | (number.sign == .minus ? 0x8000 : 0)
            let leading: UInt64 = number.exponentBitPattern > 0 ? 1 << 63 : 0
            let item = pieces(number.significandBitPattern | leading, 8, false) + pieces(top, 8, false)
            return isSwapped ? item.reversed() : item
        #else
            return nil
        #endif
    }
}

/// The bytes of a word, the lowest first or last.
private func pieces(_ word: UInt64, _ count: Int, _ isSwapped: Bool) -> [UInt8] {
    let bytes = (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) : 0 }
    return isSwapped ? bytes.reversed() : bytes
}
