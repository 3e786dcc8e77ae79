// What a text of somebody else means, where its writers differ: all readings that fit the size of the items, and whether they agree.
//
// A reading fits if it says no more bytes than an item has; what is behind the last member is a pad, which NumPy never writes. Readings
// that agree make a text certain. Where they differ only a witness knows (the exporter's own description of its items), and says so by
// placing the members of the tree anew.

/// What is known of a format of somebody else.
public struct FormatSettlement: ~Copyable {
    /// What a text says for items of a size.
    public enum Certainty: UInt8, Sendable {
        /// The text means what it says by PEP 3118.
        case asWritten
        /// All readings agree, but another text says it better: `FormatTree.writeText`.
        case rewritten
        /// Readings differ, or leave out what they cannot know.
        case ambiguous
        /// No reading fits.
        case unreadable
    }

    /// How sure the meaning is.
    public let certainty: Certainty
    /// The first reading that fits, or the last that does not; nil if there is none at all.
    public var tree: FormatTree?
    /// Another reading that fits, if there is one that says something else.
    private var other: FormatTree?
    /// Whether a witness may know better: the text does not say all.
    public let wantsWitness: Bool

    /// Whether ``tree`` is what the exporter means.
    public var isCertain: Bool { certainty == .asWritten || certainty == .rewritten }

    /// Reads a text in every way that somebody may mean it.
    ///
    /// - Parameters:
    ///   - text: The format, without a terminating NUL.
    ///   - itemByteCount: Bytes of an item.
    ///   - trustsStrides: Whether structs of an array are taken to be as far apart as the text says. For who expects one layout, and
    ///     compares: that a text seems to say just that, and means another one, is not to be expected.
    /// - Throws: `outOfMemory` alone.
    /// - Complexity: O(*n*) in the length of the text.
    public static func settle(
        _ text: Span<UInt8>, itemByteCount: Int, trustsStrides: Bool = false
    ) throws(FormatTree.Failure) -> FormatSettlement {
        let facts = TextFacts(text)
        var first: FormatTree?
        var second: FormatTree?
        var isWritten = false
        var otherCount = 0
        // Whether native members would have to stand where the written pads alone do not put them.
        var isUnaligned = false
        for reading in 0..<4 {
            // Without a `u` the last two are the first two.
            if reading >= 2 && !facts.hasWideLetter { break }
            var granted: FormatReading = [.ctypesCodes, .itemsWithoutBytes]
            if reading & 1 != 0 { granted.formUnion([.allPadsWritten, .alignedByPads]) }
            if reading & 2 != 0 { granted.insert(.wideCharacters) }
            guard let tree = try tree(of: text, granted) else {
                if reading == 1 { isUnaligned = facts.hasStruct }
                continue
            }
            // Of a format that is no struct nothing is left over.
            let isShorter = facts.hasStruct && tree.itemByteCount < itemByteCount
            guard tree.itemByteCount == itemByteCount || isShorter else { continue }
            if let known = first.take() {
                if !known.saysSame(as: tree, text, text) {
                    otherCount &+= 1
                    second = consume tree
                }
                first = consume known
            } else {
                isWritten = reading == 0 && tree.itemByteCount == itemByteCount
                first = consume tree
            }
        }
        guard let known = first.take() else {
            let granted: FormatReading = [.ctypesCodes, .itemsWithoutBytes, .allPadsWritten]
            return FormatSettlement(
                certainty: .unreadable, tree: facts.hasStruct ? try tree(of: text, granted) : nil, other: nil,
                wantsWitness: facts.hasStruct)
        }
        // NumPy's record scalars write native letters wherever they stand, and all pads but the last; who writes pads means all of them.
        if isUnaligned, let packed = try tree(of: text, [.ctypesCodes, .itemsWithoutBytes, .allPadsWritten]),
            packed.itemByteCount <= itemByteCount, packed.leafByteCount(of: 0) != packed.itemByteCount,
            !known.saysSame(as: packed, text, text)
        {
            otherCount &+= 1
            second = consume packed
        }
        // ctypes of CPython 3.11 leaves out pads in the middle too, and what a struct inherits is left out by all of them.
        let isShort = known.itemByteCount < itemByteCount
        let isIncomplete =
            (facts.hasExplicitOrder && isShort)
            || (facts.hasStruct && !trustsStrides && known.hasUnknownStrides(text, itemByteCount: itemByteCount))
        let isStrict = isWritten && !facts.hasShapeOfShape && (try? Format.parse(text, as: .itemsWithoutBytes)) != nil
        return FormatSettlement(
            certainty: otherCount > 0 || isIncomplete ? .ambiguous : isStrict ? .asWritten : .rewritten, tree: consume known,
            // Of more than two nobody compares all.
            other: otherCount == 1 && !isIncomplete ? second.take() : nil,
            wantsWitness: facts.hasStruct && (facts.isNotAll || isUnaligned || otherCount > 0 || isShort || isIncomplete))
    }

    /// Reads a text of structs that says all there is, so that no two readings of it differ, and no witness knows better.
    ///
    /// Sooner than ``settle(_:itemByteCount:trustsStrides:)``: the text is parsed once, and nothing is allocated.
    ///
    /// - Returns: What PEP 3118 says of the text; nil if it has to be settled.
    public static func plainFormat(of text: Span<UInt8>, itemByteCount: Int) -> Format? {
        let facts = TextFacts(text)
        guard
            facts.hasStruct && !facts.hasExplicitOrder && !facts.hasFunction && !facts.hasWideLetter && !facts.hasShapeOfShape
                && itemByteCount > 0
        else { return nil }
        var parser = FormatParser(text, as: .itemsWithoutBytes)
        guard let format = try? parser.parse(), format.itemByteCount == itemByteCount, !parser.hasOpenPads else { return nil }
        return format
    }

    private init(certainty: Certainty, tree: consuming FormatTree?, other: consuming FormatTree?, wantsWitness: Bool) {
        self.certainty = certainty
        self.tree = tree
        self.other = other
        self.wantsWitness = wantsWitness
    }

    /// Whether the meaning is certain, can be read, and is that of a tree.
    ///
    /// - Parameters:
    ///   - expected: Another format's.
    ///   - text: The text that was settled.
    ///   - expectedText: That of the other one.
    func saysSame(as expected: borrowing FormatTree, _ text: Span<UInt8>, _ expectedText: Span<UInt8>) -> Bool {
        switch tree {
        case .some(let tree): isCertain && tree.isReadable && tree.saysSame(as: expected, text, expectedText)
        case .none: false
        }
    }

    /// Finds a member by its name, of which all readings say the same.
    ///
    /// - Parameters:
    ///   - name: As it stands between the colons; UTF-8.
    ///   - text: The text that was settled.
    /// - Returns: The index of its node in ``tree``; nil if there is none, or readings differ.
    public func member(named name: Span<UInt8>, in text: Span<UInt8>) -> Int? {
        guard let member = tree?.member(named: name, in: text), !isCertain else { return tree?.member(named: name, in: text) }
        guard let otherMember = other?.member(named: name, in: text) else { return nil }
        return isSame(member, otherMember, text) ? member : nil
    }

    /// Whether there is a member of a name, wherever it stands.
    public func hasMember(named name: Span<UInt8>, in text: Span<UInt8>) -> Bool {
        tree?.member(named: name, in: text) != nil
    }

    /// A member that ``member(named:in:)`` found, as a field.
    ///
    /// - Returns: nil if it has more than 64 dimensions, or is a struct, of whose text by itself readings may differ.
    public func field(at member: Int) -> FormatField? {
        switch tree {
        case .some(let tree):
            guard let field = tree.field(at: member), tree[field.element].form == .leaf else { return nil }
            return field
        case .none: return nil
        }
    }

    private func isSame(_ member: Int, _ otherMember: Int, _ text: Span<UInt8>) -> Bool {
        switch tree {
        case .some(let tree):
            switch other {
            case .some(let other): tree.saysSame(ofMember: member, as: other, otherMember, text, text)
            case .none: false
            }
        case .none: false
        }
    }

    private static func tree(of text: Span<UInt8>, _ reading: FormatReading) throws(FormatTree.Failure) -> FormatTree? {
        do throws(FormatTree.Failure) {
            return try FormatTree(layoutOf: text, as: reading)
        } catch {
            if error == .outOfMemory { throw error }
            return nil
        }
    }
}

extension FormatTree {
    /// Whether there are arrays of structs, in an item with pads, of which NumPy may have left some out: how far apart the structs are is
    /// then not said.
    ///
    /// A pad at the end of a struct is one that NumPy does not write.
    fileprivate borrowing func hasUnknownStrides(_ text: Span<UInt8>, itemByteCount: Int) -> Bool {
        var hasOpenStructs = false
        var index = 0
        while index < count && !hasOpenStructs {
            if self[index].isListOrRun {
                var inner = index
                var elementCount = 1
                while self[inner].isListOrRun {
                    elementCount = saturatingProduct(elementCount, self[inner].count)
                    inner = inner &+ 1
                }
                // No elements are no bytes apart from each other, and neither is what stands in them.
                if elementCount == 0 {
                    index = index &+ self[index].nodeCount
                    continue
                }
                let element = self[inner]
                if elementCount > 1, element.form == .tuple, element.textByteCount >= 2 {
                    let end = element.textOffset &+ element.textByteCount
                    hasOpenStructs = text[end &- 2] != UInt8(ascii: "x")
                }
                // What stands in one element is looked at next.
                index = inner
            }
            index = index &+ 1
        }
        return hasOpenStructs && leafByteCount(of: 0) != itemByteCount
    }

    /// The bytes of all leaves of a node, with their repeats; `Int.max` for more than there are numbers.
    fileprivate borrowing func leafByteCount(of index: Int) -> Int {
        let node = self[index]
        switch node.form {
        case .leaf: return node.byteCount
        case .list, .run: return saturatingProduct(node.count, leafByteCount(of: index &+ 1))
        case .tuple:
            var sum = 0
            var member = index &+ 1
            while member < index &+ node.nodeCount {
                sum = saturatingSum(sum, leafByteCount(of: member))
                member = member &+ self[member].nodeCount
            }
            return sum
        }
    }
}

/// What stands in a text anywhere, in names too.
private struct TextFacts {
    /// A `T{`: without one, no two readings differ but by a `u`.
    var hasStruct = false
    /// A `T{` in another one, whose size the text need not say.
    var hasNestedStruct = false
    var hasWideLetter = false
    /// A `<` or `>`: ctypes writes one in front of each member, NumPy in front of those of the other byte order alone.
    var hasExplicitOrder = false
    /// An `X{`: a function of ctypes, which stands in front of no `<`.
    var hasFunction = false
    /// Whether something may be left out that no reading shows: the size of a nested struct, or anything by ctypes.
    var isNotAll: Bool { hasNestedStruct || hasExplicitOrder || hasFunction }
    /// A sub-array of sub-arrays, as NumPy writes it and does not read it.
    var hasShapeOfShape = false

    init(_ text: Span<UInt8>) {
        var last: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "{") where last == UInt8(ascii: "T"):
                hasNestedStruct = hasStruct
                hasStruct = true
            case UInt8(ascii: "{") where last == UInt8(ascii: "X"): hasFunction = true
            case UInt8(ascii: "u"): hasWideLetter = true
            case UInt8(ascii: "<"), UInt8(ascii: ">"): hasExplicitOrder = true
            case UInt8(ascii: "("): hasShapeOfShape = hasShapeOfShape || last == UInt8(ascii: ")")
            default: break
            }
            last = byte
        }
    }
}
