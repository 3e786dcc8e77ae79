// cast(): the same bytes read as items of another format. No byte moves.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.cast(format, shape=None)`.
///
/// Where memoryview can cast without a shape (to or from bytes, of C-contiguous memory), the result is the same as its: one dimension.
/// Elsewhere it is that of `numpy.ndarray.view`: the last dimension has to be contiguous, and its bytes are cut anew.
///
/// - Source: memoryview's signature and error classes (CPython, `Objects/memoryobject.c`, `memory_cast`).
@_cdecl("swiftbuf_buffer_cast")
func bufferCast(
    _ object: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    // SAFETY: CPython calls a method with a Buffer and with arguments that it keeps alive.
    let arguments = unsafe Arguments(function: .cast, values: values, positionalCount: count, names: names)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(2) { $0 == 0 ? "format" : "shape" }
        let format = try unsafe ItemFormat(argument: arguments.required(0, "format"), for: .cast)
        var shape = InlineArray<64, Int>(repeating: 0)
        let rank = try unsafe readShape(orNone: arguments.value(1, "shape"), into: &shape, for: .cast)
        // Reading the shape may have run Python code: only now is the Buffer looked at.
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try unsafe pin.export.checkCast(to: format)
            if let rank {
                return try unsafe castWhole(pin, to: format, shape: shape.span.extracting(0..<rank))
            }
            return try unsafe cast(pin, to: format)
        }
    } catch {
        return nil
    }
}

/// Gives the items of a Buffer another format, as memoryview does where it can, else by the last dimension.
private func cast(_ pin: PinnedBuffer, to format: ItemFormat) throws(ExceptionIsSet) -> NewReference {
    let export = pin.export
    guard unsafe export.memoryviewCasts(to: format) else { return try unsafe castLastDimension(of: pin, to: format) }
    let size = unsafe format.format.itemByteCount
    guard export.byteCount % size == 0 else {
        raise(.typeError, "cast: %lld bytes are no multiple of %lld bytes", export.byteCount, size)
        throw ExceptionIsSet()
    }
    let shape = InlineArray<1, Int>(repeating: export.byteCount / size)
    return try unsafe castWhole(pin, to: format, shape: shape.span)
}

/// Cuts the bytes of the last dimension anew.
private func castLastDimension(
    of pin: PinnedBuffer, to format: ItemFormat
) throws(ExceptionIsSet) -> NewReference {
    let export = pin.export
    let size = unsafe format.format.itemByteCount
    let last = export.rank - 1
    let isSameSize = size == export.itemByteCount
    var count = 1
    if !isSameSize {
        guard last >= 0 else {
            raise(
                .typeError,
                "cast: items of %lld bytes were asked for but this Buffer is one item of %lld, with no dimension to cut",
                size, export.itemByteCount)
            throw ExceptionIsSet()
        }
        count = unsafe export.shape[last]
        let stride = unsafe export.byteStrides[last]
        guard !export.lastDimensionIsIndirect, count <= 1 || stride == export.itemByteCount || export.byteCount == 0 else {
            raise(.typeError, "cast: the last dimension has to be contiguous to be cut anew but its stride is %lld bytes", stride)
            throw ExceptionIsSet()
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: export.itemByteCount)
        guard !overflow && bytes % size == 0 else {
            raise(.typeError, "cast: %lld items of %lld bytes are no multiple of %lld bytes", count, export.itemByteCount, size)
            throw ExceptionIsSet()
        }
        count = bytes / size
    }
    return unsafe makeView(
        of: pin, rank: export.rank, formatByteCount: format.reservedByteCount, indirect: export.isIndirect
    ) { (source, target) throws(ExceptionIsSet) in
        unsafe target.setFormat(format)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        for axis in 0..<source.rank {
            target.copyDimension(axis, from: source, axis: axis)
        }
        if !isSameSize {
            unsafe target.shape[last] = count
            unsafe target.byteStrides[last] = size
        }
    }
}

/// Gives packed bytes another format and another shape.
private func castWhole(
    _ pin: PinnedBuffer, to format: ItemFormat, shape: Span<Int>
) throws(ExceptionIsSet) -> NewReference {
    let export = pin.export
    guard export.traits.contains(.cContiguous) else {
        raise(.typeError, "cast: a shape was given but this Buffer is not C-contiguous")
        throw ExceptionIsSet()
    }
    let byteCount: Int
    do throws(LayoutError) {
        byteCount = try Layout.byteCount(shape: shape, itemByteCount: unsafe format.format.itemByteCount)
    } catch {
        raise(error, from: .cast)
        throw ExceptionIsSet()
    }
    guard byteCount == export.byteCount else {
        raise(.typeError, "cast: the shape takes %lld bytes but this Buffer has %lld", byteCount, export.byteCount)
        throw ExceptionIsSet()
    }
    return unsafe makeView(of: pin, rank: shape.count, formatByteCount: format.reservedByteCount, indirect: false) {
        (source, target) throws(ExceptionIsSet) in
        unsafe target.setFormat(format)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        for axis in shape.indices {
            unsafe target.shape[axis] = shape[axis]
        }
        var strides = unsafe MutableSpan(_unsafeElements: target.byteStrides)
        Layout.pack(&strides, shape: shape, itemByteCount: target.itemByteCount, order: .c)
    }
}

extension ExportBlock {
    /// Refuses to show references to objects, which nobody would count, or to write over some.
    ///
    /// - Throws: With `ValueError` set for such a format, `TypeError` for such a Buffer.
    fileprivate func checkCast(to format: ItemFormat) throws(ExceptionIsSet) {
        try unsafe format.checkPlainData(for: .cast)
        guard itemByteCount > 0 else {
            raise(.typeError, "cast: items of no bytes cannot be read as items of another format")
            throw ExceptionIsSet()
        }
        let text = unsafe UnsafePointer(pointer.pointee.format.unsafelyUnwrapped)
        let own = unsafe ItemFormat(keeping: text, byteCount: formatByteCount - 1, itemByteCount: itemByteCount)
        if unsafe own.format.holdsReferences {
            unsafe raise(.typeError, "cast: the items of this Buffer, of format '%.200s', hold references to objects", text)
            throw ExceptionIsSet()
        }
    }

    /// Whether memoryview has a cast to this format, which makes one dimension of any number of them.
    fileprivate func memoryviewCasts(to format: ItemFormat) -> Bool {
        guard rank != 1 && traits.contains(.cContiguous) else { return false }
        let target = unsafe format.format.isByteSwapped ? nil : format.format.kind
        return target?.isByte == true || itemKind?.isByte == true
    }

    fileprivate var lastDimensionIsIndirect: Bool {
        guard let suboffsets = unsafe pointer.pointee.suboffsets else { return false }
        return unsafe suboffsets[rank - 1] >= 0
    }
}

extension ScalarKind {
    /// Whether memoryview takes items of this kind for bytes: the formats `B`, `b` and `c`.
    fileprivate var isByte: Bool { self == .uint8 || self == .int8 || self == .character }
}
