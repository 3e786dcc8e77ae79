// resize(), release(), and `with`.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `b.resize(shape)`.
@_cdecl("swiftbuf_buffer_resize")
func bufferResize(
    _ object: UnsafeMutablePointer<PyObject>?, _ shape: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let buffer = unsafe BufferHandle(object)
    do throws(ExceptionIsSet) {
        // Reading the shape may run Python code, so that the Buffer is looked at afterwards alone.
        var dimensions = InlineArray<64, Int>(repeating: 0)
        let rank = try unsafe readShape(shape!, into: &dimensions, for: .resize)
        guard buffer.checkNotReleased() else { return nil }
        // SAFETY: `move` closes the exports before it changes anything, and calls nothing of CPython's until they are open again.
        let export = unsafe buffer.exclusive
        try export.resize(dimensions.span.extracting(0..<rank))
        return unsafe swiftbuf_none()
    } catch {
        return nil
    }
}

extension ExportBlock {
    /// Gives the memory another shape; all that can fail comes before the first change.
    ///
    /// - Throws: With `ValueError`, `BufferError` or `MemoryError` set.
    fileprivate func resize(_ shape: Span<Int>) throws(ExceptionIsSet) {
        // SAFETY: not released, so the storage is there; the GIL is held throughout.
        let newByteCount: Int
        do throws(LayoutError) {
            newByteCount = try Layout.byteCount(shape: shape, itemByteCount: itemByteCount)
        } catch {
            raise(error, from: .resize)
            throw ExceptionIsSet()
        }
        if traits.contains(.view) {
            raise(.bufferError, "resize: another size was asked for but this Buffer is a view of another's memory")
            throw ExceptionIsSet()
        }
        guard
            unsafe byteCount == pointer.pointee.storage.pointee.capacity
                && !traits.isDisjoint(with: [.cContiguous, .fContiguous])
        else {
            raise(.bufferError, "resize: another size was asked for but this Buffer is a part of its memory")
            throw ExceptionIsSet()
        }
        if traits.contains(.readonly) {
            raise(.bufferError, "resize: another size was asked for but this Buffer is read-only")
            throw ExceptionIsSet()
        }
        do throws(ResizeRefusal) {
            try move(to: shape, byteCount: newByteCount)
        } catch {
            raise(error)
            throw ExceptionIsSet()
        }
    }

    /// Gives the memory another size, and this block the shape, whose packed length that is.
    ///
    /// - Throws: ``ResizeRefusal``; then nothing was changed.
    private func move(to shape: Span<Int>, byteCount newByteCount: Int) throws(ResizeRefusal) {
        guard closeExports() else {
            throw unsafe .exported(count: Int(swiftbuf_exports_count(&pointer.pointee.storage.pointee.exports)))
        }
        defer { openExports() }
        let order = order
        let oldBlock = unsafe pointer.pointee.block
        let old = unsafe pointer.pointee
        do throws(ResizeRefusal) {
            unsafe pointer.pointee.block = nil
            let formatByteCount = self.formatByteCount
            guard hasReserved(rank: shape.count, formatByteCount: formatByteCount) else { throw .outOfMemory }
            if unsafe pointer.pointee.format != old.format {
                unsafe UnsafeMutableRawPointer(pointer.pointee.format).copyMemory(from: old.format, byteCount: formatByteCount)
            }
            unsafe releaseWhatWasLeft(of: pointer.pointee.storage)
            try unsafe pointer.pointee.storage.resize(byteCount: newByteCount)
        } catch {
            unsafe Self.free(pointer.pointee.block)
            unsafe pointer.pointee = old
            throw error
        }
        unsafe Self.free(oldBlock)
        for axis in shape.indices {
            unsafe pointer.pointee.shape[axis] = shape[axis]
        }
        var strides = unsafe MutableSpan(_unsafeElements: byteStrides)
        Layout.pack(&strides, shape: shape, itemByteCount: itemByteCount, order: order)
        byteCount = newByteCount
        unsafe pointer.pointee.buf = pointer.pointee.storage.pointee.base
        settleTraits()
    }
}

/// Why a Buffer keeps its memory.
private enum ReleaseRefusal: Error {
    case exported(count: Int)
    case borrowed(BorrowConflict)
}

extension ExportBlock {
    /// Lets go of the memory of a Buffer that is not released.
    ///
    /// - Throws: ``ReleaseRefusal``; then nothing was changed.
    fileprivate func release() throws(ReleaseRefusal) {
        guard closeExports() else { throw unsafe .exported(count: Int(swiftbuf_exports_count(exportsWord))) }
        // SAFETY: not released, so the storage is there, and the reference is this object's until `exportClear` drops it.
        let storage = unsafe pointer.pointee.storage!
        do throws(BorrowConflict) {
            try unsafe storage.beginMoving()
        } catch {
            openExports()
            throw .borrowed(error)
        }
        unsafe storage.endMoving()
        // Whoever asks from here on is refused, also the memory's own release function, which may call back into Python.
        markReleased()
        openExports()
        unsafe exportClear(pointer)
    }
}

/// `b.release()`.
@_cdecl("swiftbuf_buffer_release")
func bufferRelease(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let buffer = unsafe BufferHandle(object)
    if buffer.isReleased { return unsafe swiftbuf_none() }
    do throws(ReleaseRefusal) {
        // SAFETY: `release` closes the exports before it changes anything.
        let export = unsafe buffer.exclusive
        try export.release()
    } catch {
        switch error {
        case .exported(let count): raise(.bufferError, "release: %lld exports of this Buffer are live", count)
        case .borrowed(let conflict): raise(conflict, from: .release)
        }
        return nil
    }
    unsafe swiftbuf_object_clear_base(object)
    return unsafe swiftbuf_none()
}

/// `with b:` gives the Buffer itself.
@_cdecl("swiftbuf_buffer_enter")
func bufferEnter(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    guard unsafe BufferHandle(object).checkNotReleased() else { return nil }
    return unsafe swiftbuf_new_reference(object)
}

/// The end of `with b:` releases it, and lets an exception pass.
@_cdecl("swiftbuf_buffer_exit")
func bufferExit(
    _ object: UnsafeMutablePointer<PyObject>?, _: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _: Int
) -> NewReference {
    unsafe bufferRelease(object, nil)
}
