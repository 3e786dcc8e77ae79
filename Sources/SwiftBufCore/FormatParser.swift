// Reads a format string, once, from left to right. This file holds the grammar:
//
//     format  = { item [ ":" name ":" ] }                    white space between items is ignored
//     item    = [ order ] { shape [ order ] } [ count ] code    shapes of one array, the outer ones first
//     shape   = "(" number { "," number } ")"
//     order   = "@" | "=" | "<" | ">" | "!" | "^"            holds until the next one, across braces
//     code    = letter | "Z" letter | "T{" format "}" | "&" item | "X{" anything with balanced braces "}"
//
// Nothing is allocated. Recursion is at most `depthLimit` levels of `T{` and `&`. Every read of the text asks
// for its end first (`FormatParser+Text.swift`), every sum and product reports overflow.

/// The state of reading one format string.
struct FormatParser: ~Escapable {
    /// How deep `T{` and `&` may be nested.
    static var depthLimit: Int { 32 }

    let text: Span<UInt8>
    /// The next byte to read: 0 up to the length of the text.
    var position = 0
    /// What the last prefix said.
    var mode = FormatMode.native
    /// Whether an `O` was seen.
    var holdsReferences = false
    /// Whether an `O`, `&` or `X{}` was seen.
    var isOpaque = false
    /// How many tuples and lists the value that is being read stands in, and the most of any so far.
    var nesting = FormatNesting()
    /// What is granted beyond PEP 3118.
    let reading: FormatReading
    /// Where the struct that is being read starts, and the member of it, in bytes from the start of the item: with all pads written.
    var structOffset = 0
    var memberOffset = 0
    /// Whether there are pads that no `x` says, but for those behind the last value of all, or that may be a struct's or its owner's.
    private(set) var hasOpenPads = false
    /// Whether the last member with bytes is a struct, or an array of them.
    private var isBehindStruct = false
    /// Where the values of an item are written down, if anybody wants to know.
    var nodes: FormatNodeList?

    @_lifetime(copy text)
    init(_ text: Span<UInt8>, as reading: FormatReading = [], writing nodes: FormatNodeList? = nil) {
        self.text = text
        self.reading = reading
        self.nodes = nodes
    }

    /// Reads the whole text.
    mutating func parse() throws(FormatError) -> Format {
        try refuseNul()
        nodes?.open(.tuple)
        var record = FormatRecord()
        var kind: ScalarKind?
        // A pad alone is NumPy's void, which is read as bytes.
        var voidByteCount: Int?
        var isFirst = true
        skipWhitespace()
        while let byte = current {
            guard byte != UInt8(ascii: "}") else { throw error(.unbalanced, at: position) }
            let member = try readMember(into: &record, depth: 0)
            kind = isFirst && member.nameRange == nil ? member.item.kind : nil
            voidByteCount = isFirst && member.nameRange == nil && member.item.isVoid ? member.item.byteCount : nil
            isFirst = false
            skipWhitespace()
        }
        guard !isFirst else { throw error(.empty, at: position) }
        if let voidByteCount {
            kind = .bytes
            record.appendValues(1, objectCount: 1)
            nodes?.openLeaf(.bytes, isByteSwapped: false, byteCount: voidByteCount, isPad: true)
        }
        guard record.byteCount > 0 || reading.contains(.itemsWithoutBytes) else { throw error(.zeroSize, at: 0) }
        nodes?.close(0, byteCount: record.byteCount, count: record.valueCount)
        return Format(
            itemByteCount: record.byteCount,
            alignment: record.byteAlignment,
            kind: kind,
            isByteSwapped: mode.isByteSwapped && kind?.isSwappable == true,
            isReadable: !isOpaque && nesting.deepest <= Format.valueDepthLimit && record.hasFewObjects,
            holdsReferences: holdsReferences,
            isOpaque: isOpaque,
            isNativeSingleLetter: kind != nil && voidByteCount == nil && isKnownSingleLetter)
    }

    /// Reads an item and its name, if it has one, and places it behind the members before it.
    ///
    /// Whether it is aligned depends on the mode after it: behind a `T{}`, on the last prefix inside.
    mutating func readMember(into record: inout FormatRecord, depth: Int) throws(FormatError) -> Member {
        let node = nodes?.count ?? 0
        memberOffset = saturatingSum(structOffset, record.byteCount)
        let start = record.byteCount
        let item = try readItem(depth: depth)
        // An aligned `T{}` is padded to its alignment already, so there is never padding between its repeats.
        let alignment = mode.isAligned && !reading.contains(.allPadsWritten) ? item.byteAlignment : 1
        guard record.append(byteCount: item.byteCount, byteAlignment: alignment) else {
            throw error(.sizeOverflow, at: item.codeOffset)
        }
        let byteOffset = record.byteCount &- item.byteCount
        let nameRange = try readName()
        notePads(around: item, from: start, to: byteOffset, isNamed: nameRange != nil)
        // A pad is a value only as a member with a name, which is how NumPy writes void; outside of any `T{}` it is no value, but a
        // member that can be asked for by its name.
        let isValue = !item.isPad || (nameRange != nil && depth > 0)
        if isValue {
            record.appendValues(item.valueCount, objectCount: item.objectCount)
        }
        if item.isPad && nameRange == nil {
            nodes?.drop(from: node)
        } else {
            nodes?.place(node, byteOffset: byteOffset, isValue: isValue && item.valueCount > 0, name: nameRange)
        }
        return Member(item: item, byteOffset: byteOffset, nameRange: nameRange)
    }

    /// Notes whether the pads in front of a member, or those that it is, could be somebody else's.
    private mutating func notePads(around item: Item, from start: Int, to byteOffset: Int, isNamed: Bool) {
        if byteOffset != start || (item.isStruct && item.byteCount == 0) { hasOpenPads = true }
        if item.isPad && !isNamed {
            if isBehindStruct && item.byteCount > 0 { hasOpenPads = true }
        } else if item.isStruct || item.byteCount > 0 {
            isBehindStruct = item.isStruct
        }
    }

    /// Reads an item: a code, with its byte order, shape and count.
    private mutating func readItem(depth: Int) throws(FormatError) -> Item {
        if readPrefix() { skipWhitespace() }
        let firstNode = nodes?.count ?? 0
        let outerNesting = nesting.current
        // Lists, and what they have in them: one object, or as many as the numbers say.
        var lists = 0
        var repeats = 1
        var hasShape = false
        // A sub-array of sub-arrays has one shape behind the other, as NumPy writes it.
        while current == UInt8(ascii: "(") {
            hasShape = true
            while let dimension = try readDimension() {
                nodes?.open(.list, count: dimension.count)
                nesting.enter()
                lists = saturatingSum(lists, repeats)
                repeats = try product(repeats, dimension.count, at: dimension.offset)
            }
            _ = readPrefix()
        }
        let countOffset = position
        let count = try readNumber() ?? 1
        let codeOffset = position
        let codeMode = mode
        let isBitField = current == UInt8(ascii: "t") && reading.contains(.bitFields)
        let countsUnits = isBitField || FormatCode.countsUnits(current)
        let isPad = current == UInt8(ascii: "x")
        // Outside of any `T{}` a count says how many values there are, as for struct; inside, how long a sub-array is.
        let isRun = count != 1 && !countsUnits && depth == 0 && !hasShape
        if count != 1 && !countsUnits {
            nodes?.open(isRun ? .run : .list, count: count)
            nesting.enter()
            lists = saturatingSum(lists, repeats)
        }
        let elementNode = nodes?.count ?? 0
        let code = try readCode(depth: depth)
        let codeByteCount = try product(code.byteCount, count, at: codeOffset)
        let byteCount = try product(codeByteCount, repeats, at: codeOffset)
        let elementByteCount = countsUnits ? codeByteCount : code.byteCount
        if !code.isStruct {
            if mode.isAligned && reading.contains(.alignedByPads) && memberOffset & (code.byteAlignment &- 1) != 0 {
                throw error(.missingCode, at: codeOffset)
            }
            let kind = isPad ? .bytes : code.kind
            nodes?.openLeaf(
                kind, isByteSwapped: mode.isByteSwapped && kind?.isSwappable == true, byteCount: elementByteCount, isPad: isPad)
        }
        nodes?.setText(
            of: elementNode, from: countsUnits ? countOffset : codeOffset, to: position, prefix: codeMode.prefix)
        nodes?.closeLists(from: firstNode)
        nesting.leave(to: outerNesting)
        let isScalar = !hasShape && (count == 1 || countsUnits)
        let elements = countsUnits ? repeats : saturatingProduct(repeats, count)
        return Item(
            byteCount: byteCount, byteAlignment: code.byteAlignment, kind: isScalar ? code.kind : nil, isPad: isPad,
            isVoid: isPad && isScalar, isStruct: code.isStruct, valueCount: isRun ? count : 1,
            objectCount: saturatingSum(lists, saturatingProduct(elements, code.objectCount)),
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
            // What it points to stands somewhere else.
            let node = nodes?.count ?? 0
            _ = try readItem(depth: deeper(depth, at: offset))
            nodes?.drop(from: node)
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
            guard reading.contains(.bitFields) else { throw error(.unsupported, at: offset) }
            isOpaque = true
            return FormatCode(byteCount: 0, byteAlignment: 1)
        default:
            return try readLetters(letter, at: offset)
        }
    }

    /// Reads a code that is in the table: a letter, already read, or `Z` and one more.
    private mutating func readLetters(_ letter: UInt8, at offset: Int) throws(FormatError) -> FormatCode {
        if reading.contains(.ctypesCodes), let code = FormatCode(ctypesLetter: letter, next: current, mode: mode) {
            if code.kind == nil { isOpaque = true }
            return code
        }
        if letter == UInt8(ascii: "u") && reading.contains(.wideCharacters) { return FormatCode(.ucs4) }
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
        let node = nodes?.count ?? 0
        nodes?.open(.tuple)
        let outerNesting = nesting.current
        nesting.enter()
        let outerOffset = structOffset
        structOffset = memberOffset
        var record = FormatRecord()
        skipWhitespace()
        while let byte = current {
            guard byte != UInt8(ascii: "}") else {
                // NumPy's rule: the mode at the end decides, not the one at the start.
                let end = record.byteCount
                guard !mode.isAligned || reading.contains(.allPadsWritten) || record.padAtEnd() else {
                    throw error(.sizeOverflow, at: position)
                }
                if record.byteCount != end && (depth > 1 || isBehindStruct) { hasOpenPads = true }
                position &+= 1
                nodes?.close(node, byteCount: record.byteCount, count: record.valueCount)
                nesting.leave(to: outerNesting)
                structOffset = outerOffset
                return FormatCode(structOf: record)
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
    struct Item {
        /// With all its repeats.
        var byteCount: Int
        /// What the item would ask for in aligned mode.
        var byteAlignment: Int
        /// nil if the item is not one scalar.
        var kind: ScalarKind?
        /// Whether the code is `x`.
        var isPad: Bool
        /// Whether it is pads without a shape.
        var isVoid: Bool
        /// Whether the code is `T{}`.
        var isStruct: Bool
        /// How many values it adds to the tuple that it stands in.
        var valueCount: Int
        /// How many Python objects it is made of, all those inside of others included; `Int.max` for more.
        var objectCount: Int
        var codeOffset: Int
    }

    /// An item where it stands.
    struct Member {
        var item: Item
        /// From the start of the `T{}`, or of the text outside of any.
        var byteOffset: Int
        var nameRange: Range<Int>?
    }
}

/// How deep a value stands in tuples and lists.
struct FormatNesting {
    private(set) var current = 0
    /// The largest that `current` has been.
    private(set) var deepest = 0

    /// One level deeper: no more than one for each byte of the text.
    mutating func enter() {
        current &+= 1
        deepest = max(deepest, current)
    }

    mutating func leave(to outer: Int) {
        current = outer
    }
}

/// The sum of two numbers that are not negative; `Int.max` if it is larger.
func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflows) = a.addingReportingOverflow(b)
    return overflows ? Int.max : sum
}

/// The product of two numbers that are not negative; `Int.max` if it is larger.
func saturatingProduct(_ a: Int, _ b: Int) -> Int {
    let (product, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? Int.max : product
}
