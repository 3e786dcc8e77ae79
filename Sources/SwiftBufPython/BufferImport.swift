// Buffer(obj) and frombuffer(): another exporter's memory as a Buffer. Nothing is copied.
//
// A managed buffer (Sources/CSwiftBuf/managed_buffer.c) holds the Py_buffer, and the Buffer refers to it by `base`; its views do so too.
// The storage block only counts: it frees nothing, and whoever keeps a reference to it has to keep `base` as well.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `Buffer(object)`.
@_cdecl("swiftbuf_buffer_from_object")
func bufferFromObject(_ type: swiftbuf_type_pointer?, _ object: UnsafeMutablePointer<PyObject>?) -> NewReference {
    // SAFETY: CPython lends both during the call of tp_new.
    let object = unsafe object.unsafelyUnwrapped
    let type = unsafe type.unsafelyUnwrapped
    if unsafe swiftbuf_is_of_type(object, type) != 0 {
        return unsafe BufferHandle(object).pinnedReference { pin in unsafe makeView(ofAll: pin) }
    }
    return unsafe importBuffer(object, as: type, for: .buffer) { (export, view) throws(ExceptionIsSet) in
        let format = unsafe view.format
        try unsafe export.reserve(
            rank: view.rank, formatByteCount: format.reservedByteCount, indirect: view.isIndirect)
        unsafe export.setFormat(format)
        unsafe view.describe(
            shape: export.pointer.pointee.shape, strides: export.pointer.pointee.strides,
            suboffsets: export.pointer.pointee.suboffsets)
        unsafe export.pointer.pointee.buf = view.buf
        unsafe export.byteCount = view.byteCount
    }
}

/// `frombuffer(obj, format='B', shape=None, offset=0)`.
@_cdecl("swiftbuf_module_frombuffer")
func moduleFromBuffer(
    _ module: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .frombuffer, values: values, positionalCount: count, names: names)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(4) { $0 == 0 ? "obj" : $0 == 1 ? "format" : $0 == 2 ? "shape" : "offset" }
        let object = try unsafe arguments.required(0, "obj")
        let format = try unsafe ItemFormat(argument: arguments.value(1, "format"), for: .frombuffer)
        try unsafe format.checkPlainData(for: .frombuffer)
        let shape = unsafe arguments.value(2, "shape")
        // The arguments may run Python code: they are read before the memory is asked for.
        let offset = try unsafe readOffset(arguments.value(3, "offset"), for: .frombuffer)
        var dimensions = InlineArray<64, Int>(repeating: 0)
        let rank = try unsafe readShape(orNone: shape, into: &dimensions, for: .frombuffer)
        let type = try unsafe bufferType(of: module.unsafelyUnwrapped)
        // A released Buffer refuses as any exporter does: by BufferError, when it is asked for its buffer.
        if unsafe swiftbuf_is_of_type(object, type) != 0 && !BufferHandle(object).isReleased {
            return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
                try unsafe viewBytes(of: pin, as: format, rank: rank, shape: dimensions.span, offset: offset)
            }
        }
        return unsafe importBuffer(object, as: type, for: .frombuffer) {
            (export, view) throws(ExceptionIsSet) in
            guard unsafe view.isCContiguous else { try refuseGaps() }
            try unsafe view.format.checkHoldsNoReferences(for: .frombuffer)
            try unsafe export.reserve(rank: rank ?? 1, formatByteCount: format.reservedByteCount)
            unsafe export.setFormat(format)
            for axis in 0..<(rank ?? 0) {
                unsafe export.shape[axis] = dimensions[axis]
            }
            try unsafe export.settleShape(offset: offset, of: view.byteCount, isGiven: rank != nil, for: .frombuffer)
            unsafe export.pointer.pointee.buf = view.buf + offset
        }
    } catch {
        return nil
    }
}

/// Makes a view of the bytes of a Buffer: `frombuffer` of one of ours, so that chains of them stay flat.
///
/// - Parameters:
///   - pin: The Buffer.
///   - rank: Dimensions; nil for one dimension of all items that there are.
///   - shape: The first `rank` of these are the items along each dimension.
private func viewBytes(
    of pin: PinnedBuffer, as format: ItemFormat, rank: Int?, shape: Span<Int>, offset: Int
) throws(ExceptionIsSet) -> NewReference {
    let source = pin.export
    guard source.traits.contains(.cContiguous) else { try refuseGaps() }
    let text = unsafe UnsafePointer(source.pointer.pointee.format.unsafelyUnwrapped)
    try unsafe ItemFormat(keeping: text, byteCount: source.formatByteCount - 1, itemByteCount: source.itemByteCount)
        .checkHoldsNoReferences(for: .frombuffer)
    return unsafe makeView(of: pin, rank: rank ?? 1, formatByteCount: format.reservedByteCount, indirect: false) {
        (source, target) throws(ExceptionIsSet) in
        unsafe target.setFormat(format)
        for axis in 0..<(rank ?? 0) {
            unsafe target.shape[axis] = shape[axis]
        }
        try target.settleShape(offset: offset, of: source.byteCount, isGiven: rank != nil, for: .frombuffer)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf + offset
    }
}

private func refuseGaps() throws(ExceptionIsSet) -> Never {
    raise(.bufferError, "frombuffer: C-contiguous memory was asked for but this exporter's is not")
    throw ExceptionIsSet()
}

extension ItemFormat {
    /// Refuses items that hold references to objects: as bytes they could be written over, and nobody would count them.
    ///
    /// - Throws: With `TypeError` set, as `cast` does.
    fileprivate func checkHoldsNoReferences(for function: FunctionName) throws(ExceptionIsSet) {
        guard unsafe format.holdsReferences else { return }
        unsafe swiftbuf_raise_text(
            SWIFTBUF_TYPE_ERROR, cText("%s: the items of this exporter, of format '%.200s', hold references to objects"),
            function.text, text.assumingMemoryBound(to: CChar.self))
        throw ExceptionIsSet()
    }
}

/// Makes a Buffer over another exporter's memory.
///
/// - Parameter describe: Writes `buf`, shape, strides, suboffsets and format, by what the view says. Runs no Python code.
/// - Returns: A new reference, tracked; or nil with an exception set, and then the exporter has its Py_buffer back.
private func importBuffer(
    _ object: UnsafeMutablePointer<PyObject>, as type: swiftbuf_type_pointer, for function: FunctionName,
    describe: (ExportBlock, ExporterView) throws(ExceptionIsSet) -> Void
) -> NewReference {
    guard unsafe PyObject_CheckBuffer(object) != 0 else {
        unsafe raiseHasNoBuffer(object, for: function)
        return nil
    }
    guard let managed = unsafe swiftbuf_managed_buffer_new(type, object) else { return nil }
    // From here on `base` keeps it, or nobody.
    defer { unsafe swiftbuf_drop_reference(managed) }
    guard let buffer = unsafe swiftbuf_object_new(type, managed) else { return nil }
    do throws(ExceptionIsSet) {
        // SAFETY: nobody else knows the new object.
        let new = unsafe BufferHandle(buffer)
        let export = unsafe new.exclusive
        let settled = try unsafe SettledFormat(of: swiftbuf_managed_view(managed), from: object)
        let view = try unsafe ExporterView(swiftbuf_managed_view(managed), settled.format, for: function)
        try unsafe describe(export, view)
        try unsafe export.shareForeignMemory(readonly: view.isReadOnly)
    } catch {
        unsafe swiftbuf_drop_reference(buffer)
        return nil
    }
    unsafe PyObject_GC_Track(buffer)
    return unsafe buffer
}

extension ExportBlock {
    /// Gives a described block its storage: what of somebody else's memory it reaches.
    ///
    /// - Throws: With `MemoryError` set.
    fileprivate func shareForeignMemory(readonly: Bool) throws(ExceptionIsSet) {
        let buf = unsafe pointer.pointee.buf.unsafelyUnwrapped
        // Behind pointers there may be memory anywhere.
        let reach = isIndirect ? 0..<0 : withLayout { (layout: borrowing Layout) in layout.reachableBytes ?? 0..<0 }
        // SAFETY: the exporter says that the items are there, and `base` keeps its Py_buffer.
        guard
            let storage = unsafe Storage.adopt(
                base: buf + reach.lowerBound, capacity: reach.count, readonly: readonly, owner: nil, release: nil)
        else {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
        let block = unsafe storage.relinquish()
        unsafe block.pointee.flags |= UInt32(SWIFTBUF_STORAGE_MANAGED)
        unsafe pointer.pointee.storage = block
        settleTraits(readonly ? .readonly : [])
        order = traits.contains(.cContiguous) ? .c : .fortran
    }

    /// Works out the shape, if there is none, and the strides of items in packed bytes.
    ///
    /// - Parameters:
    ///   - offset: Bytes before the first item.
    ///   - total: Bytes that are there.
    ///   - isGiven: Whether the shape is written already; else there is one dimension, of as many items as there are.
    /// - Throws: With `ValueError` set if the bytes do not suffice, or some are left over.
    func settleShape(offset: Int, of total: Int, isGiven: Bool, for function: FunctionName) throws(ExceptionIsSet) {
        guard offset <= total else {
            unsafe raise(.valueError, "%s: offset %lld was given but there are %lld bytes", function.text, offset, total)
            throw ExceptionIsSet()
        }
        let available = total - offset
        if !isGiven {
            guard available % itemByteCount == 0 else {
                unsafe raise(
                    .valueError, "%s: items of %lld bytes were asked for but %lld bytes are left over", function.text,
                    itemByteCount, available % itemByteCount)
                throw ExceptionIsSet()
            }
            unsafe shape[0] = available / itemByteCount
        }
        let shape = unsafe Span(_unsafeElements: UnsafeBufferPointer(shape))
        do throws(LayoutError) {
            byteCount = try Layout.byteCount(shape: shape, itemByteCount: itemByteCount)
        } catch {
            raise(error, from: function)
            throw ExceptionIsSet()
        }
        guard byteCount <= available else {
            unsafe raise(
                .valueError, "%s: the shape takes %lld bytes but %lld are there from byte %lld on", function.text, byteCount,
                available, offset)
            throw ExceptionIsSet()
        }
        var strides = unsafe MutableSpan(_unsafeElements: byteStrides)
        Layout.pack(&strides, shape: shape, itemByteCount: itemByteCount, order: .c)
    }
}

/// `b.obj`: the exporter whose memory this is; None if it is Swift's.
@_cdecl("swiftbuf_buffer_get_obj")
func bufferObj(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    guard unsafe BufferHandle(object).checkNotReleased() else { return nil }
    guard let exporter = unsafe swiftbuf_exporter_of(object) else { return unsafe swiftbuf_none() }
    return unsafe swiftbuf_new_reference(exporter)
}
