// Reads a format string, once, from left to right. This file holds the grammar:
//
//     format  = { item [ ":" name ":" ] }                    white space between items is ignored
//     item    = [ order ] [ shape [ order ] ] [ count ] code
//     shape   = "(" number { "," number } ")"
//     order   = "@" | "=" | "<" | ">" | "!" | "^"            holds until the next one, across braces
//     code    = letter | "Z" letter | "T{" format "}" | "&" item | "X{" anything with balanced braces "}"
//
// Nothing is allocated. Recursion is at most `depthLimit` levels of `T{` and `&`. Every read of the text asks
// for its end first (`FormatParser+Text.swift`), every sum and product reports overflow.

/// The state of reading one format string.
struct FormatParser: ~Escapable {
    /// How deep `T{` and `&` may be nested.
    static var depthLimit: Int { 64 }

    let text: Span<UInt8>
    /// The next byte to read: 0 up to the length of the text.
    var position = 0
    /// What the last prefix said.
    var mode = FormatMode.native
    /// Whether an `O` was seen.
    var holdsReferences = false
    /// Whether an `O`, `&` or `X{}` was seen.
    var isOpaque = false

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
    }

    /// Reads the whole text.
    mutating func parse() throws(FormatError) -> Format {
        try refuseNul()
        var record = FormatRecord()
        var kind: ScalarKind?
        var isFirst = true
        skipWhitespace()
        while let byte = current {
            guard byte != UInt8(ascii: "}") else { throw error(.unbalanced, at: position) }
            let member = try readMember(into: &record, depth: 0)
            kind = isFirst ? member : nil
            isFirst = false
            skipWhitespace()
        }
        guard !isFirst else { throw error(.empty, at: position) }
        guard record.byteCount > 0 else { throw error(.zeroSize, at: 0) }
        return Format(
            itemByteCount: record.byteCount,
            alignment: record.byteAlignment,
            kind: kind,
            isByteSwapped: mode.isByteSwapped && kind?.isSwappable == true,
            holdsReferences: holdsReferences,
            isOpaque: isOpaque,
            isNativeSingleLetter: kind != nil && isSingleLetter)
    }

    /// Reads an item and its name, if it has one, and places it behind the members before it.
    ///
    /// Whether it is aligned depends on the mode after it: behind a `T{}`, on the last prefix inside.
    ///
    /// - Returns: The kind, if the member is one scalar without a name.
    private mutating func readMember(into record: inout FormatRecord, depth: Int) throws(FormatError) -> ScalarKind? {
        let item = try readItem(depth: depth)
        // An aligned `T{}` is padded to its alignment already, so there is never padding between its repeats.
        let alignment = mode.isAligned ? item.byteAlignment : 1
        guard record.append(byteCount: item.byteCount, byteAlignment: alignment) else {
            throw error(.sizeOverflow, at: item.codeOffset)
        }
        let hasName = try skipName()
        return hasName ? nil : item.kind
    }

    /// Reads an item: a code, with its byte order, shape and count.
    private mutating func readItem(depth: Int) throws(FormatError) -> Item {
        if readPrefix() { skipWhitespace() }
        var repeats = 1
        var hasShape = false
        if current == UInt8(ascii: "(") {
            repeats = try readShape()
            hasShape = true
            _ = readPrefix()
        }
        let count = try readNumber() ?? 1
        let codeOffset = position
        let code = try readCode(depth: depth)
        let byteCount = try product(product(code.byteCount, count, at: codeOffset), repeats, at: codeOffset)
        let isScalar = !hasShape && (count == 1 || code.kind == .bytes || code.kind == .pascal)
        return Item(
            byteCount: byteCount, byteAlignment: code.byteAlignment, kind: isScalar ? code.kind : nil,
            codeOffset: codeOffset)
    }

    /// Reads a code: what stands behind the count.
    private mutating func readCode(depth: Int) throws(FormatError) -> FormatCode {
        let offset = position
        guard let letter = current, !isPunctuation(letter) else { throw error(.missingCode, at: offset) }
        position &+= 1
        switch letter {
        case UInt8(ascii: "T"):
            guard current == UInt8(ascii: "{") else { throw error(.unknownCode, at: offset) }
            return try readStruct(depth: deeper(depth, at: offset))
        case UInt8(ascii: "&"):
            isOpaque = true
            _ = try readItem(depth: deeper(depth, at: offset))
            return .reference
        case UInt8(ascii: "X"):
            guard current == UInt8(ascii: "{") else { throw error(.unknownCode, at: offset) }
            isOpaque = true
            try skipBraces()
            return .reference
        case UInt8(ascii: "O"):
            isOpaque = true
            holdsReferences = true
            return .reference
        case UInt8(ascii: "t"):
            throw error(.unsupported, at: offset)
        default:
            return try readLetters(letter, at: offset)
        }
    }

    /// Reads a code that is in the table: a letter, already read, or `Z` and one more.
    private mutating func readLetters(_ letter: UInt8, at offset: Int) throws(FormatError) -> FormatCode {
        do throws(FormatCode.Refusal) {
            guard letter == UInt8(ascii: "Z") else { return try FormatCode(letter: letter, mode: mode) }
            guard let part = current else { throw .unknown }
            position &+= 1
            return try FormatCode(complexOf: part, mode: mode)
        } catch {
            switch error {
            case .unknown: throw self.error(.unknownCode, at: offset)
            case .nativeOnly: throw self.error(.nativeOnlyCode, at: offset)
            }
        }
    }

    /// Reads from the `{` of a `T{}` to behind its `}`.
    private mutating func readStruct(depth: Int) throws(FormatError) -> FormatCode {
        let braceOffset = position
        position &+= 1
        var record = FormatRecord()
        skipWhitespace()
        while let byte = current {
            guard byte != UInt8(ascii: "}") else {
                // NumPy's rule: the mode at the end decides, not the one at the start.
                guard !mode.isAligned || record.padAtEnd() else { throw error(.sizeOverflow, at: position) }
                position &+= 1
                return FormatCode(byteCount: record.byteCount, byteAlignment: record.byteAlignment)
            }
            _ = try readMember(into: &record, depth: depth)
            skipWhitespace()
        }
        throw error(.unbalanced, at: braceOffset)
    }

    private func deeper(_ depth: Int, at offset: Int) throws(FormatError) -> Int {
        guard depth < Self.depthLimit else { throw error(.tooDeep, at: offset) }
        return depth &+ 1
    }
}

extension FormatParser {
    /// What one item of the grammar says.
    private struct Item {
        /// With all its repeats.
        var byteCount: Int
        /// What the item would ask for in aligned mode.
        var byteAlignment: Int
        /// nil if the item is not one scalar.
        var kind: ScalarKind?
        var codeOffset: Int
    }
}
