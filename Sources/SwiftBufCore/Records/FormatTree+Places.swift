// What a witness says of a tree: where members stand, how large structs are, which members are not what the text says.
//
// Nothing here is believed: `writeText` refuses members that overlap or reach out of their struct, and the text that it writes is what
// counts afterwards.

extension FormatTree {
    /// Says where a member stands, in bytes from the start of the tuple that it stands in.
    public mutating func place(_ member: Int, at byteOffset: Int) {
        change(member) { $0.byteOffset = byteOffset }
    }

    /// Says how many bytes a tuple has.
    public mutating func resize(_ tuple: Int, to byteCount: Int) {
        change(tuple) { $0.byteCount = byteCount }
    }

    /// Says that a tuple has members that the format does not name.
    public mutating func addUnnamedMembers(to tuple: Int) {
        change(tuple) { $0.isBitField = true }
    }

    /// Says that a leaf has its bits in bytes that it shares with others.
    ///
    /// - Parameters:
    ///   - leaf: Its node.
    ///   - bitCount: How many they are; its text becomes `3t`.
    public mutating func makeBitField(_ leaf: Int, bitCount: Int) {
        change(leaf) {
            $0.kind = nil
            $0.isByteSwapped = false
            $0.byteCount = 0
            $0.isBitField = true
            $0.count = bitCount
        }
    }

    /// Says that a leaf is so many bytes of which nothing else is known.
    public mutating func makeBytes(_ leaf: Int, byteCount: Int) {
        change(leaf) {
            $0.kind = .bytes
            $0.isByteSwapped = false
            $0.byteCount = byteCount
            $0.isPad = true
        }
    }

    /// Says that a leaf is one character of C's `wchar_t`.
    public mutating func makeWideCharacter(_ leaf: Int) {
        change(leaf) {
            $0.kind = .ucs4
            $0.byteCount = 4
        }
    }

    /// Calls `body` with a node.
    private mutating func change(_ index: Int, _ body: (inout FormatNode) -> Void) {
        precondition(index >= 0 && index < count, "no such node")
        // SAFETY: checked above; the tree is this one's alone.
        unsafe body(&block[1 + index])
    }
}
