// Whether the items of two buffers have the same format: whether their bytes mean the same.

import CPython
import CSwiftBuf
import SwiftBufCore

extension ExportBlock {
    /// Whether items here and there have one format: the same kind, size and byte order, or the same text.
    func hasSameItems(as other: ExportBlock) -> Bool {
        unsafe hasSameItems(
            kind: other.pointer.pointee.item_kind, itemByteCount: other.itemByteCount, text: other.pointer.pointee.format,
            textByteCount: other.formatByteCount - 1)
    }

    /// As above, for a format of somebody else.
    func hasSameItems(as format: ItemFormat) -> Bool {
        unsafe hasSameItems(
            kind: format.itemKind, itemByteCount: format.format.itemByteCount,
            text: format.text.assumingMemoryBound(to: CChar.self), textByteCount: format.byteCount)
    }

    private func hasSameItems(
        kind: UInt8, itemByteCount: Int, text: UnsafePointer<CChar>, textByteCount: Int
    ) -> Bool {
        guard itemByteCount == self.itemByteCount, unsafe kind == pointer.pointee.item_kind else { return false }
        // A kind says all: `l` and `q` are the same, and so are texts of one length.
        if itemKind != nil { return true }
        // SAFETY: both texts have that many bytes.
        let other = unsafe Span(
            _unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: textByteCount)
        let own = self.text(byteCount: formatByteCount - 1)
        if own.count == other.count {
            var isSameText = true
            for index in own.indices where own[index] != other[index] {
                isSameText = false
                break
            }
            if isSameText { return true }
        }
        // Formats of records say the same if the same scalars stand at the same places, under the same names.
        guard itemIsRecord, let tree = try? FormatTree(of: own, as: .kept),
            let otherTree = try? FormatTree(of: other, as: .kept)
        else { return false }
        return tree.saysSame(as: otherTree, own, other)
    }
}
