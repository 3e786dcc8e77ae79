// The bits that an item has if it is equal to a number.
//
// Items of one kind that equal a number have one pattern: but for the sign of zero, which a mask takes out, and for truths, of which all but
// zero are one. So looking for a number is comparing words. The pattern is swapped, never the items.

/// A number that is looked for.
public enum SoughtNumber: Sendable {
    case signed(Int64)
    case unsigned(UInt64)
    case float(Double)
    case complex(Double, Double)
}

/// The pattern of all items of a kind that are equal to a number, and a mask of the bits that count.
public struct SoughtItem: Sendable {
    /// Bytes of an item: 1, 2, 4, 8 or 16.
    let byteCount: Int
    /// The first eight bytes, or all of fewer.
    let low: BitPattern
    /// The eight bytes behind them.
    let high: BitPattern
    /// Whether the items without the pattern are meant.
    let isInverted: Bool

    /// Whether items of a kind can be looked for by their bits.
    public static func canBe(_ kind: ScalarKind) -> Bool {
        switch kind {
        case .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .pointer, .float16, .float32, .float64,
            .complex64, .complex128:
            true
        case .character, .bytes, .pascal, .ucs2, .ucs4, .longDouble, .complexLongDouble: false
        }
    }

    /// The items of a kind that are equal to a number, as Python's `==` has it: exactly, and none to NaN.
    ///
    /// - Parameters:
    ///   - kind: One that ``canBe(_:)`` looked for.
    ///   - swapped: Whether the byte order of the items is not the machine's.
    /// - Returns: `nil` if no item can be equal.
    public init?(equalTo number: SoughtNumber, kind: ScalarKind, swapped: Bool) {
        let real: BitPattern
        var imaginary = BitPattern(bits: 0, mask: 0)
        switch kind {
        case .bool:
            // All truths but 0 are 1.
            guard let value = number.word(.uint8), value <= 1 else { return nil }
            real = BitPattern(bits: 0, mask: 0xFF)
            isInverted = value == 1
        case .complex64, .complex128:
            let part: ScalarKind = kind == .complex64 ? .float32 : .float64
            guard let first = BitPattern(number.realPart, part), let second = BitPattern(number.imaginaryPart, part) else {
                return nil
            }
            real = first
            imaginary = second
            isInverted = false
        case .float16, .float32, .float64:
            guard number.imaginaryPart == 0, let pattern = BitPattern(number.realPart, kind) else { return nil }
            real = pattern
            isInverted = false
        default:
            guard let word = number.word(kind) else { return nil }
            real = BitPattern(bits: word, mask: UInt64.max >> UInt64(64 - 8 * kind.byteCount))
            isInverted = false
        }
        byteCount = kind.byteCount
        let first = swapped ? real.swapped(kind.swappedByteCount) : real
        let second = swapped ? imaginary.swapped(kind.swappedByteCount) : imaginary
        if kind == .complex64 {
            low = BitPattern(bits: first.bits | second.bits << 32, mask: first.mask | second.mask << 32)
            high = BitPattern(bits: 0, mask: 0)
        } else {
            low = first
            high = second
        }
    }
}

/// Bits of a word, and which of them count.
struct BitPattern: Sendable {
    let bits: UInt64
    let mask: UInt64

    init(bits: UInt64, mask: UInt64) {
        self.bits = bits
        self.mask = mask
    }

    /// The pattern of a float that is equal to a value; `nil` if there is none.
    ///
    /// - Parameter value: `nil` equals nothing.
    init?(_ value: Double?, _ kind: ScalarKind) {
        guard let value, !value.isNaN else { return nil }
        let all = UInt64.max >> UInt64(64 - 8 * kind.byteCount)
        // Both zeros are equal.
        if value == 0 {
            self.init(bits: 0, mask: all >> 1)
            return
        }
        switch kind {
        case .float16:
            guard let half = halfFromDouble(value), doubleFromHalf(half) == value else { return nil }
            self.init(bits: UInt64(half), mask: all)
        case .float32:
            let float = Float(value)
            guard Double(float) == value else { return nil }
            self.init(bits: UInt64(float.bitPattern), mask: all)
        default:
            self.init(bits: value.bitPattern, mask: all)
        }
    }

    /// The same of a word of some bytes in the other byte order.
    func swapped(_ byteCount: Int) -> BitPattern {
        let unused = UInt64(64 - 8 * max(byteCount, 1))
        return BitPattern(bits: bits.byteSwapped >> unused, mask: mask.byteSwapped >> unused)
    }
}

extension SoughtNumber {
    /// The number as an integer of a kind, in as many low bits as that has; `nil` if it is none.
    fileprivate func word(_ kind: ScalarKind) -> UInt64? {
        let signed: Int64
        switch self {
        case .signed(let value): signed = value
        case .unsigned(let value):
            guard let value = Int64(exactly: value) else { return kind.byteCount == 8 && !kind.isSigned ? value : nil }
            signed = value
        case .float(let value), .complex(let value, 0):
            guard let value = integer(value) else {
                // The rest is for the largest unsigned ones alone.
                guard value >= 0x1p63 && value < 0x1p64 else { return nil }
                return kind.byteCount == 8 && !kind.isSigned ? UInt64(value) : nil
            }
            signed = value
        case .complex: return nil
        }
        let unused = Int64(64 - 8 * kind.byteCount)
        let kept = UInt64(bitPattern: signed) << UInt64(unused)
        let isSame = kind.isSigned ? Int64(bitPattern: kept) >> unused == signed : signed >= 0 && kept >> UInt64(unused) == signed
        return isSame ? kept >> UInt64(unused) : nil
    }

    /// The number, or its real part; `nil` if it is an integer that no Double is.
    fileprivate var realPart: Double? {
        switch self {
        case .signed(let value): double(value)
        case .unsigned(let value): value < 1 << 63 ? double(Int64(value)) : double(value)
        case .float(let value), .complex(let value, _): value
        }
    }

    /// Zero of a number that is not complex.
    fileprivate var imaginaryPart: Double? {
        if case .complex(_, let part) = self { return part }
        return 0
    }
}

// By hand: what the standard library has for it calls `trunc`, of a library that is not linked.

/// The integer that a Double is; `nil` if it is none of 64 bits with a sign.
private func integer(_ value: Double) -> Int64? {
    guard value >= -0x1p63 && value < 0x1p63 else { return nil }
    let integer = Int64(value)
    return Double(integer) == value ? integer : nil
}

/// The Double that an integer is; `nil` if there is none.
private func double(_ integer: Int64) -> Double? {
    let value = Double(integer)
    return value < 0x1p63 && Int64(value) == integer ? value : nil
}

/// The Double that a large integer is; `nil` if there is none.
private func double(_ integer: UInt64) -> Double? {
    let value = Double(integer)
    return value < 0x1p64 && UInt64(value) == integer ? value : nil
}
