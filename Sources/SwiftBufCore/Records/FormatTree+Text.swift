// A tree as a text that every reader takes alike: all members packed (`^`, or the other byte order), each pad written out. Then nothing
// follows from an alignment, and it does not matter whether a reader pads nested structs.
//
// Written twice: once to learn how long it is, once into memory of that size.

import CSwiftBufStorage

extension FormatTree {
    /// Writes the format as a text in which all pads are said.
    ///
    /// - Parameters:
    ///   - source: The text that the tree was compiled from.
    ///   - itemByteCount: Bytes of an item, of which the last ones may be pads.
    ///   - target: Room for as many bytes as this function returned before; nil to count them.
    /// - Returns: Bytes of the text, without a NUL; nil if no text says it: members overlap, reach out of the item, or are too many to be
    ///   counted, pads without a name are a value, or a pointer's own text ends in native mode.
    @unsafe
    public borrowing func writeText(
        from source: Span<UInt8>, itemByteCount: Int, to target: UnsafeMutablePointer<UInt8>?
    ) -> Int? {
        var writer = unsafe TextWriter(target: target)
        if isOneStruct {
            guard write(tuple: 1, byteCount: itemByteCount, from: source, to: &writer) else { return nil }
        } else if isVoid {
            guard self[1].byteOffset == 0, self[1].byteCount == itemByteCount else { return nil }
            guard write(value: 1, from: source, to: &writer) else { return nil }
        } else {
            // Of pads alone the first would be bytes, if no other stood behind it.
            let isNothing = self[0].nodeCount == 1
            if isNothing { writer.write(countOfPads: 0) }
            guard let end = write(membersOf: 0, from: source, to: &writer), end <= itemByteCount else { return nil }
            if isNothing { writer.write(countOfPads: itemByteCount) } else { writer.write(padOf: itemByteCount - end) }
        }
        return writer.count
    }

    /// Whether the format is one `T{}` and nothing else, so that pads behind it may stand in it as well.
    private var isOneStruct: Bool {
        guard self[0].nodeCount > 1 else { return false }
        let first = self[1]
        return first.form == .tuple && first.nameByteCount < 0 && first.byteOffset == 0
            && first.nodeCount &+ 1 == self[0].nodeCount
    }

    /// Whether the format is a pad alone, which is bytes.
    private var isVoid: Bool { self[0].nodeCount == 2 && isPadWithoutName(1) }

    /// Whether a member is a pad that nobody would take for one.
    private borrowing func isPadWithoutName(_ member: Int) -> Bool {
        guard self[member].nameByteCount < 0 else { return false }
        var index = member
        while self[index].isListOrRun { index = index &+ 1 }
        return self[index].isPad
    }

    /// Writes a `T{}`, padded to its size.
    private borrowing func write(tuple: Int, byteCount: Int, from source: Span<UInt8>, to writer: inout TextWriter) -> Bool {
        writer.write(UInt8(ascii: "T"))
        writer.write(UInt8(ascii: "{"))
        if self[tuple].isBitField {
            // What the format does not name is a member all the same, which cannot be read.
            writer.write(UInt8(ascii: "0"))
            writer.write(UInt8(ascii: "t"))
        }
        guard let end = write(membersOf: tuple, from: source, to: &writer), end <= byteCount else { return false }
        writer.write(padOf: byteCount - end)
        writer.write(UInt8(ascii: "}"))
        return true
    }

    /// Writes all members of a tuple, with the pads between them.
    ///
    /// - Returns: Where the last one ends; nil if no text says it.
    private borrowing func write(membersOf tuple: Int, from source: Span<UInt8>, to writer: inout TextWriter) -> Int? {
        var end = 0
        var index = tuple &+ 1
        let last = tuple &+ self[tuple].nodeCount
        while index < last {
            let member = self[index]
            guard !isPadWithoutName(index) else { return nil }
            if !member.isBitField || member.form != .leaf {
                guard member.byteOffset >= end else { return nil }
                writer.write(padOf: member.byteOffset - end)
                guard let byteCount = packedByteCount(of: index) else { return nil }
                let (sum, overflows) = member.byteOffset.addingReportingOverflow(byteCount)
                guard !overflows else { return nil }
                end = sum
            }
            guard write(value: index, from: source, to: &writer) else { return nil }
            if let name = name(of: index, in: source) {
                writer.write(UInt8(ascii: ":"))
                writer.write(name)
                writer.write(UInt8(ascii: ":"))
            }
            index = index &+ member.nodeCount
        }
        return end
    }

    /// Writes a value with its shape.
    private borrowing func write(value: Int, from source: Span<UInt8>, to writer: inout TextWriter) -> Bool {
        var index = value
        if self[index].form == .list {
            var separator = UInt8(ascii: "(")
            while self[index].form == .list {
                writer.write(separator)
                writer.write(self[index].count)
                separator = UInt8(ascii: ",")
                index = index &+ 1
            }
            writer.write(UInt8(ascii: ")"))
        }
        // Outside of any `T{}` a count says how many values there are. NumPy takes a prefix in front of it alone.
        let isRun = self[index].form == .run
        let count = self[index].count
        if isRun { index = index &+ 1 }
        let node = self[index]
        if node.form == .tuple {
            if isRun { writer.write(count) }
            return write(tuple: index, byteCount: node.byteCount, from: source, to: &writer)
        }
        // What cannot be read is not swapped, but would be read in the machine's order: a long double.
        let isForeign = node.isByteSwapped || (node.kind == nil && node.prefix == foreignPrefix)
        writer.write(prefix: isForeign ? foreignPrefix : UInt8(ascii: "^"))
        if isRun { writer.write(count) }
        return write(leaf: node, from: source, to: &writer)
    }

    private borrowing func write(leaf node: FormatNode, from source: Span<UInt8>, to writer: inout TextWriter) -> Bool {
        if node.isBitField {
            writer.write(node.count)
            writer.write(UInt8(ascii: "t"))
            return true
        }
        guard let kind = node.kind else {
            let text = source.extracting(node.textOffset..<(node.textOffset &+ node.textByteCount))
            // A prefix in what a pointer points to holds behind it, and for the alignment of the pointer itself.
            for offset in text.indices where text[offset] == UInt8(ascii: "@") { return false }
            writer.write(text)
            writer.forgetPrefix()
            return true
        }
        if kind.isText {
            writer.write(node.byteCount / kind.byteCount)
            switch kind {
            case .pascal: writer.write(UInt8(ascii: "p"))
            case .ucs2: writer.write(UInt8(ascii: "u"))
            case .ucs4: writer.write(UInt8(ascii: "w"))
            default: writer.write(node.isPad ? UInt8(ascii: "x") : UInt8(ascii: "s"))
            }
            return true
        }
        guard let letters = kind.nativeFormat else { return false }
        writer.write(letters)
        return true
    }

    /// The bytes of a member with all its repeats; nil for more than there are numbers.
    private borrowing func packedByteCount(of member: Int) -> Int? {
        var index = member
        var count = 1
        while self[index].isListOrRun {
            let (product, overflows) = count.multipliedReportingOverflow(by: self[index].count)
            guard !overflows else { return nil }
            count = product
            index = index &+ 1
        }
        let (byteCount, overflows) = count.multipliedReportingOverflow(by: self[index].byteCount)
        return overflows ? nil : byteCount
    }
}

/// The prefix of the byte order that is not the machine's.
private var foreignPrefix: UInt8 {
    #if _endian(little)
        UInt8(ascii: ">")
    #else
        UInt8(ascii: "<")
    #endif
}

/// Bytes that are counted, and written if there is room.
@safe
private struct TextWriter {
    private let target: UnsafeMutablePointer<UInt8>?
    private(set) var count = 0
    private var prefix: UInt8 = 0

    /// - Precondition: The room is as large as what is written.
    @unsafe
    init(target: UnsafeMutablePointer<UInt8>?) {
        unsafe self.target = target
    }

    mutating func write(_ byte: UInt8) {
        // SAFETY: the precondition.
        unsafe target?[count] = byte
        count &+= 1
    }

    mutating func write(_ bytes: Span<UInt8>) {
        for index in bytes.indices { write(bytes[index]) }
    }

    mutating func write(_ letters: StaticString) {
        for index in 0..<letters.utf8CodeUnitCount { unsafe write(letters.utf8Start[index]) }
    }

    mutating func write(_ number: Int) {
        if number >= 10 { write(number / 10) }
        write(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }

    mutating func write(padOf byteCount: Int) {
        if byteCount > 1 { write(countOfPads: byteCount) } else if byteCount == 1 { write(UInt8(ascii: "x")) }
    }

    mutating func write(countOfPads byteCount: Int) {
        write(byteCount)
        write(UInt8(ascii: "x"))
    }

    /// Writes a prefix, unless it is in force.
    mutating func write(prefix: UInt8) {
        if prefix == self.prefix { return }
        write(prefix)
        self.prefix = prefix
    }

    mutating func forgetPrefix() {
        prefix = 0
    }
}
