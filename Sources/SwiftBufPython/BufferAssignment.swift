// b[key] = value where the key names a view: a value fills it, an exporter's items are copied into it.
//
// What can run Python code comes first: the key is read, then the value is converted or its exporter asked. Only then is the target pinned
// and looked at, everything checked, and the first byte written: a refused assignment leaves the target as it was.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Assigns a value to the view that a key names.
///
/// - Throws: With `TypeError`, `ValueError`, `IndexError`, `BufferError`, `NotImplementedError` or `MemoryError` set, or what an exporter
///   raised.
@inline(never)
func assign(
    _ value: UnsafeMutablePointer<PyObject>, to key: KeyParts, of object: UnsafeMutablePointer<PyObject>
) throws(ExceptionIsSet) {
    // SAFETY (all of this file): CPython calls a slot with a Buffer and with arguments that it keeps alive.
    let target = unsafe BufferHandle(object)
    if unsafe swiftbuf_is_of_type(value, swiftbuf_type_of(object)) != 0 {
        if try unsafe assign(buffer: BufferHandle(value), to: key, of: target) { return }
        try unsafe fillSelection(key, of: target, with: target.packItem(ofOtherFormat: value, as: target.itemCode()))
        return
    } else if unsafe PyObject_CheckBuffer(value) != 0 {
        let isItem = try unsafe swiftbuf_is_bytes(value) != 0 ? target.itemCode().takesBytes : false
        if !isItem {
            var isRefused = false
            do throws(ExceptionIsSet) {
                if try unsafe !assign(exporter: value, to: key, of: target, isRefused: &isRefused) {
                    let item = try unsafe target.packItem(ofOtherFormat: value, as: target.itemCode())
                    try unsafe fillSelection(key, of: target, with: item)
                }
                return
            } catch {
                // A number may have a buffer that it cannot fill, of a type that PEP 3118 does not know: its value counts.
                guard isRefused, swiftbuf_raised_must_go_on() == 0 else { throw error }
                try unsafe fillSelection(key, of: target, with: target.packItem(insteadOfBufferOf: value, as: target.itemCode()))
                return
            }
        }
    }
    // Converting the value may run Python code: where it goes is looked up afterwards.
    try unsafe fillSelection(key, of: target, with: target.packItem(value, as: target.itemCode()))
}

/// Writes one value into all items of the view that a key names.
private func fillSelection(
    _ key: KeyParts, of target: BufferHandle, with packed: borrowing PackedItem
) throws(ExceptionIsSet) {
    try target.pinned { (pin) throws(ExceptionIsSet) in
        try unsafe withSelection(key, of: pin.export) { (items) throws(ExceptionIsSet) in
            try unsafe packed.withBytes { (bytes) throws(ExceptionIsSet) in
                try unsafe withoutGIL(forByteCount: items.byteCount) { (interruption: inout Interruption) in
                    unsafe items.withItems { items in unsafe items.fill(with: bytes, &interruption) }
                }
            }
        }
    }
}

/// Assigns the items of another Buffer, or of the same.
///
/// - Returns: False, with no exception set, for a single item of another format, which is converted like a value instead.
private func assign(
    buffer source: BufferHandle, to key: KeyParts, of target: BufferHandle
) throws(ExceptionIsSet) -> Bool {
    try source.pinned { (source) throws(ExceptionIsSet) in
        try target.pinned { (target) throws(ExceptionIsSet) in
            guard source.export.hasSameItems(as: target.export) else {
                if source.export.rank == 0 { return false }
                throw unsafe itemsDiffer(source.export.pointer.pointee.item_kind, target.export)
            }
            try unsafe assign(itemsOf: ItemsOperand(source.export), to: key, of: target.export)
            return true
        }
    }
}

/// Assigns the items of any other exporter.
///
/// - Parameter isRefused: Set to whether the exporter gave no buffer.
/// - Returns: False, with no exception set, for a single item of another format, which is converted like a value instead.
private func assign(
    exporter: UnsafeMutablePointer<PyObject>, to key: KeyParts, of target: BufferHandle, isRefused: inout Bool
) throws(ExceptionIsSet) -> Bool {
    isRefused = true
    return try unsafe withExporterView(of: exporter, for: .assignment) { (view) throws(ExceptionIsSet) in
        isRefused = false
        // Being asked, the exporter may have released or resized the target.
        return try target.pinned { (pin) throws(ExceptionIsSet) in
            let export = pin.export
            guard unsafe export.hasSameItems(as: view.format) else {
                if unsafe view.rank == 0 { return false }
                throw unsafe itemsDiffer(view.format.itemKind, export)
            }
            try unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
                unsafe view.describe(shape: room.shape, strides: room.strides, suboffsets: room.suboffsets)
                try unsafe assign(
                    itemsOf: ItemsOperand(
                        at: view.buf, rank: view.rank, in: room, indirect: view.isIndirect, itemByteCount: export.itemByteCount),
                    to: key, of: export)
            }
            return true
        }
    }
}

/// Copies items into the view that a key names, as often as its shape wants them.
///
/// - Precondition: Source and target are pinned.
private func assign(
    itemsOf source: ItemsOperand, to key: KeyParts, of export: ExportBlock
) throws(ExceptionIsSet) {
    try export.checkHoldsNoReferences()
    try unsafe withSelection(key, of: export) { (target) throws(ExceptionIsSet) in
        try unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
            try unsafe copy(source, into: target, aligning: room)
        }
    }
}

/// Describes the part of a Buffer that a key names.
///
/// - Precondition: The Buffer is pinned.
/// - Throws: With an exception set.
private func withSelection(
    _ key: KeyParts, of export: ExportBlock, _ body: (ItemsOperand) throws(ExceptionIsSet) -> Void
) throws(ExceptionIsSet) {
    let rank = try unsafe key.resultRank(rank: export.rank)
    try unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
        var selection = unsafe Selection(
            at: export.pointer.pointee.buf.unsafelyUnwrapped, shape: room.shape, strides: room.strides,
            suboffsets: export.isIndirect ? room.suboffsets : nil)
        try unsafe selection.select(key, of: export)
        try unsafe body(
            ItemsOperand(
                at: selection.buf, rank: rank, in: room, indirect: export.isIndirect, itemByteCount: export.itemByteCount))
    }
}

/// Says why items are not assigned: another format, or one of which nobody knows whether it is the same.
private func itemsDiffer(_ kind: UInt8, _ target: ExportBlock) -> ExceptionIsSet {
    if unsafe Int32(kind) == SWIFTBUF_ITEM_DOUBTFUL || Int32(target.pointer.pointee.item_kind) == SWIFTBUF_ITEM_DOUBTFUL {
        raise(
            .valueError,
            "assignment: where the fields of these items stand cannot be known from a format that leaves pads out: make the Buffer of the array itself"
        )
    } else {
        raise(.valueError, "assignment: the items have another format than those of this Buffer")
    }
    return ExceptionIsSet()
}

extension ItemCode {
    /// Whether a bytes object is one item, although it has a buffer.
    fileprivate var takesBytes: Bool { kind == .bytes || kind == .pascal || kind == .character }
}

extension ExportBlock {
    /// Refuses to write over references to objects, which nobody would count.
    ///
    /// - Throws: With `NotImplementedError` set.
    func checkHoldsNoReferences() throws(ExceptionIsSet) {
        if itemKind != nil || itemIsRecord { return }
        let format = unsafe ItemFormat(
            keeping: pointer.pointee.format, byteCount: formatByteCount - 1, itemByteCount: itemByteCount)
        if unsafe format.format.holdsReferences {
            raiseItemsNotReadable()
            throw ExceptionIsSet()
        }
    }
}
