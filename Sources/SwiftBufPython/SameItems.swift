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
        guard textByteCount == formatByteCount - 1 else { return false }
        for index in 0..<textByteCount where unsafe text[index] != pointer.pointee.format[index] { return false }
        return true
    }
}
