// How a format text is read where its writers differ. PEP 3118 is the rule; each option is what one writer does besides, or instead.
//
// Here: the options alone. FormatParser follows them; which of them a text is read with is FormatSettlement's matter.

/// What a reader of a format grants beyond PEP 3118, by who wrote the text.
public struct FormatReading: OptionSet, Sendable {
    /// The options as bits.
    public let rawValue: UInt8

    /// Options of these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Nothing is padded but by an `x`: NumPy writes all pads, those of a struct behind it, and none at the end of all.
    public static var allPadsWritten: FormatReading { FormatReading(rawValue: 1) }

    /// With all pads written, what is in native mode stands at multiples of its alignment all the same, or the text is not of this kind.
    public static var alignedByPads: FormatReading { FormatReading(rawValue: 32) }

    /// `u` is C's `wchar_t`: ctypes.
    public static var wideCharacters: FormatReading { FormatReading(rawValue: 2) }

    /// `P` and `g` have their native size in every mode, `z` and `Z` are pointers to texts: ctypes.
    ///
    /// What has no value of its own (a pointer to a text, a `g` in the other byte order) is opaque.
    public static var ctypesCodes: FormatReading { FormatReading(rawValue: 4) }

    /// `3t` is a member that has its bits somewhere else, and no bytes here: what swiftbuf itself writes for a bit field.
    public static var bitFields: FormatReading { FormatReading(rawValue: 8) }

    /// Items may have no bytes.
    public static var itemsWithoutBytes: FormatReading { FormatReading(rawValue: 16) }

    /// Every text that swiftbuf keeps: PEP 3118, and what it writes itself for what PEP 3118 cannot say.
    public static var kept: FormatReading { [.ctypesCodes, .bitFields, .itemsWithoutBytes] }
}
