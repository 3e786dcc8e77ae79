// Whether the items of two buffers are equal as values, whatever their formats and strides.

import CPython
import CSwiftBuf
import CSwiftBufStorage
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

    /// Whether all of an item can be read.
    private var canBeRead: Bool { unsafe kind != nil || itemKind == UInt8(SWIFTBUF_ITEM_RECORD) }

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
    /// Runs no Python code but the handlers of signals; other threads may run meanwhile. What cannot be read as items is unequal.
    ///
    /// - Returns: nil, with an exception set: `MemoryError` if there is no room to compare records, or what a signal's handler raised.
    func equals(_ other: ComparedItems) -> Bool? {
        guard unsafe items.hasShape(of: other.items) else { return false }
        // Of texts without bytes an empty one is compared, as those of records are.
        let haveBytes = unsafe items.itemByteCount > 0 && other.items.itemByteCount > 0
        if let kind = unsafe kind, let otherKind = unsafe other.kind, haveBytes {
            return try? unsafe withoutGIL(forByteCount: items.byteCount) { (interruption: inout Interruption) in
                unsafe items.withItems { items in
                    unsafe other.items.withItems {
                        unsafe items.equals(
                            $0, kind: kind, swapped: isSwapped, otherKind: otherKind, otherSwapped: other.isSwapped, &interruption
                        )
                    }
                }
            }
        }
        guard unsafe canBeRead && other.canBeRead else { return false }
        // No item differs.
        if unsafe items.isEmpty { return true }
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

    private func equalsRecord(_ other: ComparedItems, _ tree: borrowing FormatTree, _ otherTree: borrowing FormatTree) -> Bool? {
        try? unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
            try unsafe withDimensionsRoom { (otherRoom) throws(ExceptionIsSet) in
                try unsafe withoutGIL(forByteCount: items.byteCount) { (interruption: inout Interruption) in
                    tree.forEachLeafPair(with: otherTree) { pair in
                        unsafe leavesAreEqual(pair, other, in: room, otherRoom, &interruption)
                    } ?? false
                }
            }
        }
    }

    /// Compares one scalar of all items, or a row of them.
    private func leavesAreEqual(
        _ pair: FormatLeafPair, _ other: ComparedItems, in room: DimensionsRoom, _ otherRoom: DimensionsRoom,
        _ interruption: inout Interruption
    ) -> Bool {
        for index in 0..<pair.count {
            let one = unsafe ComparedLeaf(pair.first, index, of: items, in: room)
            let counterpart = unsafe ComparedLeaf(pair.second, index, of: other.items, in: otherRoom)
            let areEqual = unsafe one.items.withItems { items in
                unsafe counterpart.items.withItems {
                    unsafe items.equals(
                        $0, kind: one.kind, swapped: one.isSwapped, otherKind: counterpart.kind,
                        otherSwapped: counterpart.isSwapped, &interruption)
                }
            }
            if !areEqual { return false }
        }
        return true
    }
}

/// One scalar of all items of a record.
@unsafe
private struct ComparedLeaf {
    let items: ItemsOperand
    let kind: ScalarKind
    let isSwapped: Bool

    /// The scalar at a place of a row.
    init(_ leaf: FormatLeafPair.Leaf, _ index: Int, of records: ItemsOperand, in room: DimensionsRoom) {
        unsafe isSwapped = leaf.isByteSwapped
        if leaf.byteCount == 0 {
            // A text of no bytes: an empty one stands for it, the same for all items.
            let isString = leaf.kind == .ucs2 || leaf.kind == .ucs4
            unsafe kind = isString ? .ucs2 : .pascal
            unsafe items = records.repeating(
                swiftbuf_memory_of_no_bytes(), byteCount: isString ? 2 : 1, in: room)
            return
        }
        // SAFETY: the tree says where in each item the scalar stands.
        unsafe kind = leaf.kind ?? .uint8
        unsafe items = records.part(
            at: leaf.byteOffset &+ index &* leaf.byteCount, byteCount: leaf.byteCount, in: room)
    }
}

/// Compiles a format's text.
private func compileFormat(_ text: UnsafePointer<CChar>, _ byteCount: Int) throws(FormatTree.Failure) -> FormatTree {
    // SAFETY: the text has that many bytes.
    try unsafe FormatTree(
        of: Span(_unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: byteCount), as: .kept)
}
