// What texts of NumPy and ctypes mean, where PEP 3118 alone does not say: each row is a text, the size of the items, how sure its meaning
// is, and the text that says it to everybody: it has the same size and the same values in each reading, and nothing in it is aligned.

import SwiftBufCore

private struct SettlementRow {
    var text: String
    var itemByteCount: Int
    var certainty: FormatSettlement.Certainty
    /// The text in which all pads are said; nil for an uncertain one.
    var written: String?
    var fact: StaticString

    init(
        _ text: String, _ itemByteCount: Int, _ certainty: FormatSettlement.Certainty, _ written: String?,
        _ fact: StaticString
    ) {
        self.text = text
        self.itemByteCount = itemByteCount
        self.certainty = certainty
        self.written = written
        self.fact = fact
    }
}

private let settlementRows: [SettlementRow] = [
    SettlementRow("d", 8, .asWritten, "^d", "a letter means what it says"),
    SettlementRow("d", 4, .unreadable, nil, "a letter of another size says nothing"),
    SettlementRow("B", 4, .unreadable, nil, "one value leaves no bytes over"),
    SettlementRow("2i", 8, .asWritten, "^2i", "values outside of T{} mean what they say"),
    SettlementRow("T{i:x:b:y:}", 8, .asWritten, "T{^i:x:b:y:3x}", "PEP 3118's pad at the end fits the size"),
    SettlementRow("T{i:x:b:y:}", 5, .rewritten, "T{^i:x:b:y:}", "without it NumPy's reading fits alone"),
    SettlementRow("T{i:x:b:y:}", 12, .rewritten, "T{^i:x:b:y:7x}", "what is behind the last member is a pad"),
    SettlementRow("T{i:x:d:y:}", 12, .unreadable, nil, "a text that says more than the size fits in no reading"),
    SettlementRow("T{T{i:x:b:y:}:p:xxxb:q:}", 9, .rewritten, "T{T{^i:x:b:y:}:p:3xb:q:}", "NumPy's nested struct has no pad"),
    SettlementRow("T{T{i:x:b:y:}:p:xxxb:q:}", 12, .ambiguous, nil, "where both readings fit nobody knows"),
    SettlementRow(
        "T{(2)T{i:x:b:y:}:p:xxxxxxb:q:}", 20, .ambiguous, nil,
        "of an array of structs NumPy does not say how far apart they are"),
    SettlementRow("T{(2)T{i:x:i:y:}:p:xxxxxxxx}", 24, .ambiguous, nil, "though they seem to have no pads"),
    SettlementRow(
        "T{(3,0)T{q:a:}:p:q:q:b:r:}", 16, .asWritten, "T{(3,0)T{^q:a:}:p:q:q:b:r:7x}",
        "unless there is none of them, whatever the shape is"),
    SettlementRow(
        "T{(0)T{(2)T{i:x:}:y:}:p:i:q:b:r:}", 8, .asWritten, "T{(0)T{(2)T{^i:x:}:y:}:p:i:q:b:r:3x}",
        "or what they stand in has none"),
    SettlementRow("T{(2)T{i:x:i:y:}:p:}", 16, .asWritten, "T{(2)T{^i:x:i:y:}:p:}", "unless there is no room for a pad"),
    SettlementRow(
        "T{(2)T{=i:x:b:y:3x}:p:b:q:3x}", 20, .asWritten, "T{(2)T{^i:x:b:y:3x}:p:b:q:3x}",
        "or the pad is said, which NumPy never does"),
    SettlementRow("T{T{i:x:b:y:}:p:i:q:}", 12, .asWritten, "T{T{^i:x:b:y:3x}:p:i:q:}", "both readings may say the same"),
    SettlementRow("T{<i:x:<b:y:3x}", 8, .asWritten, "T{^i:x:b:y:3x}", "ctypes says all pads, from CPython 3.12 on"),
    SettlementRow("T{<b:a:<i:b:}", 8, .ambiguous, nil, "before it says none"),
    SettlementRow("T{<P:p:<d:x:}", 16, .rewritten, "T{^P:p:d:x:}", "its pointers have their native size"),
    SettlementRow(
        "T{<z:s:<Z:w:<O:o:&<i:p:X{}:f:<d:x:}", 48, .rewritten, "T{^z:s:^Z:w:^O:o:^&<i:p:^X{}:f:^d:x:}",
        "what cannot be read is kept"),
    SettlementRow("T{<u:a:3x<d:x:}", 15, .ambiguous, nil, "whether its wide characters have two bytes or four is not said"),
    SettlementRow("T{<d:x:<u:a:}", 10, .asWritten, "T{^d:x:1u:a:}", "unless four are too many"),
    SettlementRow("T{<u:a:<h:b:}", 4, .asWritten, "T{^1u:a:h:b:}", "and two where only those do"),
    SettlementRow("<u", 4, .rewritten, "^1w", "a wide character alone is one of UCS-4"),
    SettlementRow("<P", 8, .rewritten, "^P", "a pointer alone is one"),
    SettlementRow("<g", longDoubleByteCount, .rewritten, "^g", "so is a long double"),
    SettlementRow("T{(2)(3)i:I:(2)=f:S:}", 32, .rewritten, "T{(2,3)^i:I:(2)f:S:}", "NumPy does not read its own shape of shapes"),
    SettlementRow("T{l:I:0w:S:}", 8, .asWritten, "T{^q:I:0w:S:}", "members may have no bytes"),
    SettlementRow("T{b:a:3x:raw:}", 4, .asWritten, "T{^b:a:3x:raw:}", "NumPy's void is a pad with a name"),
    SettlementRow("0x", 0, .asWritten, "^0x", "NumPy has items of no bytes"),
    SettlementRow("4x", 4, .asWritten, "^4x", "a pad alone is NumPy's void"),
    SettlementRow(
        "T{B:q:T{B:x:xxI:y:}:p:}", 8, .rewritten, "T{^B:q:T{B:x:2xI:y:}:p:}",
        "NumPy writes native letters by the place in the item"),
    SettlementRow("T{b:a:i:b:}", 8, .asWritten, "T{^b:a:3xi:b:}", "a pad that is not written is no text of NumPy's"),
    SettlementRow("T{xxxi:a:}", 8, .ambiguous, nil, "pads that lead to no aligned place may be all there are"),
    SettlementRow("T{xxxxi:a:}", 8, .asWritten, "T{4x^i:a:}", "pads that lead to an aligned place are"),
    SettlementRow("T{}", 0, .asWritten, "T{}", "so has it records of none"),
    SettlementRow("3xh", 6, .asWritten, "4x^h", "pads may stand in front of a value"),
    SettlementRow("h2x", 4, .asWritten, "^h2x", "and behind it"),
    SettlementRow("xx", 2, .asWritten, "0x2x", "more than one pad is no value, where one is bytes"),
    SettlementRow("0xx", 1, .asWritten, "0x1x", "however short"),
    SettlementRow("0x0x", 0, .asWritten, "0x0x", "also of no bytes"),
    SettlementRow("4x:a:", 4, .asWritten, "^4x:a:", "a pad with a name is a member"),
    SettlementRow("4x:a:3xh", 10, .asWritten, "^4x:a:4xh", "that can stand in front of a value, too"),
    SettlementRow("<u:a:", 4, .rewritten, "^1w:a:", "a value outside of T{} may have a name"),
    SettlementRow("4xT{i:x:}", 8, .asWritten, "4xT{^i:x:}", "a struct behind pads stays there"),
    SettlementRow("4xT{<P:p:}", 12, .rewritten, "4xT{^P:p:}", "whoever wrote it"),
    SettlementRow("T{i:x:}4x", 8, .asWritten, "T{^i:x:4x}", "pads behind a struct may be its own"),
    SettlementRow("T{i:x:}:p:", 4, .asWritten, "T{^i:x:}:p:", "but a struct with a name is a member"),
    SettlementRow(
        "T{>g:x:<g:y:}", 2 * longDoubleByteCount, .rewritten, "T{>g:x:^g:y:}",
        "a long double of the other byte order is not one of the machine's"),
    SettlementRow("Z>dg", 16 + longDoubleByteCount, .rewritten, "^Z>dg", "nor is it outside of any T{}"),
    SettlementRow("T{b:a:^&i:p:}", 1 + MemoryLayout<Int>.size, .asWritten, "T{^b:a:&i:p:}", "a pointer is packed like a number"),
    SettlementRow(
        "T{b:a:&@i:p:}", 2 * MemoryLayout<Int>.size, .asWritten, nil,
        "unless its own text ends in native mode: that is not written"),
    SettlementRow("T{3t:a:i:b:}", 4, .unreadable, nil, "bits have no size that anybody knows"),
    SettlementRow("T{i:a:", 4, .unreadable, nil, "what is no format means nothing"),
    SettlementRow("", 1, .unreadable, nil, "nor does an empty text"),
]

/// States what texts of others mean.
public func formatSettlementTables(_ check: inout Check) {
    for row in settlementRows {
        let text = Array(row.text.utf8)
        guard var settlement = try? FormatSettlement.settle(text.span, itemByteCount: row.itemByteCount) else {
            check.that(false, row.fact)
            continue
        }
        check.that(settlement.certainty == row.certainty, row.fact, Int(settlement.certainty.rawValue))
        guard let tree = settlement.tree.take() else {
            check.that(!settlement.isCertain, row.fact)
            continue
        }
        let written = rewritten(tree, text, row.itemByteCount)
        if settlement.isCertain {
            check.that(written == row.written.map { Array($0.utf8) }, row.fact, written?.count ?? -1)
        }
        guard let written else { continue }
        saysTheSame(&check, written, as: tree, text, row)
    }
    fieldsOfUncertainFormats(&check)
    placedMembers(&check)
}

/// States that a text means by itself what a tree says, in every reading: ours, and that of NumPy, which aligns what is in native mode.
private func saysTheSame(
    _ check: inout Check, _ written: [UInt8], as tree: borrowing FormatTree, _ text: [UInt8], _ row: SettlementRow
) {
    for reading in [FormatReading.kept, [.kept, .allPadsWritten], [.kept, .allPadsWritten, .alignedByPads]] {
        guard let again = try? FormatTree(layoutOf: written.span, as: reading) else {
            check.that(false, row.fact)
            continue
        }
        check.that(again.itemByteCount == row.itemByteCount, row.fact, again.itemByteCount)
        check.that(again.saysSame(as: tree, written.span, text.span), row.fact)
        for index in 0..<again.count where again[index].form == .leaf && !again[index].isPad {
            check.that(again[index].prefix != 0, row.fact, index)
        }
    }
}

/// A tree as the text in which all pads are said; nil if there is none.
private func rewritten(_ tree: borrowing FormatTree, _ source: [UInt8], _ itemByteCount: Int) -> [UInt8]? {
    guard let count = unsafe tree.writeText(from: source.span, itemByteCount: itemByteCount, to: nil) else {
        return nil
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let again = unsafe bytes.withUnsafeMutableBufferPointer {
        unsafe tree.writeText(from: source.span, itemByteCount: itemByteCount, to: $0.baseAddress)
    }
    return again == count ? bytes : nil
}

private func fieldsOfUncertainFormats(_ check: inout Check) {
    let text = Array("T{d:a:T{i:x:b:y:}:p:xxxb:q:}".utf8)
    guard let settlement = try? FormatSettlement.settle(text.span, itemByteCount: 24) else {
        check.that(false, "an uncertain format is settled")
        return
    }
    check.that(settlement.certainty == .ambiguous && settlement.wantsWitness, "an uncertain format wants a witness")
    for (name, isCertain) in [("a", true), ("p", true), ("q", false), ("x", false)] {
        let found = settlement.member(named: Array(name.utf8).span, in: text.span) != nil
        check.that(found == isCertain, "a member is certain if all readings say the same of it")
    }
}

/// A witness says where members are; what it says is checked when the text is written.
private func placedMembers(_ check: inout Check) {
    let text = Array("T{T{i:x:b:y:}:p:xxxb:q:}".utf8)
    for (offset, size, expected) in [
        (8, 5, "T{T{^i:x:b:y:}:p:3xb:q:3x}"), (8, 8, "T{T{^i:x:b:y:3x}:p:b:q:3x}"), (11, 8, "T{T{^i:x:b:y:3x}:p:3xb:q:}"),
        (7, 8, nil), (12, 8, nil), (8, 4, nil), (-1, 5, nil), (Int.max, 5, nil),
    ] as [(Int, Int, String?)] {
        guard var tree = try? FormatTree(layoutOf: text.span, as: .allPadsWritten) else {
            check.that(false, "NumPy's text is read without pads")
            continue
        }
        // The root is the outer struct; then come the inner one, its two members, and the one behind it.
        tree.resize(tree.root + 1, to: size)
        tree.place(tree.root + 4, at: offset)
        let written = rewritten(tree, text, 12)
        check.that(written == expected.map { Array($0.utf8) }, "members that overlap or reach out are not written", offset)
    }
    guard var tree = try? FormatTree(layoutOf: Array("T{<i:a:<h:c:2x}".utf8).span) else {
        check.that(false, "ctypes' text is read")
        return
    }
    tree.makeBitField(tree.root + 1, bitCount: 3)
    let written = rewritten(tree, Array("T{<i:a:<h:c:2x}".utf8), 8)
    check.that(
        written == Array("T{^3t:a:4xh:c:2x}".utf8), "a bit field is a member without bytes of its own", written?.count ?? -1)
    guard let written, let again = try? FormatTree(layoutOf: written.span, as: .kept) else { return }
    check.that(!again.isReadable && again.itemByteCount == 8, "an item with a bit field is not read as a whole")
}
