// `FormatSettlement`: what any text means for items of any size.

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
    guard let tree = settlement.tree.take() else {
        expect(!isCertain, "what is certain has a tree")
        return
    }
    expect(!isCertain || tree.itemByteCount <= itemByteCount, "a certain reading fits")
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
