// The byte order and size prefixes of a format: struct's `@ = < > !` and NumPy's `^`.
//
// A prefix holds for all that follows it, across braces too, until the next one. That is NumPy's rule;
// struct knows a prefix at the very start only, where both agree.
//
// The raw type says nothing. It is there because Swift gives an enum without one a hash of its own, which
// brings Hasher and, in Embedded Swift, arc4random_buf.

/// Which sizes, which alignment and which byte order the codes after a prefix have.
enum FormatMode: UInt8 {
    /// `@`, and no prefix: C's sizes and alignment.
    case native
    /// `^`: C's sizes, no alignment.
    case nativePacked
    /// `=`: standard sizes, no alignment, the machine's byte order.
    case standard
    /// `<`: standard sizes, no alignment, little-endian.
    case littleEndian
    /// `>` and `!`: standard sizes, no alignment, big-endian.
    case bigEndian

    /// The mode that a prefix switches to; nil if the byte is no prefix.
    init?(prefix: UInt8) {
        switch prefix {
        case UInt8(ascii: "@"): self = .native
        case UInt8(ascii: "^"): self = .nativePacked
        case UInt8(ascii: "="): self = .standard
        case UInt8(ascii: "<"): self = .littleEndian
        case UInt8(ascii: ">"), UInt8(ascii: "!"): self = .bigEndian
        default: return nil
        }
    }

    /// The prefix that switches to it; 0 for `native`, which needs none at the start of a text.
    var prefix: UInt8 {
        switch self {
        case .native: 0
        case .nativePacked: UInt8(ascii: "^")
        case .standard: UInt8(ascii: "=")
        case .littleEndian: UInt8(ascii: "<")
        case .bigEndian: UInt8(ascii: ">")
        }
    }

    /// Whether codes have the platform's C sizes, not the standard ones.
    var hasNativeSizes: Bool {
        switch self {
        case .native, .nativePacked: true
        case .standard, .littleEndian, .bigEndian: false
        }
    }

    /// Whether members are aligned and a `T{}` is padded at its end, as in C.
    var isAligned: Bool {
        self == .native
    }

    /// Whether the byte order is not the machine's.
    var isByteSwapped: Bool {
        #if _endian(little)
            self == .bigEndian
        #else
            self == .littleEndian
        #endif
    }
}
