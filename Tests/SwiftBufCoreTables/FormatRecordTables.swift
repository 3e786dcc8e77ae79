// What the values of an item are: each row is a text, and its nodes written as a person would.
//
// A leaf is its code (with the length of a text in bytes), `~` if it is swapped, and `@` its offset: `h@4`. A tuple is `(…)@4`, a list
// `[2*4 …]@4` with its elements and their bytes, a run `2*4 …@0`. What is at 0 has no `@`.

import SwiftBufCore

private let foreign = isLittleEndian ? ">" : "<"

private struct RecordRow {
    var text: String
    /// nil if items cannot be read.
    var nodes: String?
    var fact: StaticString

    init(_ text: String, _ nodes: String?, _ fact: StaticString) {
        self.text = text
        self.nodes = nodes
        self.fact = fact
    }
}

private let recordRows: [RecordRow] = [
    // Outside of T{}: struct's values.
    RecordRow("i", "i", "one scalar is its own value"),
    RecordRow("ix", "i", "a pad is no value"),
    RecordRow("xi", "i@4", "a scalar stands behind its pads"),
    RecordRow("i:a:", "i", "a name outside of T{} changes nothing"),
    RecordRow("xx", "()", "only pads are no values"),
    RecordRow("4x", "s4", "a pad alone is bytes, as NumPy's void is"),
    RecordRow("3x:raw:", "()", "a pad with a name outside of T{} is no value"),
    RecordRow("id", "(i d@8)", "two codes are a tuple"),
    RecordRow("i:a:d:b:", "(i d@8)", "two codes with names are a tuple"),
    RecordRow("4i", "(4*4 i)", "a count is that many values"),
    RecordRow("b4i", "(b 4*4 i@4)", "counted values start where the first does"),
    RecordRow("0ii", "i", "a count of 0 is no value"),
    RecordRow("b0i", "b", "a count of 0 at the end is no value"),
    RecordRow("3s", "s3", "the count of s is one value"),
    RecordRow("0si", "(s0 i)", "bytes of no length are a value"),
    RecordRow("5w", "w20", "UCS-4 text is one value"),
    RecordRow(foreign + "2u", "u4~", "UCS-2 text of the other byte order is one value"),
    RecordRow("2T{ib}", "(2*8 (i b@4))", "a counted T{} is that many tuples"),
    RecordRow("T{ib}b", "((i b@4) b@8)", "a T{} and a code are a tuple in a tuple"),
    RecordRow("T{}i", "(() i)", "an empty T{} is an empty tuple"),
    RecordRow("0T{d}b", "b", "no T{} at all is no value"),
    RecordRow("(2,3)h", "[2*6 [3*2 h]]", "a shape outside of T{} is lists"),
    RecordRow("(1)i", "[1*4 i]", "a shape of 1 is a list"),
    RecordRow("(2)(3)h", "[2*6 [3*2 h]]", "a shape behind a shape is lists in lists, as NumPy writes them"),
    RecordRow("T{(2)(3,4)" + foreign + "h:m:}", "([2*24 [3*8 [4*2 h~]]])", "so inside of a T{}"),
    RecordRow("(2)3i", "[2*12 [3*4 i]]", "a count behind a shape is a list in it"),
    RecordRow("(2)4s", "[2*4 s4]", "a length behind a shape is no list"),
    RecordRow("(2)xi", "i@4", "pads with a shape are no value"),
    RecordRow("(0)ib", "([0*4 i] b)", "a shape of 0 is an empty list"),
    RecordRow("b" + foreign + "h", "(b h~@1)", "each code has the byte order before it"),
    // Inside of T{}.
    RecordRow("T{i}", "(i)", "a T{} of one member is a tuple of one"),
    RecordRow("T{}i", "(() i)", "a T{} without members is a tuple of none"),
    RecordRow("T{i:a:d:b:}", "(i d@8)", "a T{} is a tuple of its members"),
    RecordRow("T{bxh}", "(b h@2)", "pads in a T{} are no members"),
    RecordRow("T{b:a:3x:raw:}", "(b s3@1)", "a pad with a name is bytes, as NumPy's void is"),
    RecordRow("T{b:a:(2)3x:raw:}", "(b [2*3 s3]@1)", "pads with a name and a shape are a list of bytes"),
    RecordRow("T{4i}", "([4*4 i])", "a count inside a T{} is a list"),
    RecordRow("T{0ib}", "([0*4 i] b)", "a count of 0 inside a T{} is an empty list"),
    RecordRow("T{1i}", "(i)", "a count of 1 inside a T{} is the value"),
    RecordRow("T{2T{hb}:n:b}", "([2*4 (h b@2)] b@8)", "a counted T{} inside a T{} is a list of tuples"),
    RecordRow("T{bT{bT{d}}}", "(b (b (d)@8)@8)", "T{} in T{} are tuples in tuples, each at its own place"),
    RecordRow("T{b:a:=d:b:^g:g:}", "(b d@1 g@9)", "a packed record of NumPy"),
    RecordRow("T{b:a:xxxxxxx(2,3)>d:b:@5w:c:}", "(b [2*24 [3*8 d~]]@8 w20@56)", "an aligned record of NumPy"),
    RecordRow(foreign + "T{ZdZf?c}", "(Zd~ Zf~@16 ?@24 c@25)", "what is one byte has no byte order"),
    RecordRow("T{nNP}", "(q Q@8 P@16)", "sizes are integers of their size"),
    // What cannot be read.
    RecordRow("O", nil, "a reference is not read"),
    RecordRow("T{i:a:&d:p:}", nil, "a pointer is not read"),
    RecordRow("X{}", nil, "a function pointer is not read"),
    RecordRow("(1000000)T{}i", nil, "a million values without bytes are not read"),
    RecordRow("(1000000,0)ib", nil, "a million empty lists are not read"),
    RecordRow("9223372036854775807T{}i", nil, "as many values as there are numbers are not read"),
    RecordRow("(9223372036854775807,0,9223372036854775807)ib", nil, "nor are as many empty lists"),
]

/// Checks what the values of items are.
public func formatRecordTables(_ check: inout Check) {
    for row in recordRows {
        check.that(parse(row.text).format?.isReadable == (row.nodes != nil), row.fact)
        let nodes = rendered(row.text)
        check.that(nodes == row.nodes.map { Array($0.utf8) }, row.fact, nodes?.count ?? -1)
    }
    // No text has more nodes than there is room for: the ends of all are what the counts say.
    for row in recordRows {
        guard let tree = try? FormatTree(of: Array(row.text.utf8).span) else { continue }
        check.that(tree.count <= row.text.utf8.count + 1, "a text of n bytes has at most n + 1 nodes", tree.count)
        check.that(tree[tree.root].nodeCount + tree.root <= tree.count, "the root has no other nodes", tree.count)
    }
    nestingFacts(&check)
}

private func nestingFacts(_ check: inout Check) {
    let limit = Format.valueDepthLimit
    for depth in [limit - 1, limit, limit + 1] {
        var text: [UInt8] = Array("(1".utf8)
        for _ in 1..<depth { text += Array(",1".utf8) }
        text += Array(")b".utf8)
        check.that(parse(text).format != nil, "any number of dimensions is a format", depth)
        check.that(parse(text).format?.isReadable == (depth <= limit), "so deep are values read", depth)
        check.that(((try? FormatTree(of: text.span)) != nil) == (depth <= limit), "so deep is a tree", depth)
    }
    // Every T{} and every dimension in it is a level.
    let deepest = text("T{(1,1,1)", limit / 4)
    let braces = text("}", limit / 4)
    check.that(parse(deepest + Array("b".utf8) + braces).format?.isReadable == true, "T{} and dimensions are levels together")
    check.that(parse(deepest + Array("2b".utf8) + braces).format?.isReadable == false, "one more is too deep")
}

/// The nodes of a text; nil if its items cannot be read.
private func rendered(_ text: String) -> [UInt8]? {
    guard let tree = try? FormatTree(of: Array(text.utf8).span) else { return nil }
    var bytes: [UInt8] = []
    _ = render(tree, tree.root, into: &bytes)
    return bytes
}

/// - Returns: The index of the next node.
private func render(_ tree: borrowing FormatTree, _ index: Int, into bytes: inout [UInt8]) -> Int {
    let node = tree[index]
    var next = index + 1
    switch node.form {
    case .leaf:
        bytes += code(node)
    case .tuple:
        bytes += Array("(".utf8)
        while next < index + node.nodeCount {
            guard tree[next].isValue else {
                next += tree[next].nodeCount
                continue
            }
            if bytes.last != UInt8(ascii: "(") { bytes += Array(" ".utf8) }
            next = render(tree, next, into: &bytes)
        }
        bytes += Array(")".utf8)
    case .list, .run:
        if node.form == .list { bytes += Array("[".utf8) }
        bytes += decimal(node.count) + Array("*".utf8) + decimal(node.byteCount) + Array(" ".utf8)
        next = render(tree, next, into: &bytes)
        if node.form == .list { bytes += Array("]".utf8) }
    }
    if node.byteOffset != 0 { bytes += Array("@".utf8) + decimal(node.byteOffset) }
    return next
}

private func code(_ node: FormatNode) -> [UInt8] {
    guard let kind = node.kind else { return Array("!".utf8) }
    var bytes: [UInt8]
    switch kind {
    case .bytes: bytes = Array("s".utf8) + decimal(node.byteCount)
    case .pascal: bytes = Array("p".utf8) + decimal(node.byteCount)
    case .ucs2: bytes = Array("u".utf8) + decimal(node.byteCount)
    case .ucs4: bytes = Array("w".utf8) + decimal(node.byteCount)
    default: bytes = SwiftBufCoreTables.bytes(kind.nativeFormat) ?? []
    }
    if node.isByteSwapped { bytes += Array("~".utf8) }
    return bytes
}

/// A number in decimal digits.
func decimal(_ number: Int) -> [UInt8] {
    (number >= 10 ? decimal(number / 10) : []) + [UInt8(ascii: "0") + UInt8(number % 10)]
}
