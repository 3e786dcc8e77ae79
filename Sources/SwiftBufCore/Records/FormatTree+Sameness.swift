// Whether two trees say the same of each item: the same scalars at the same places, under the same names.
//
// Each node is looked at once: what an array says of its elements it says of all.

extension FormatTree {
    /// Whether items of both are the same bytes: values of the same form, scalars of the same kinds and byte orders, at the same offsets.
    ///
    /// How it is written does not matter: prefixes, pads, `l` or `q`, a size of the whole that ends behind the last member. Leaves that
    /// cannot be read are the same if they have the same bytes.
    ///
    /// - Parameters:
    ///   - text: The text that this tree was compiled from; nil if names do not matter.
    ///   - otherText: That of the other one.
    /// - Complexity: O(*n*) in the number of nodes, and in the length of the names.
    public borrowing func saysSame(as other: borrowing FormatTree, _ text: Span<UInt8>, _ otherText: Span<UInt8>) -> Bool {
        // Not from the root on: pads may stand in front of it.
        isSame(0, other, 0, text, otherText)
    }

    /// Whether structs have the same sizes as in another tree of the same text.
    public borrowing func hasSameSizes(as other: borrowing FormatTree) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index].form == .tuple && self[index].byteCount != other[index].byteCount {
            // What stands outside of any struct has the size of the item.
            if index > 0 { return false }
        }
        return true
    }

    /// Whether a member of this tree is the same as one of another: at the same place, and in itself.
    public borrowing func saysSame(
        ofMember member: Int, as other: borrowing FormatTree, _ otherMember: Int, _ text: Span<UInt8>, _ otherText: Span<UInt8>
    ) -> Bool {
        self[member].byteOffset == other[otherMember].byteOffset && isSame(member, other, otherMember, text, otherText)
    }

    private borrowing func isSame(
        _ a: Int, _ other: borrowing FormatTree, _ b: Int, _ text: Span<UInt8>, _ otherText: Span<UInt8>
    ) -> Bool {
        let (one, two) = (self[a], other[b])
        guard one.form == two.form else { return false }
        switch one.form {
        case .leaf:
            return one.kind == two.kind && one.byteCount == two.byteCount && one.isByteSwapped == two.isByteSwapped
        case .list, .run:
            guard one.count == two.count else { return false }
            if one.count == 0 { return true }
            guard one.count == 1 || one.byteCount == two.byteCount else { return false }
            return isSame(a &+ 1, other, b &+ 1, text, otherText)
        case .tuple:
            guard one.count == two.count, one.isBitField == two.isBitField else { return false }
            var (place, otherPlace) = (Place(a, in: self), Place(b, in: other))
            while !place.isAtEnd && !otherPlace.isAtEnd {
                let (member, otherMember) = (self[place.node], other[otherPlace.node])
                let (row, otherRow) = (place.row(member), otherPlace.row(otherMember))
                guard row.byteOffset == otherRow.byteOffset,
                    hasSameName(place.node, other, otherPlace.node, text, otherText),
                    isSame(row.node, other, otherRow.node, text, otherText)
                else { return false }
                let count = min(row.count, otherRow.count)
                guard count == 1 || row.stride == otherRow.stride else { return false }
                place.advance(by: count, in: self)
                otherPlace.advance(by: count, in: other)
            }
            return place.isAtEnd && otherPlace.isAtEnd
        }
    }

    private borrowing func hasSameName(
        _ a: Int, _ other: borrowing FormatTree, _ b: Int, _ text: Span<UInt8>, _ otherText: Span<UInt8>
    ) -> Bool {
        guard let name = name(of: a, in: text), let otherName = other.name(of: b, in: otherText) else {
            return self[a].nameByteCount < 0 && other[b].nameByteCount < 0
        }
        guard name.count == otherName.count else { return false }
        for index in name.indices where name[index] != otherName[index] { return false }
        return true
    }
}

/// A place among the values of a tuple, where a count stands for that many values.
private struct Place {
    /// The node of the member.
    private(set) var node: Int
    private let end: Int
    /// How many values of it are behind already.
    private var done = 0

    init(_ tuple: Int, in tree: borrowing FormatTree) {
        node = tuple &+ 1
        end = tuple &+ tree[tuple].nodeCount
        passNoValues(tree)
    }

    var isAtEnd: Bool { node >= end }

    /// The values here, in a row.
    func row(_ member: FormatNode) -> (node: Int, byteOffset: Int, count: Int, stride: Int) {
        guard member.form == .run else { return (node, member.byteOffset, 1, 0) }
        return (node &+ 1, member.byteOffset &+ done &* member.byteCount, member.count &- done, member.byteCount)
    }

    mutating func advance(by count: Int, in tree: borrowing FormatTree) {
        let member = tree[node]
        done = done &+ count
        guard member.form != .run || done == member.count else { return }
        done = 0
        node = node &+ member.nodeCount
        passNoValues(tree)
    }

    private mutating func passNoValues(_ tree: borrowing FormatTree) {
        while node < end && !tree[node].isValue { node = node &+ tree[node].nodeCount }
    }
}
