// Whether two formats of records say the same: the same values at the same places, under the same names.

extension Format {
    /// Whether items of both formats are the same bytes: scalars of the same kinds, in the machine's byte order, at the same offsets, in
    /// members of the same names.
    ///
    /// How it is written does not matter: prefixes, pads, `l` or `q`, a size of the whole that ends behind the last member.
    ///
    /// NumPy writes a nested struct without the pad at its end, and then the pad as one behind it; PEP 3118, and NumPy when it reads,
    /// have the pad twice then. So a text that says another size than the items have is read in NumPy's way; that all members stand at
    /// the same offsets is demanded all the same.
    ///
    /// - Parameters:
    ///   - first: A format that says `itemByteCount`, without a terminating NUL.
    ///   - second: Another one.
    ///   - itemByteCount: Bytes of an item of both.
    /// - Returns: nil if there is no room to find out. False also if one of them is no format, or cannot be read.
    /// - Complexity: O(*n*) in the length of the texts.
    public static func describesSameItems(_ first: Span<UInt8>, _ second: Span<UInt8>, itemByteCount: Int) -> Bool? {
        do throws(FormatTree.Failure) {
            let tree = try FormatTree(of: first)
            let other = try FormatTree(of: second)
            let isSame =
                if other.itemByteCount == itemByteCount {
                    tree.hasSameScalars(as: other)
                } else {
                    try tree.hasSameScalars(as: FormatTree(of: second, padsStructs: false))
                }
            guard isSame else { return false }
        } catch {
            return error == .outOfMemory ? nil : false
        }
        var parser = FormatParser(first)
        var other = FormatParser(second)
        return FormatParser.haveSameNames(&parser, &other, depth: 0)
    }
}

extension FormatTree {
    /// Whether scalars of the same kinds, in the machine's byte order, stand at the same offsets.
    fileprivate borrowing func hasSameScalars(as other: borrowing FormatTree) -> Bool {
        forEachLeafPair(with: other) { pair in
            pair.first.kind == pair.second.kind && pair.first.byteOffset == pair.second.byteOffset
                && pair.first.byteCount == pair.second.byteCount && !pair.first.isByteSwapped && !pair.second.isByteSwapped
        } == true
    }
}

extension FormatParser {
    /// Whether members that are values have the same names here and there, from both positions up to the `}` or the end.
    ///
    /// Both are known to be formats with the same structure.
    fileprivate static func haveSameNames(_ first: inout FormatParser, _ second: inout FormatParser, depth: Int) -> Bool {
        while true {
            let member = first.readValueMember(depth: depth)
            let other = second.readValueMember(depth: depth)
            guard let member, let other else { return member == nil && other == nil }
            guard first.hasName(member.nameRange, as: second, other.nameRange) else { return false }
            var inner = first
            var otherInner = second
            if inner.enterStruct(of: member) {
                guard otherInner.enterStruct(of: other), haveSameNames(&inner, &otherInner, depth: depth + 1) else {
                    return false
                }
            }
        }
    }

    /// Reads up to the next member that is a value; nil at the end.
    private mutating func readValueMember(depth: Int) -> Member? {
        while true {
            skipWhitespace()
            guard let byte = current, byte != UInt8(ascii: "}") else { return nil }
            var record = FormatRecord()
            guard let member = try? readMember(into: &record, depth: depth) else { return nil }
            if record.valueCount > 0 { return member }
        }
    }

    /// Goes to the first member of a `T{}`; false if the member is none.
    private mutating func enterStruct(of member: Member) -> Bool {
        position = member.item.codeOffset
        guard current == UInt8(ascii: "T") else { return false }
        position &+= 2
        mode = member.item.mode
        return true
    }

    private func hasName(_ range: Range<Int>?, as other: FormatParser, _ otherRange: Range<Int>?) -> Bool {
        guard let range, let otherRange else { return range == nil && otherRange == nil }
        guard range.count == otherRange.count else { return false }
        for step in 0..<range.count where text[range.lowerBound + step] != other.text[otherRange.lowerBound + step] {
            return false
        }
        return true
    }
}
