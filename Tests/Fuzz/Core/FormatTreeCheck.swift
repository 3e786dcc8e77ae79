// The values of an item, as `FormatTree` writes them down: each lies in what it stands in, and the counts fit.

import SwiftBufCore

/// Compiles the text of a format, and looks at every node.
func checkTree(_ format: Format, _ text: Span<UInt8>) {
    do throws(FormatTree.Failure) {
        let tree = try FormatTree(of: text)
        expect(format.isReadable, "only what is readable has values")
        expect(tree.itemByteCount == format.itemByteCount, "values have the item's bytes")
        expect(tree[0].form == .tuple && tree[0].nodeCount == tree.count, "all nodes are in the first")
        expect(tree.root == 0 || tree[0].count == 1, "one value stands for itself")
        expect(tree[tree.root].isValue, "what has no value is no root")
        expect(tree[0].byteCount == format.itemByteCount, "the first node is the whole item")
        var walk = NodeWalk(itemByteCount: format.itemByteCount)
        walk.check(tree, 0, isReached: true)
        expect(!(format.kind != nil && walk.leafCount != 1), "a scalar is one leaf")
        // Lists of many tuples would take long.
        if walk.objectCount <= 2000 { checkPairs(tree, text, walk) }
    } catch {
        expect(error == .outOfMemory || !format.isReadable, "what is readable has values")
    }
}

/// A walk over the nodes of a tree.
private struct NodeWalk {
    let itemByteCount: Int
    var leafCount = 0
    /// Values, with all repeats; no more than a million.
    var objectCount = 0
    private var repeats = 1
    private static var limit: Int { 1_000_000 }

    init(itemByteCount: Int) {
        self.itemByteCount = itemByteCount
    }

    /// Looks at a node and all in it.
    ///
    /// - Parameter isReached: Whether there are such values; in an empty list there are none, and sizes mean nothing.
    /// - Returns: The bytes of the value.
    @discardableResult
    mutating func check(_ tree: borrowing FormatTree, _ index: Int, isReached: Bool) -> Int {
        let node = tree[index]
        objectCount = min(objectCount + repeats, Self.limit)
        expect(node.count >= 0 && node.byteOffset >= 0 && node.nodeCount >= 1, "no number of a node is negative")
        expect(index + node.nodeCount <= tree.count, "a node ends before its tree")
        switch node.form {
        case .leaf:
            leafCount += 1
            checkLeaf(node, isReached: isReached)
            return node.byteCount
        case .list, .run:
            let element = tree[index + 1]
            expect(node.nodeCount == element.nodeCount + 1, "a list is one node and its element's")
            let outer = repeats
            repeats = min(Int(clamping: Int128(repeats) * Int128(node.count)), Self.limit)
            let isReached = isReached && node.count > 0
            let byteCount = check(tree, index + 1, isReached: isReached)
            repeats = outer
            expect(!isReached || byteCount == node.byteCount, "a list has the size of its element")
            return node.byteCount &* node.count
        case .tuple:
            checkTuple(tree, index, isReached: isReached)
            return node.byteCount
        }
    }

    private mutating func checkLeaf(_ node: FormatNode, isReached: Bool) {
        guard let kind = node.kind else { fail("a leaf has a kind") }
        expect(node.nodeCount == 1 && node.count == 1, "a leaf is one value")
        expect(
            kind.isText ? node.byteCount % kind.byteCount == 0 : node.byteCount == kind.byteCount, "a leaf has its kind's size")
        expect(!node.isByteSwapped || kind.isSwappable, "only what is wider than a byte is swapped")
    }

    private mutating func checkTuple(_ tree: borrowing FormatTree, _ index: Int, isReached: Bool) {
        let node = tree[index]
        var values = 0
        var end = 0
        var next = index + 1
        while next < index + node.nodeCount {
            let member = tree[next]
            if member.isValue {
                values = Int(clamping: Int128(values) + Int128(member.form == .run ? member.count : 1))
            }
            let byteCount = check(tree, next, isReached: isReached)
            if isReached {
                expect(member.byteOffset >= end, "members stand one behind the other")
                let sum = member.byteOffset.addingReportingOverflow(byteCount)
                expect(!sum.overflow && sum.partialValue <= node.byteCount, "a member lies in its tuple")
                end = sum.partialValue
            }
            next += member.nodeCount
        }
        expect(next == index + node.nodeCount, "the nodes of a tuple are those of its members")
        expect(!isReached || values == node.count, "a tuple has as many values as its members")
    }
}

/// Holds a tree against itself.
private func checkPairs(_ tree: borrowing FormatTree, _ text: Span<UInt8>, _ walk: NodeWalk) {
    expect(tree.hasSameStructure(as: tree), "a format has its own structure")
    var end = 0
    let isWhole = tree.forEachLeafPair(with: tree) { pair in
        expect(pair.first.kind == pair.second.kind && pair.first.byteOffset == pair.second.byteOffset, "a pair is a leaf twice")
        expect(pair.count > 0 && pair.first.byteOffset >= end, "leaves come in their order")
        end = pair.first.byteOffset + pair.first.byteCount * pair.count
        expect(end <= walk.itemByteCount, "leaves lie in the item")
        return true
    }
    expect(isWhole == true, "a format pairs with itself")
    expect(tree.saysSame(as: tree, text, text), "a format says the same as itself")
    let settlement = try? FormatSettlement.settle(text, itemByteCount: tree.itemByteCount, trustsStrides: true)
    let isSame = Format.describesSameItems(text, text, itemByteCount: tree.itemByteCount)
    expect(isSame == settlement?.isCertain, "a format describes its own items, unless it may mean others as well")
}
