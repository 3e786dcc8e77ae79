// Why a format string is refused, and where in it. No text is made here: an error is an enum and two
// numbers, so that refusing allocates nothing.

/// The refusal of a format string.
public struct FormatError: Error, Equatable, Sendable {
    /// What is wrong.
    public let reason: Reason
    /// Where, in bytes from the start of the text; the text's length if something is missing at its end.
    public let byteOffset: Int
    /// The byte that stands there; nil at the end of the text.
    public let byte: UInt8?

    init(_ reason: Reason, byteOffset: Int, byte: UInt8?) {
        self.reason = reason
        self.byteOffset = byteOffset
        self.byte = byte
    }
}

extension FormatError {
    /// What can be wrong with a format string, and which byte `byteOffset` then names.
    public enum Reason: UInt8, Sendable {
        /// No item at all: the end of the text.
        case empty = 1
        /// A byte that no item starts with: that byte. For a `Z`, `T` or `X` without what must follow: the letter.
        case unknownCode = 2
        /// A code without a standard size (`n N P g Zg`), after `=`, `<`, `>` or `!`: the code.
        case nativeOnlyCode = 3
        /// A code whose size is not defined byte by byte (`t`, bit fields): the code.
        case unsupported = 4
        /// A count, shape or byte order that no code follows, or a name without an item: where the code was expected.
        case missingCode = 5
        /// A `}` that closes nothing: that brace. A `{` that nothing closes: that brace.
        case unbalanced = 6
        /// `T{` or `&` nested more than 32 deep: its letter.
        case tooDeep = 7
        /// A shape that is not `(n,n,…)`: the first byte that does not fit.
        case badShape = 8
        /// A name without its second colon: the first colon.
        case unterminatedName = 9
        /// A number above `Int.max`: its first digit.
        case countOverflow = 10
        /// More than `Int.max` bytes or items: the code, the number of the shape, or the closing brace.
        case sizeOverflow = 11
        /// Items of 0 bytes; a buffer's itemsize is above zero: the start of the text.
        case zeroSize = 12
        /// A NUL in the text, which is a C string to all others: the NUL.
        case embeddedNul = 13
    }
}

extension FormatError.Reason {
    /// The message, for a formatter of C's kind: a `%.200s` for the format's text, then a `%lld` for `byteOffset`.
    public var message: StaticString {
        switch self {
        case .empty: "format '%.200s': an item is needed, but there is none at byte %lld"
        case .unknownCode: "format '%.200s': unknown code at byte %lld"
        case .nativeOnlyCode: "format '%.200s': the code at byte %lld has a native size only ('@' or '^')"
        case .unsupported: "format '%.200s': the code at byte %lld is not supported"
        case .missingCode: "format '%.200s': a code is needed, but there is none at byte %lld"
        case .unbalanced: "format '%.200s': unbalanced brace at byte %lld"
        case .tooDeep: "format '%.200s': nested more than 32 deep at byte %lld"
        case .badShape: "format '%.200s': a shape is like (2,3), but is not at byte %lld"
        case .unterminatedName: "format '%.200s': the name that starts at byte %lld has no second colon"
        case .countOverflow: "format '%.200s': the number at byte %lld is too large"
        case .sizeOverflow: "format '%.200s': the item is too large at byte %lld"
        case .zeroSize: "format '%.200s': an item of 0 bytes at byte %lld, but an itemsize is above zero"
        case .embeddedNul: "format '%.200s': embedded NUL at byte %lld"
        }
    }
}
