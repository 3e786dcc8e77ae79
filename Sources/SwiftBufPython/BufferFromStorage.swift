// The C ABI's way to a Buffer: over memory that another extension, or a Swift program, describes by a storage block.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// Makes a Buffer over a part of a storage block: `swiftbuf_api.buffer_from_storage`.
@_cdecl("swiftbuf_buffer_from_storage")
func bufferFromStorage(
    _ api: UnsafePointer<swiftbuf_api>?, _ block: UnsafeMutablePointer<swiftbuf_storage>?, _ buf: UnsafeMutableRawPointer?,
    _ rank: CInt, _ shape: UnsafePointer<Int>?, _ strides: UnsafePointer<Int>?, _ format: UnsafePointer<CChar>?,
    _ readonly: CInt, _ base: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    // SAFETY: a C caller of another module; swiftbuf_api.h says what it guarantees.
    guard let api = unsafe api, let block = unsafe block, let buf = unsafe buf, let format = unsafe format,
        unsafe shape != nil || rank == 0
    else {
        raise(.systemError, "buffer_from_storage: a pointer is NULL")
        return nil
    }
    guard rank >= 0 && Int(rank) <= Layout.maximumRank else {
        raise(.tooManyDimensions(Int(rank)), from: .bufferFromStorage)
        return nil
    }
    var byteCount = 0
    while unsafe format[byteCount] != 0 { byteCount += 1 }
    do {
        let itemFormat = try unsafe ItemFormat(parsing: format, byteCount: byteCount, for: .bufferFromStorage)
        guard let object = unsafe swiftbuf_object_new(api.pointee.buffer_type, base) else { return nil }
        do {
            // SAFETY: nobody else knows the new object.
            let buffer = unsafe BufferHandle(object)
            let export = unsafe buffer.exclusive
            try unsafe export.reserve(rank: Int(rank), formatByteCount: itemFormat.reservedByteCount)
            unsafe export.setFormat(itemFormat)
            for axis in 0..<Int(rank) {
                unsafe export.shape[axis] = shape![axis]
                unsafe export.byteStrides[axis] = strides?[axis] ?? 0
            }
            try unsafe export.describe(block, at: buf, packed: strides == nil, readonly: readonly != 0)
            unsafe PyObject_GC_Track(object)
            return unsafe object
        } catch {
            unsafe swiftbuf_drop_reference(object)
            return nil
        }
    } catch {
        return nil
    }
}

extension ExportBlock {
    /// Checks that the layout stays inside the memory, and takes a reference to it.
    ///
    /// - Throws: With `ValueError` or `BufferError` set.
    fileprivate func describe(
        _ block: UnsafeMutablePointer<swiftbuf_storage>, at buf: UnsafeMutableRawPointer, packed: Bool, readonly: Bool
    ) throws(ExceptionIsSet) {
        let shape = unsafe Span(_unsafeElements: UnsafeBufferPointer(shape))
        do throws(LayoutError) {
            byteCount = try Layout.byteCount(shape: shape, itemByteCount: itemByteCount)
        } catch {
            raise(error, from: .bufferFromStorage)
            throw ExceptionIsSet()
        }
        if packed {
            var strides = unsafe MutableSpan(_unsafeElements: byteStrides)
            Layout.pack(&strides, shape: shape, itemByteCount: itemByteCount, order: .c)
        }
        // SAFETY: the caller owns a reference to the block.
        let start = unsafe Int(bitPattern: buf) &- Int(bitPattern: block.pointee.base)
        let reach = withLayout { (layout: borrowing Layout) in layout.reachableBytes }
        let capacity = unsafe block.pointee.capacity
        guard let reach, start >= 0, start <= capacity, reach.lowerBound >= -start, reach.upperBound <= capacity - start else {
            raise(.valueError, "buffer_from_storage: the layout reaches outside of the %lld bytes of this memory", capacity)
            throw ExceptionIsSet()
        }
        if unsafe !readonly && block.pointee.flags & UInt32(SWIFTBUF_STORAGE_READONLY) != 0 {
            raise(.bufferError, "buffer_from_storage: a writable Buffer was asked for but this memory is read-only")
            throw ExceptionIsSet()
        }
        unsafe pointer.pointee.buf = buf
        settleTraits(readonly || broadcasts ? .readonly : [])
        order = traits.contains(.cContiguous) ? .c : .fortran
        unsafe swiftbuf_storage_retain(block)
        unsafe pointer.pointee.storage = block
    }

    /// Whether one item stands at several indices: such a view is read-only, because a write would show in more than one place.
    private var broadcasts: Bool {
        for axis in unsafe shape.indices where unsafe byteStrides[axis] == 0 && shape[axis] > 1 {
            return true
        }
        return false
    }
}
