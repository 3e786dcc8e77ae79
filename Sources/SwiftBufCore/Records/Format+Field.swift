// The members of a format by their names.

/// A named member of a format: a part of each item, with a format of its own.
public struct FormatField: Sendable {
    /// Where the member starts, in bytes from the start of the item.
    public var byteOffset: Int
    /// Bytes of one element; a member without a shape is one.
    public var itemByteCount: Int
    /// Where in the text the format of one element stands, without its shape and name, and without a count that is a length of an
    /// array: `h` of `(2,3)h:m:`, `4s` of `4s:name:`, `T{…}` with all that is in it.
    public var textRange: Range<Int>
    /// The prefix that is in force where that text starts: one of `^ = < >`, or 0 for native.
    ///
    /// With it in front, the element's text means by itself what it means here.
    public var prefix: UInt8
    /// How many dimensions the member has: its shape, and then its count.
    public var rank: Int
    /// Elements along each dimension, in the first ``rank`` of these.
    ///
    /// They are packed in C order.
    public var shape: InlineArray<64, Int>
}

extension Format {
    /// Finds a member by its name.
    ///
    /// The members are those of the `T{}` if the text is exactly one without a name, with a prefix or not, and those outside of
    /// any `T{}` otherwise. Not looked for: members of members. Of two that have the name, the first is found.
    ///
    /// - Parameters:
    ///   - name: As it stands between the colons; UTF-8.
    ///   - text: A format that `parse` accepts.
    /// - Returns: nil if there is none, if it has more than 64 dimensions, or if the text is no format.
    /// - Complexity: O(*n*) in the length of the text.
    public static func field(named name: Span<UInt8>, in text: Span<UInt8>) -> FormatField? {
        var parser = FormatParser(text)
        var depth = 0
        if let inside = offsetInsideOnlyStruct(text) {
            parser.position = inside.offset
            parser.mode = inside.mode
            depth = 1
        }
        var record = FormatRecord()
        parser.skipWhitespace()
        while let byte = parser.current, byte != UInt8(ascii: "}") {
            guard let member = try? parser.readMember(into: &record, depth: depth) else { return nil }
            if let range = member.nameRange, isEqual(text.extracting(range), name) {
                return FormatField(member, in: text)
            }
            parser.skipWhitespace()
        }
        return nil
    }

    /// Where the members of a text begin that is one `T{}` and nothing else, and the mode there.
    private static func offsetInsideOnlyStruct(_ text: Span<UInt8>) -> (offset: Int, mode: FormatMode)? {
        var parser = FormatParser(text)
        parser.skipWhitespace()
        if parser.readPrefix() { parser.skipWhitespace() }
        guard parser.current == UInt8(ascii: "T") else { return nil }
        let start = (offset: parser.position &+ 2, mode: parser.mode)
        var record = FormatRecord()
        guard let member = try? parser.readMember(into: &record, depth: 0), member.nameRange == nil else { return nil }
        parser.skipWhitespace()
        return parser.current == nil ? start : nil
    }

    private static func isEqual(_ first: Span<UInt8>, _ second: Span<UInt8>) -> Bool {
        guard first.count == second.count else { return false }
        for index in first.indices where first[index] != second[index] { return false }
        return true
    }
}

extension FormatField {
    fileprivate init?(_ member: FormatParser.Member, in text: Span<UInt8>) {
        let item = member.item
        byteOffset = member.byteOffset
        itemByteCount = item.elementByteCount
        let start = item.countsUnits ? item.countOffset : item.codeOffset
        // SAFETY: reading a text only moves on.
        textRange = unsafe Range(uncheckedBounds: (start, item.endOffset))
        prefix = item.mode.prefix
        rank = 0
        shape = InlineArray(repeating: 0)
        if let shapeOffset = item.shapeOffset {
            var parser = FormatParser(text)
            parser.position = shapeOffset
            while let dimension = try? parser.readDimension() {
                guard append(dimension.count) else { return nil }
            }
        }
        if item.count != 1 && !item.countsUnits {
            guard append(item.count) else { return nil }
        }
    }

    private mutating func append(_ count: Int) -> Bool {
        guard rank < shape.count else { return false }
        shape[rank] = count
        rank &+= 1
        return true
    }
}
