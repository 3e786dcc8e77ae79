// b['name']: one field of all items of a structured format, as a view. No byte moves.

import CPython
import CSwiftBuf
import SwiftBufCore

/// Makes a view of a field.
///
/// - Returns: A new reference; or nil with `TypeError` (the format has no fields), `ValueError` (none of that name) or `MemoryError` set.
func fieldView(of object: UnsafeMutablePointer<PyObject>, named name: UnsafeMutablePointer<PyObject>) -> NewReference {
    // SAFETY: the str caches its text, and outlives the call. Encoding it may run Python code, a codec's error handler: it comes first.
    var nameByteCount = 0
    guard let nameText = unsafe PyUnicode_AsUTF8AndSize(name, &nameByteCount) else { return nil }
    let name8 = unsafe Span<UInt8>(
        _unsafeStart: UnsafeRawPointer(nameText).assumingMemoryBound(to: UInt8.self), count: nameByteCount)
    var absence: FieldAbsence?
    let view = unsafe BufferHandle(object).pinnedReference { (pin) throws(ExceptionIsSet) in
        switch try pin.export.find(name8) {
        case .field(let field): return unsafe fieldView(of: pin, field)
        case .absent(let reason): absence = FieldAbsence(reason, in: pin.export)
        }
        return nil
    }
    // The name's own repr may do anything to the Buffer, which is pinned no more.
    if let absence { unsafe absence.raise(name) }
    return unsafe view
}

/// Makes a view of a field.
private func fieldView(of pin: PinnedBuffer, _ field: FormatField) -> NewReference {
    let export = pin.export
    let text = unsafe UnsafeRawPointer(export.pointer.pointee.format.unsafelyUnwrapped).assumingMemoryBound(to: UInt8.self)
    guard export.rank + field.rank <= Layout.maximumRank else {
        raise(.tooManyDimensions(export.rank + field.rank), from: .view)
        return nil
    }
    // The element's own text, with the prefix that is in force there.
    let elementByteCount = field.textRange.count + (field.prefix == 0 ? 0 : 1)
    return unsafe makeView(
        of: pin, rank: export.rank + field.rank, formatByteCount: elementByteCount + 1, indirect: export.isIndirect
    ) { (source, target) throws(ExceptionIsSet) in
        // `reserve` has made room: the text is put together where it will stand, and may get shorter there.
        let room = unsafe UnsafeMutableRawPointer(target.pointer.pointee.format.unsafelyUnwrapped)
        let prefixByteCount = elementByteCount - field.textRange.count
        if prefixByteCount == 1 { unsafe room.storeBytes(of: field.prefix, as: UInt8.self) }
        unsafe (room + prefixByteCount).copyMemory(from: text + field.textRange.lowerBound, byteCount: field.textRange.count)
        unsafe target.setFormat(
            ItemFormat(
                keeping: UnsafePointer(room.assumingMemoryBound(to: CChar.self)), byteCount: elementByteCount,
                itemByteCount: field.itemByteCount))
        for axis in 0..<source.rank {
            target.copyDimension(axis, from: source, axis: axis)
        }
        var stride = field.itemByteCount
        for step in 0..<field.rank {
            let axis = source.rank + field.rank - 1 - step
            unsafe target.shape[axis] = field.shape[field.rank - 1 - step]
            unsafe target.byteStrides[axis] = stride
            if target.isIndirect { unsafe target.pointer.pointee.suboffsets[axis] = -1 }
            stride = stride &* max(field.shape[field.rank - 1 - step], 1)
        }
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        try target.moveInsideItem(by: field.byteOffset, rank: source.rank)
        target.settleFieldAlignment()
    }
}

/// What is said of a field that is not there, when the Buffer is not looked at any more.
private struct FieldAbsence {
    /// Why there is no field.
    enum Reason: UInt8 {
        /// The format has other fields.
        case otherNames
        /// It has none.
        case noNames
        /// It may mean more than one thing, and the field is not the same in all.
        case doubtful
        /// It means nothing for items of this size.
        case notUnderstood
        /// The field has more dimensions than there may be.
        case tooManyDimensions
    }

    private let reason: Reason
    private let format: QuotedFormat

    init(_ reason: Reason, in export: ExportBlock) {
        self.reason = reason
        format = QuotedFormat(of: export)
    }

    /// Sets `TypeError` if there are no fields, as memoryview for any str; `NotImplementedError` if nobody knows where they are; else
    /// `ValueError`.
    func raise(_ name: UnsafeMutablePointer<PyObject>) {
        let kind: swiftbuf_exception
        let message: StaticString
        switch reason {
        case .otherNames: (kind, message) = (SWIFTBUF_VALUE_ERROR, "there is no field %R in format '%.200s'")
        case .noNames: (kind, message) = (SWIFTBUF_TYPE_ERROR, "field %R was asked for but format '%.200s' has no fields")
        case .doubtful:
            (kind, message) = (
                SWIFTBUF_NOT_IMPLEMENTED_ERROR,
                "where field %R stands cannot be known from format '%.200s', which leaves pads out: make the Buffer of the array itself"
            )
        case .notUnderstood:
            (kind, message) = (
                SWIFTBUF_NOT_IMPLEMENTED_ERROR,
                "field %R was asked for but format '%.200s' cannot be understood for items of this size"
            )
        case .tooManyDimensions:
            (kind, message) = (SWIFTBUF_VALUE_ERROR, "field %R of format '%.200s' has more than 64 dimensions")
        }
        unsafe format.withText { format in
            unsafe swiftbuf_raise_object(kind, cText(message), name, format)
        }
    }
}

/// What a name stands for.
private enum FieldSearch {
    case field(FormatField)
    case absent(FieldAbsence.Reason)
}

extension ExportBlock {
    /// Finds the field of a name.
    ///
    /// - Throws: With `MemoryError` set.
    fileprivate func find(_ name: Span<UInt8>) throws(ExceptionIsSet) -> FieldSearch {
        switch unsafe Int32(pointer.pointee.item_kind) {
        case SWIFTBUF_ITEM_DOUBTFUL: return try findDoubtful(name)
        case 0: return .absent(hasNames ? .notUnderstood : .noNames)
        default:
            return try withTree { (tree, text) in
                guard let member = tree.member(named: name, in: text) else {
                    return .absent(tree.hasNames ? .otherNames : .noNames)
                }
                guard let field = tree.field(at: member) else { return .absent(.tooManyDimensions) }
                return .field(field)
            }
        }
    }

    /// Finds a field that is the same in all readings of the format, and means by its own text what it means here.
    private func findDoubtful(_ name: Span<UInt8>) throws(ExceptionIsSet) -> FieldSearch {
        let text = self.text(byteCount: formatByteCount - 1)
        do throws(FormatTree.Failure) {
            let settlement = try FormatSettlement.settle(text, itemByteCount: itemByteCount)
            guard let member = settlement.member(named: name, in: text), let field = settlement.field(at: member) else {
                return .absent(settlement.hasMember(named: name, in: text) ? .doubtful : hasNames ? .otherNames : .noNames)
            }
            return .field(field)
        } catch {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
    }

    /// Whether there is a name in the format.
    private var hasNames: Bool {
        for index in 0..<formatByteCount where unsafe pointer.pointee.format[index] == CChar(UInt8(ascii: ":")) { return true }
        return false
    }

    /// Moves to another place inside of each item: behind the last pointer on the way to it.
    ///
    /// - Throws: With `NotImplementedError` set for a suboffset that no Int can count.
    fileprivate func moveInsideItem(by byteCount: Int, rank: Int) throws(ExceptionIsSet) {
        if let suboffsets = unsafe pointer.pointee.suboffsets {
            for step in 0..<rank where unsafe suboffsets[rank - 1 - step] >= 0 {
                unsafe suboffsets[rank - 1 - step] = try suboffset(suboffsets[rank - 1 - step], movedBy: byteCount)
                return
            }
        }
        unsafe pointer.pointee.buf = pointer.pointee.buf.unsafelyUnwrapped + byteCount
    }
}
