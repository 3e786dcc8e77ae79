// The read-only attributes of a Buffer, named as memoryview's.
//
// SAFETY (all of this file): CPython calls a getter with a Buffer. Each returns a new reference, or nil with an exception set.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// What a getter returns.
typealias NewReference = UnsafeMutablePointer<PyObject>?

/// Runs a getter's body with the fields of a Buffer, which stay as they are: making a tuple or a str may run Python code.
@inline(__always)
private func attribute(
    _ object: UnsafeMutablePointer<PyObject>?, _ body: (ExportBlock) -> NewReference
) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { pin in unsafe body(pin.export) }
}

@inline(__always)
private func trait(_ object: UnsafeMutablePointer<PyObject>?, _ traits: Traits) -> NewReference {
    unsafe attribute(object) { export in
        unsafe PyBool_FromLong(export.traits.isDisjoint(with: traits) ? 0 : 1)
    }
}

/// A tuple of ints.
///
/// Making it may run the garbage collector, and so Python code: the caller keeps the values in place meanwhile.
func tuple(of values: UnsafeMutableBufferPointer<Int>) -> NewReference {
    guard let tuple = unsafe PyTuple_New(values.count) else { return nil }
    for index in values.indices {
        // PyTuple_SetItem steals the int, and drops it where it fails.
        guard let value = unsafe PyLong_FromSsize_t(values[index]), unsafe PyTuple_SetItem(tuple, index, value) == 0 else {
            unsafe swiftbuf_drop_reference(tuple)
            return nil
        }
    }
    return unsafe tuple
}

@_cdecl("swiftbuf_buffer_get_nbytes")
func bufferNBytes(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in unsafe PyLong_FromSsize_t(export.byteCount) }
}

@_cdecl("swiftbuf_buffer_get_itemsize")
func bufferItemSize(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in unsafe PyLong_FromSsize_t(export.itemByteCount) }
}

@_cdecl("swiftbuf_buffer_get_format")
func bufferFormat(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in unsafe PyUnicode_FromString(export.pointer.pointee.format) }
}

@_cdecl("swiftbuf_buffer_get_ndim")
func bufferNDim(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in unsafe PyLong_FromLong(export.rank) }
}

@_cdecl("swiftbuf_buffer_get_shape")
func bufferShape(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in unsafe tuple(of: export.shape) }
}

@_cdecl("swiftbuf_buffer_get_strides")
func bufferStrides(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in unsafe tuple(of: export.byteStrides) }
}

@_cdecl("swiftbuf_buffer_get_suboffsets")
func bufferSuboffsets(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in
        unsafe tuple(
            of: UnsafeMutableBufferPointer(
                start: export.pointer.pointee.suboffsets, count: export.isIndirect ? export.rank : 0))
    }
}

@_cdecl("swiftbuf_buffer_get_readonly")
func bufferReadOnly(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe trait(object, .readonly)
}

@_cdecl("swiftbuf_buffer_get_c_contiguous")
func bufferCContiguous(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe trait(object, .cContiguous)
}

@_cdecl("swiftbuf_buffer_get_f_contiguous")
func bufferFContiguous(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe trait(object, .fContiguous)
}

@_cdecl("swiftbuf_buffer_get_contiguous")
func bufferContiguous(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe trait(object, [.cContiguous, .fContiguous])
}

@_cdecl("swiftbuf_buffer_get_exports")
func bufferExports(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutableRawPointer?) -> NewReference {
    unsafe attribute(object) { export in
        // But for the pin of this getter.
        unsafe PyLong_FromLongLong(swiftbuf_exports_count(&export.pointer.pointee.storage.pointee.exports) - 1)
    }
}

/// `repr(b)`: type, format, shape, bytes; a released Buffer says so.
@_cdecl("swiftbuf_buffer_repr")
func bufferRepr(_ object: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let text = unsafe BufferHandle(object).pinnedUnlessReleased { pin -> NewReference in
        let export = pin.export
        guard let shape = unsafe tuple(of: export.shape) else { return nil }
        defer { unsafe swiftbuf_drop_reference(shape) }
        return unsafe swiftbuf_repr(
            export.pointer.pointee.format, shape, export.byteCount, export.traits.contains(.readonly) ? 1 : 0)
    }
    return unsafe text ?? PyUnicode_FromString("<released Buffer>")
}

/// `b.__sizeof__()`: the object, its heap block, and the memory if this Buffer is no view of another's.
@_cdecl("swiftbuf_buffer_sizeof")
func bufferSizeOf(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let beside = unsafe BufferHandle(object).pinnedUnlessReleased { pin in pin.export.byteCountBeside(swiftbuf_object_size()) }
    return unsafe PyLong_FromSsize_t(beside ?? swiftbuf_object_size())
}

extension ExportBlock {
    /// The bytes of an object with those that its Buffer has beside it.
    fileprivate func byteCountBeside(_ objectByteCount: Int) -> Int {
        var size = objectByteCount
        if unsafe pointer.pointee.block != nil {
            size += blockByteCount
        }
        if let storage = unsafe pointer.pointee.storage, !traits.contains(.view) {
            size += unsafe MemoryLayout.size(ofValue: storage.pointee)
            // Memory of others is not counted. A C caller may say anything of capacity and flags: no sum of them may trap.
            if unsafe storage.pointee.flags & UInt32(SWIFTBUF_STORAGE_OWNED) != 0 {
                let (sum, isTooLarge) = unsafe size.addingReportingOverflow(max(storage.pointee.capacity, 0))
                size = isTooLarge ? .max : sum
            }
        }
        return size
    }
}
