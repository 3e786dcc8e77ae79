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
    let view = unsafe BufferHandle(object).pinnedReference { pin in
        if let field = pin.export.field(named: name8) { return unsafe fieldView(of: pin, field) }
        absence = FieldAbsence(in: pin.export)
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
    }
}

/// What is said of a field that is not there, when the Buffer is not looked at any more.
private struct FieldAbsence {
    private let hasFields: Bool
    private let format: QuotedFormat

    init(in export: ExportBlock) {
        hasFields = export.hasNames
        format = QuotedFormat(of: export)
    }

    /// Sets `ValueError` if the format has other fields, `TypeError`, as memoryview for any str, if it has none.
    func raise(_ name: UnsafeMutablePointer<PyObject>) {
        let text: StaticString =
            hasFields ? "there is no field %R in format '%.200s'" : "field %R was asked for but format '%.200s' has no fields"
        unsafe format.withText { format in
            unsafe swiftbuf_raise_object(
                hasFields ? SWIFTBUF_VALUE_ERROR : SWIFTBUF_TYPE_ERROR, cText(text), name, format)
        }
    }
}

extension ExportBlock {
    /// The field of a name; nil if there is none, or if the format is not understood.
    @inline(__always)
    fileprivate func field(named name: Span<UInt8>) -> FormatField? {
        // SAFETY: the text has that many bytes.
        let text = unsafe Span(
            _unsafeStart: UnsafeRawPointer(pointer.pointee.format.unsafelyUnwrapped).assumingMemoryBound(to: UInt8.self),
            count: formatByteCount - 1)
        guard let field = Format.field(named: name, in: text), formatSaysItemSize else { return nil }
        return field
    }

    /// Whether the format is understood: what says another size than `itemsize` has offsets that mean nothing.
    fileprivate var formatSaysItemSize: Bool {
        // SAFETY: the text has that many bytes.
        let text = unsafe Span(
            _unsafeStart: UnsafeRawPointer(pointer.pointee.format.unsafelyUnwrapped).assumingMemoryBound(to: UInt8.self),
            count: formatByteCount - 1)
        return (try? Format.parse(text))?.itemByteCount == itemByteCount
    }

    /// Whether there is a name in the format.
    fileprivate var hasNames: Bool {
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
