// Comparing two items of any kinds exactly: the slow way that knows every kind, for what no faster one serves.

/// Whether two items are equal as values.
///
/// The one place that knows all kinds: a new kind is added here and in ``ExactNumber``, and is then compared rightly.
///
/// - Parameters: Where each item stands, its size in bytes, and what it is.
@inline(never)
func itemsAreEqual(
    _ first: UnsafeRawPointer, _ firstByteCount: Int, _ firstScalar: Scalar,
    _ second: UnsafeRawPointer, _ secondByteCount: Int, _ secondScalar: Scalar
) -> Bool {
    // SAFETY (all of this file): the caller vouches for the bytes of both items.
    let firstUnicode = unsafe UnicodeText(at: first, byteCount: firstByteCount, scalar: firstScalar)
    let secondUnicode = unsafe UnicodeText(at: second, byteCount: secondByteCount, scalar: secondScalar)
    if let firstUnicode = unsafe firstUnicode, let secondUnicode = unsafe secondUnicode {
        return unsafe UnicodeText.areEqual(firstUnicode, secondUnicode)
    }
    let firstText = unsafe ByteString(at: first, byteCount: firstByteCount, kind: firstScalar.kind)
    let secondText = unsafe ByteString(at: second, byteCount: secondByteCount, kind: secondScalar.kind)
    if let firstText = unsafe firstText, let secondText = unsafe secondText {
        return unsafe firstText == secondText
    }
    guard unsafe firstText == nil && secondText == nil else { return false }
    let firstNumber = unsafe ExactNumber.parts(at: first, firstScalar)
    let secondNumber = unsafe ExactNumber.parts(at: second, secondScalar)
    return firstNumber.real == secondNumber.real && firstNumber.imaginary == secondNumber.imaginary
}

/// An item that is read as a bytes object.
@unsafe
private struct ByteString {
    let start: UnsafeRawPointer
    let count: Int

    /// The bytes object that an item is; `nil` if it is a number.
    init?(at address: UnsafeRawPointer, byteCount: Int, kind: ScalarKind) {
        switch kind {
        case .character, .bytes:
            unsafe start = address
            unsafe count = byteCount
        case .pascal:
            // The first byte counts the bytes of the text; it is trusted no further than the item reaches.
            unsafe start = address + 1
            unsafe count = min(Int(address.load(as: UInt8.self)), byteCount - 1)
        default:
            return nil
        }
    }

    static func == (first: ByteString, second: ByteString) -> Bool {
        guard unsafe first.count == second.count else { return false }
        for offset in 0..<(unsafe first.count)
        where unsafe first.start.load(fromByteOffset: offset, as: UInt8.self)
            != second.start.load(fromByteOffset: offset, as: UInt8.self)
        {
            return false
        }
        return true
    }
}

/// A number without rounding: ± significand × 2^exponent, infinity, or not a number.
struct ExactNumber {
    /// What a number is.
    enum Class: UInt8 {
        case finite
        case infinite
        case notANumber
    }

    private var `class` = Class.finite
    private var isNegative = false
    /// Of finite numbers; its highest bit is set, unless the number is zero.
    private var significand: UInt64 = 0
    private var exponent = 0

    static let zero = ExactNumber(significand: 0, exponent: 0, isNegative: false)

    /// Whether two numbers are equal; no NaN is, and both zeros are.
    static func == (first: ExactNumber, second: ExactNumber) -> Bool {
        if first.class != second.class || first.class == .notANumber { return false }
        if first.class == .finite && first.significand == 0 && second.significand == 0 { return true }
        return first.isNegative == second.isNegative && first.significand == second.significand
            && first.exponent == second.exponent
    }

    private init(_ class: Class, isNegative: Bool) {
        self.class = `class`
        self.isNegative = isNegative
    }

    private init(significand: UInt64, exponent: Int, isNegative: Bool) {
        self.isNegative = isNegative
        let zeros = significand.leadingZeroBitCount
        if zeros == 64 { return }
        self.significand = significand << UInt64(zeros)
        self.exponent = exponent - zeros
    }

    private init(integer: Int64) {
        self.init(significand: integer.magnitude, exponent: 0, isNegative: integer < 0)
    }

    private init(_ value: Double) {
        let bits = value.bitPattern
        let isNegative = bits >> 63 != 0
        let biased = Int(bits >> 52 & 0x7FF)
        let fraction = bits & 0xF_FFFF_FFFF_FFFF
        if biased == 0x7FF {
            self.init(fraction == 0 ? .infinite : .notANumber, isNegative: isNegative)
        } else {
            self.init(
                significand: biased == 0 ? fraction : fraction | 1 << 52, exponent: max(biased, 1) - 1075, isNegative: isNegative)
        }
    }

    /// An x87 extended number: the significand with its explicit highest bit, and above it exponent and sign.
    private init(extended significand: UInt64, _ exponentAndSign: UInt16) {
        let isNegative = exponentAndSign >> 15 != 0
        let biased = Int(exponentAndSign & 0x7FFF)
        if biased == 0x7FFF {
            self.init(significand == 1 << 63 ? .infinite : .notANumber, isNegative: isNegative)
        } else if biased != 0 && significand >> 63 == 0 {
            // A pattern that no operation gives and every operation refuses.
            self.init(.notANumber, isNegative: isNegative)
        } else {
            self.init(significand: significand, exponent: max(biased, 1) - 16446, isNegative: isNegative)
        }
    }

    /// The real and the imaginary part of an item; the latter is zero unless the kind is complex.
    ///
    /// A kind that is no number gives NaN, which equals nothing.
    static func parts(at address: UnsafeRawPointer, _ scalar: Scalar) -> (real: ExactNumber, imaginary: ExactNumber) {
        let part: ScalarKind
        switch scalar.kind {
        case .complex64: part = .float32
        case .complex128: part = .float64
        case .complexLongDouble: part = .longDouble
        default: return unsafe (ExactNumber(at: address, scalar), zero)
        }
        let partScalar = Scalar(part, swapped: scalar.swapped)
        return unsafe (ExactNumber(at: address, partScalar), ExactNumber(at: address + part.byteCount, partScalar))
    }

    private init(at address: UnsafeRawPointer, _ scalar: Scalar) {
        let swapped = scalar.swapped
        switch scalar.kind {
        case .bool: unsafe self.init(integer: address.load(as: UInt8.self) == 0 ? 0 : 1)
        case .int8: unsafe self.init(integer: Int64(address.load(as: Int8.self)))
        case .uint8: unsafe self.init(integer: Int64(address.load(as: UInt8.self)))
        case .int16: unsafe self.init(integer: Int64(load(Int16.self, at: address, swapped)))
        case .uint16: unsafe self.init(integer: Int64(load(UInt16.self, at: address, swapped)))
        case .int32: unsafe self.init(integer: Int64(load(Int32.self, at: address, swapped)))
        case .uint32: unsafe self.init(integer: Int64(load(UInt32.self, at: address, swapped)))
        case .int64: unsafe self.init(integer: load(Int64.self, at: address, swapped))
        case .uint64, .pointer:
            unsafe self.init(significand: load(UInt64.self, at: address, swapped), exponent: 0, isNegative: false)
        case .float16: unsafe self.init(doubleFromHalf(load(UInt16.self, at: address, swapped)))
        case .float32: unsafe self.init(Double(Float(bitPattern: load(UInt32.self, at: address, swapped))))
        case .float64: unsafe self.init(Double(bitPattern: load(UInt64.self, at: address, swapped)))
        case .longDouble: unsafe self.init(longDoubleAt: address, swapped)
        default: self.init(.notANumber, isNegative: false)
        }
    }

    private init(longDoubleAt address: UnsafeRawPointer, _ swapped: Bool) {
        if ScalarKind.longDouble.byteCount == 8 {
            unsafe self.init(Double(bitPattern: load(UInt64.self, at: address, swapped)))
            return
        }
        #if arch(x86_64) || arch(i386)
            // Ten bytes of sixteen; reversed, they are the last ones.
            let significand = unsafe load(UInt64.self, at: address + (swapped ? 8 : 0), swapped)
            let exponentAndSign = unsafe load(UInt16.self, at: address + (swapped ? 6 : 8), swapped)
            self.init(extended: significand, exponentAndSign)
        #else
            self.init(.notANumber, isNegative: false)
        #endif
    }
}

@inline(__always)
private func load<W: FixedWidthInteger & BitwiseCopyable>(_: W.Type, at address: UnsafeRawPointer, _ swapped: Bool) -> W {
    let word = unsafe address.loadUnaligned(as: W.self)
    return swapped ? word.byteSwapped : word
}
