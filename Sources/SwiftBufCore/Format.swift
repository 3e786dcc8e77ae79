// What a format string says of the items of a buffer, in a few numbers: their size, their alignment, and
// whether an item is one scalar. The text itself is not kept.
//
// Here: the result. How it comes about is FormatParser's matter.

/// The meaning of a PEP 3118 format string: struct's codes, with NumPy's additions.
///
/// Sizes outside any `T{}` are those of `struct.calcsize`: members are aligned in native mode, the end is not
/// padded. A `T{}` in native mode is padded at its end to its alignment, as C's structs and NumPy's are.
/// Where the byte order changes inside the text, NumPy's rules hold: the last prefix before the `}` decides.
public struct Format: Equatable, Sendable {
    /// The size of one item, in bytes; above zero, unless ``FormatReading/itemsWithoutBytes`` was granted.
    public let itemByteCount: Int

    /// The largest alignment that a member asks for, in bytes: a power of two, and 1 if no member is aligned.
    ///
    /// Only members in native mode (`@`, or no prefix) ask for one.
    public var alignment: Int { Int(alignmentByteCount) }

    /// One byte of it, so that a format is two words, and one with its text is returned in registers: ``Format`` is made for every new
    /// buffer, and loading in words what was stored in bytes makes the processor wait.
    private let alignmentByteCount: UInt8

    /// What an item is read as; nil unless it is exactly one scalar.
    ///
    /// That is one code with no count but 1 (`s p u w`: any count), without pads, names, shapes and `T{}`.
    public let kind: ScalarKind?

    /// Whether the byte order of that one scalar is not the machine's; false if there is none, or it is one byte.
    public let isByteSwapped: Bool

    /// Whether items can be read and written: as one scalar, or value by value as a `FormatTree` says.
    ///
    /// Not if the format `isOpaque`, nor if its values are nested deeper than `valueDepthLimit`, or are many without bytes,
    /// as those of `(1000000)T{}` are.
    public let isReadable: Bool

    /// Whether there is an `O` anywhere: items hold references to Python objects, or point to them.
    ///
    /// The signature inside an `X{}` does not count.
    public let holdsReferences: Bool

    /// Whether there is anything that has no value of its own, as a reference (`O`) or a pointer (`&`, `X{}`).
    public let isOpaque: Bool

    /// Whether the text is the native letter of one scalar that most readers know, alone or after `@`: any but `F` and `D`.
    public let isNativeSingleLetter: Bool

    init(
        itemByteCount: Int, alignment: Int, kind: ScalarKind?, isByteSwapped: Bool, isReadable: Bool, holdsReferences: Bool,
        isOpaque: Bool, isNativeSingleLetter: Bool
    ) {
        self.itemByteCount = itemByteCount
        // No kind has an alignment above 16.
        alignmentByteCount = UInt8(truncatingIfNeeded: alignment)
        self.kind = kind
        self.isByteSwapped = isByteSwapped
        self.isReadable = isReadable
        self.holdsReferences = holdsReferences
        self.isOpaque = isOpaque
        self.isNativeSingleLetter = isNativeSingleLetter
    }

    /// How deep tuples and lists may be nested in an item that is read: `T{`, each dimension of a shape and a count are one level.
    public static var valueDepthLimit: Int { 128 }

    /// A native format that says the same of each item and that more readers know, null-terminated; nil to keep the text.
    ///
    /// `<q` becomes `q` and `=l` becomes `i`, by kind and size; what is a single native letter already stays what it
    /// is (`l`, `n`), and so does what no native code can say: a foreign byte order, `4s`, records. The letter
    /// promises an alignment that the text did not, if ``promisesNoAlignment(_:)``.
    public var canonicalFormat: StaticString? {
        isNativeSingleLetter || isByteSwapped ? nil : kind?.nativeFormat
    }

    /// Whether a text of one scalar says that it may stand at any address: `=i`, `<i`, `^i`.
    ///
    /// - Complexity: O(*n*) in the length of the text.
    public static func promisesNoAlignment(_ text: Span<UInt8>) -> Bool {
        for index in text.indices {
            if let mode = FormatMode(prefix: text[index]), !mode.isAligned { return true }
        }
        return false
    }

    /// The format of bytes, `B`.
    public static var bytes: Format {
        Format(
            itemByteCount: 1, alignment: 1, kind: .uint8, isByteSwapped: false, isReadable: true, holdsReferences: false,
            isOpaque: false, isNativeSingleLetter: true)
    }

    /// Reads a format string.
    ///
    /// Takes any bytes of any length, allocates nothing, never traps. Names are not looked at: two members may
    /// have the same one.
    ///
    /// - Parameters:
    ///   - text: The format as bytes, without a terminating NUL.
    ///   - reading: What is granted beyond PEP 3118.
    /// - Returns: What the text says of one item.
    /// - Throws: What is wrong, and at which byte.
    /// - Complexity: O(*n*) in the length of the text.
    ///
    /// **Threads**: any.
    ///
    /// **Source**: CPython's Modules/_struct.c, PEP 3118, NumPy's `_dtype_from_pep3118`.
    public static func parse(_ text: Span<UInt8>, as reading: FormatReading = []) throws(FormatError) -> Format {
        if text.count == 1, !reading.contains(.wideCharacters), let format = Format(letter: text[0]) { return format }
        var parser = FormatParser(text, as: reading)
        return try parser.parse()
    }

    /// The format of one native letter, which most texts are; nil if it is no letter of a scalar.
    ///
    /// What ``parse(_:)`` says of it, sooner.
    public init?(letter: UInt8) {
        guard let code = try? FormatCode(letter: letter, mode: .native), let kind = code.kind else { return nil }
        // Only struct knows `F` and `D`, and only from CPython 3.14 on.
        let isKnown = letter != UInt8(ascii: "F") && letter != UInt8(ascii: "D")
        self.init(
            itemByteCount: code.byteCount, alignment: code.byteAlignment, kind: kind, isByteSwapped: false,
            isReadable: true, holdsReferences: false, isOpaque: false, isNativeSingleLetter: isKnown)
    }
}
