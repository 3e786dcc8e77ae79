// Whether the items of two buffers are equal as values, whatever their formats and strides.

import CPython
import CSwiftBuf
import SwiftBufCore

/// Items with their format.
@unsafe
struct ComparedItems {
    let items: ItemsOperand
    /// As the export block keeps it.
    let itemKind: UInt8
    /// The format's text.
    let text: UnsafePointer<CChar>
    let textByteCount: Int

    /// How an item is read; nil for a record and for what cannot be read.
    var kind: ScalarKind? { unsafe ScalarKind(rawValue: itemKind & ~UInt8(SWIFTBUF_ITEM_SWAPPED)) }

    var isSwapped: Bool { unsafe itemKind & UInt8(SWIFTBUF_ITEM_SWAPPED) != 0 }

    init(_ export: ExportBlock) {
        unsafe items = ItemsOperand(export)
        unsafe itemKind = export.pointer.pointee.item_kind
        unsafe text = UnsafePointer(export.pointer.pointee.format.unsafelyUnwrapped)
        unsafe textByteCount = export.formatByteCount - 1
    }

    init(_ items: ItemsOperand, format: ItemFormat) {
        unsafe self.items = items
        unsafe itemKind = format.itemKind
        unsafe text = format.text.assumingMemoryBound(to: CChar.self)
        unsafe textByteCount = format.byteCount
    }

    /// Whether both have one shape, and equal items.
    ///
    /// Runs no Python code; other threads may run meanwhile. What cannot be read as items is unequal.
    ///
    /// - Returns: nil, with `MemoryError` set, if there is no room to compare records.
    func equals(_ other: ComparedItems) -> Bool? {
        guard unsafe items.hasShape(of: other.items) else { return false }
        if let kind = unsafe kind, let otherKind = unsafe other.kind {
            return unsafe withoutGIL(forByteCount: items.byteCount) {
                unsafe items.withItems { items in
                    unsafe other.items.withItems {
                        unsafe items.equals(
                            $0, kind: kind, swapped: isSwapped, otherKind: otherKind, otherSwapped: other.isSwapped)
                    }
                }
            }
        }
        guard unsafe itemKind != 0 && other.itemKind != 0 else { return false }
        // No item differs.
        if unsafe items.byteCount == 0 { return true }
        return unsafe equalsRecord(other)
    }

    /// Compares items of which at least one side's are records: each scalar of all items with its counterpart.
    @inline(never)
    private func equalsRecord(_ other: ComparedItems) -> Bool? {
        do throws(FormatTree.Failure) {
            let tree = try unsafe compileFormat(text, textByteCount)
            let otherTree = try unsafe compileFormat(other.text, other.textByteCount)
            return unsafe equalsRecord(other, tree, otherTree)
        } catch {
            if error == .notReadable { return false }
            unsafe PyErr_NoMemory()
            return nil
        }
    }

    private func equalsRecord(_ other: ComparedItems, _ tree: borrowing FormatTree, _ otherTree: borrowing FormatTree) -> Bool {
        let state = unsafe items.byteCount >= gilReleaseThreshold ? PyEval_SaveThread() : nil
        let areEqual = try? unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
            try unsafe withDimensionsRoom { (otherRoom) throws(ExceptionIsSet) in
                tree.forEachLeafPair(with: otherTree) { pair in
                    unsafe leavesAreEqual(pair, other, in: room, otherRoom)
                } ?? false
            }
        }
        if let state = unsafe state {
            unsafe PyEval_RestoreThread(state)
        }
        return areEqual ?? false
    }

    /// Compares one scalar of all items, or a row of them.
    private func leavesAreEqual(
        _ pair: FormatLeafPair, _ other: ComparedItems, in room: DimensionsRoom, _ otherRoom: DimensionsRoom
    ) -> Bool {
        let (one, counterpart) = (pair.first, pair.second)
        for index in 0..<pair.count {
            // SAFETY: the tree says where in each item the scalar stands.
            let part = unsafe items.part(
                at: one.byteOffset &+ index &* one.byteCount, byteCount: one.byteCount, in: room)
            let otherPart = unsafe other.items.part(
                at: counterpart.byteOffset &+ index &* counterpart.byteCount, byteCount: counterpart.byteCount, in: otherRoom)
            let areEqual = unsafe part.withItems { items in
                unsafe otherPart.withItems {
                    items.equals(
                        $0, kind: one.kind, swapped: one.isByteSwapped, otherKind: counterpart.kind,
                        otherSwapped: counterpart.isByteSwapped)
                }
            }
            if !areEqual { return false }
        }
        return true
    }
}

/// Compiles a format's text.
private func compileFormat(_ text: UnsafePointer<CChar>, _ byteCount: Int) throws(FormatTree.Failure) -> FormatTree {
    // SAFETY: the text has that many bytes.
    try unsafe FormatTree(
        of: Span(_unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: byteCount))
}
