// Two formats, value by value: whether their items are tuples and lists of the same form, and which scalar of one stands where
// which scalar of the other does.
//
// Comparing the scalars is not done here: who compares many items takes one pair after the other, and all items of each.

/// Scalars in a row of one format, and as many in a row of another that stand in the same places of the value.
@frozen
public struct FormatLeafPair: Sendable {
    /// One of the two scalars.
    @frozen
    public struct Leaf: Sendable {
        /// How it is read; nil if it cannot be read.
        public var kind: ScalarKind?
        /// Whether its byte order is not the machine's.
        public var isByteSwapped: Bool
        /// Of the first of the row, in bytes from the start of the item.
        public var byteOffset: Int
        /// Of one; the next one in the row stands this much further on.
        public var byteCount: Int
    }

    /// That of the format whose pairs are walked.
    public var first: Leaf
    /// That of the other one.
    public var second: Leaf
    /// How many there are in the row; above zero.
    public var count: Int
}

extension FormatTree {
    /// Whether the values of both formats are tuples and lists of the same lengths, and scalars in the same places.
    ///
    /// Of what kind the scalars are does not matter, and nothing inside an empty list. `4i` and `iiii` are the same, `i` and
    /// `T{i}` are not, nor `T{4i}`, which has a list, and `T{iiii}`.
    ///
    /// - Complexity: O(*n*) in the number of nodes.
    public borrowing func hasSameStructure(as other: borrowing FormatTree) -> Bool {
        // SAFETY: both trees outlive the walk.
        unsafe FormatPairWalk(first: nodes, second: other.nodes).isSame(root, other.root)
    }

    /// Calls `body` with all pairs of scalars, in their order.
    ///
    /// - Parameter body: Returns whether to go on.
    /// - Returns: Whether `body` always did; nil, without any call, unless the formats have the same structure.
    /// - Complexity: One call for each row of scalars: for each member, and for each of a list of tuples again.
    public borrowing func forEachLeafPair(with other: borrowing FormatTree, _ body: (FormatLeafPair) -> Bool) -> Bool? {
        // SAFETY: both trees outlive the walk.
        let walk = unsafe FormatPairWalk(first: nodes, second: other.nodes)
        guard unsafe walk.isSame(root, other.root) else { return nil }
        return unsafe walk.visit(root, nodes[root].byteOffset, other.root, other.nodes[other.root].byteOffset, body)
    }
}

/// The nodes of two trees that outlive it.
///
/// Recursion is as deep as values are nested: `Format.valueDepthLimit`.
@unsafe
private struct FormatPairWalk {
    let first: UnsafePointer<FormatNode>
    let second: UnsafePointer<FormatNode>

    // SAFETY (of all below): indices come from the nodes themselves, and those of a tree name nodes of that tree.

    func isSame(_ a: Int, _ b: Int) -> Bool {
        let (one, other) = unsafe (first[a], second[b])
        guard one.form == other.form else { return false }
        switch one.form {
        case .leaf:
            return true
        case .list, .run:
            guard one.count == other.count else { return false }
            return one.count == 0 ? true : unsafe isSame(a &+ 1, b &+ 1)
        case .tuple:
            guard one.count == other.count else { return false }
            return unsafe forEachMember(a, b) { unsafe isSame($0.node, $1.node) }
        }
    }

    func visit(_ a: Int, _ offset: Int, _ b: Int, _ otherOffset: Int, _ body: (FormatLeafPair) -> Bool) -> Bool {
        let one = unsafe first[a]
        switch one.form {
        case .leaf:
            return unsafe visitRow(a, offset, b, otherOffset, count: 1, body)
        case .list, .run:
            return unsafe visitRow(a &+ 1, offset, b &+ 1, otherOffset, count: one.count, body)
        case .tuple:
            return unsafe forEachMember(a, b) {
                unsafe visitRow(
                    $0.node, offset &+ $0.byteOffset, $1.node, otherOffset &+ $1.byteOffset, count: $0.count, body)
            }
        }
    }

    /// Visits elements in a row; lists of lists of scalars are one row.
    private func visitRow(
        _ a: Int, _ offset: Int, _ b: Int, _ otherOffset: Int, count: Int, _ body: (FormatLeafPair) -> Bool
    ) -> Bool {
        var (a, b, count) = (a, b, count)
        // Elements are packed, so a row of lists is a longer row. (Sizes inside of an empty list mean nothing.)
        while unsafe count > 0 && first[a].form == .list && second[b].form == .list {
            unsafe count = count &* first[a].count
            a &+= 1
            b &+= 1
        }
        guard count > 0 else { return true }
        let (one, other) = unsafe (first[a], second[b])
        if one.form == .leaf {
            return body(
                FormatLeafPair(
                    first: FormatLeafPair.Leaf(
                        kind: one.kind, isByteSwapped: one.isByteSwapped, byteOffset: offset, byteCount: one.byteCount),
                    second: FormatLeafPair.Leaf(
                        kind: other.kind, isByteSwapped: other.isByteSwapped, byteOffset: otherOffset,
                        byteCount: other.byteCount),
                    count: count))
        }
        for index in 0..<count {
            guard
                unsafe visit(
                    a, offset &+ index &* one.byteCount, b, otherOffset &+ index &* other.byteCount, body)
            else { return false }
        }
        return true
    }

    /// Values in a row of a tuple.
    struct Row {
        /// The node of each.
        var node: Int
        /// Of the first, from the start of the tuple.
        var byteOffset: Int
        var count: Int
    }

    /// Calls `body` with members of two tuples that stand in the same places, as many in a row as both have.
    private func forEachMember(_ a: Int, _ b: Int, _ body: (Row, Row) -> Bool) -> Bool {
        var (one, other) = unsafe (Cursor(first, in: a), Cursor(second, in: b))
        while let row = unsafe one.row, let otherRow = unsafe other.row {
            let count = min(row.count, otherRow.count)
            guard body(Row(node: row.node, byteOffset: row.byteOffset, count: count), otherRow) else { return false }
            unsafe one.advance(by: count)
            unsafe other.advance(by: count)
        }
        return true
    }

    /// A place among the values of a tuple.
    @unsafe
    struct Cursor {
        let nodes: UnsafePointer<FormatNode>
        var node: Int
        let end: Int
        /// How many values of a run are behind already.
        var done = 0

        init(_ nodes: UnsafePointer<FormatNode>, in tuple: Int) {
            unsafe self.nodes = nodes
            unsafe node = tuple &+ 1
            unsafe end = tuple &+ nodes[tuple].nodeCount
            unsafe passNoValues()
        }

        /// Goes on to the next member that is a value.
        private mutating func passNoValues() {
            while unsafe node < end && !nodes[node].isValue { unsafe node = node &+ nodes[node].nodeCount }
        }

        /// The values here; nil at the end of the tuple.
        var row: Row? {
            guard unsafe node < end else { return nil }
            let here = unsafe nodes[node]
            guard here.form == .run else { return unsafe Row(node: node, byteOffset: here.byteOffset, count: 1) }
            return unsafe Row(
                node: node &+ 1, byteOffset: here.byteOffset &+ done &* here.byteCount, count: here.count &- done)
        }

        mutating func advance(by count: Int) {
            unsafe done = done &+ count
            let here = unsafe nodes[node]
            guard unsafe here.form != .run || done == here.count else { return }
            unsafe done = 0
            unsafe node = node &+ here.nodeCount
            unsafe passNoValues()
        }
    }
}
