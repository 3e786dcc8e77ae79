// `FormatSettlement`: what any text means for items of any size, and that the text which takes its place means the same to everybody.

import SwiftBufCore

/// Settles a text for items of the size that it says, of some more bytes, and of fewer.
func checkSettlement(_ text: Span<UInt8>) {
    for reading in [FormatReading.kept, [.kept, .allPadsWritten]] {
        guard let said = (try? Format.parse(text, as: reading))?.itemByteCount else { continue }
        for size in [said, said.addingReportingOverflow(3).partialValue, said - 1] where size >= 0 && size < 1 << 40 {
            checkSettlement(text, size)
        }
    }
}

private func checkSettlement(_ text: Span<UInt8>, _ itemByteCount: Int) {
    guard var settlement = try? FormatSettlement.settle(text, itemByteCount: itemByteCount) else { return }
    checkNames(settlement, text)
    let isCertain = settlement.isCertain
    expect(settlement.certainty != .asWritten || isCertain, "what means what is written is certain")
    guard var tree = settlement.tree.take() else {
        expect(!isCertain, "what is certain has a tree")
        return
    }
    expect(!isCertain || tree.itemByteCount <= itemByteCount, "a certain reading fits")
    checkWritten(tree, text, itemByteCount)
    // A witness may say anything: the text is refused, or its members lie one behind the other.
    for index in 1..<max(tree.count, 1) where tree[index].form != .tuple {
        tree.place(index, at: Int(text[index % text.count]) - 3)
    }
    checkWritten(tree, text, itemByteCount)
}

/// Holds the text that takes the place of another one against the tree that it was written from: it says the same in every reading.
private func checkWritten(_ tree: borrowing FormatTree, _ text: Span<UInt8>, _ itemByteCount: Int) {
    guard let written = rewritten(tree, text, itemByteCount) else { return }
    for reading in [FormatReading.kept, [.kept, .allPadsWritten], [.kept, .allPadsWritten, .alignedByPads]] {
        guard let again = try? FormatTree(layoutOf: written.span, as: reading) else { fail("what was written is a format") }
        expect(again.itemByteCount == itemByteCount, "what was written has the size of the items")
        expect(again.saysSame(as: tree, written.span, text), "what was written says the same in every reading")
        for index in 0..<again.count where again[index].form == .leaf && !again[index].isPad {
            expect(again[index].prefix != 0, "no member that was written is aligned")
        }
    }
}

private func checkNames(_ settlement: borrowing FormatSettlement, _ text: Span<UInt8>) {
    var start: Int?
    for offset in text.indices where text[offset] == UInt8(ascii: ":") {
        if let first = start, let member = settlement.member(named: text.extracting(first..<offset), in: text) {
            expect(settlement.hasMember(named: text.extracting(first..<offset), in: text), "a member that is certain is one")
            _ = settlement.field(at: member)
        }
        start = offset + 1
    }
}

private func rewritten(_ tree: borrowing FormatTree, _ text: Span<UInt8>, _ itemByteCount: Int) -> [UInt8]? {
    guard let count = unsafe tree.writeText(from: text, itemByteCount: itemByteCount, to: nil) else { return nil }
    expect(count <= 64 * text.count + 64, "a text that is written is no longer than some times the other")
    var bytes = [UInt8](repeating: 0, count: count)
    let again = unsafe bytes.withUnsafeMutableBufferPointer {
        unsafe tree.writeText(from: text, itemByteCount: itemByteCount, to: $0.baseAddress)
    }
    expect(again == count, "a text is written as long as it was counted")
    return bytes
}
