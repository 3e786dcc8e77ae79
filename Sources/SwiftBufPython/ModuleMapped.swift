// mapped(path): a file as a Buffer.
//
// All arguments are read first, because reading them may run Python code; then the file is opened and mapped without the GIL. The
// object that is being made is known to nobody meanwhile.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `mapped(path, mode='r', format='B', shape=None, offset=0)`.
@_cdecl("swiftbuf_module_mapped")
func moduleMapped(
    _ module: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .mapped, values: values, positionalCount: count, names: names)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(5) {
            $0 == 0 ? "path" : $0 == 1 ? "mode" : $0 == 2 ? "format" : $0 == 3 ? "shape" : "offset"
        }
        let path = try unsafe arguments.required(0, "path")
        let mode = try unsafe readMode(arguments.value(1, "mode"))
        let format = try unsafe ItemFormat(argument: arguments.value(2, "format"), for: .mapped)
        try unsafe format.checkPlainData(for: .mapped)
        var shape = InlineArray<64, Int>(repeating: 0)
        let rank = try unsafe readShape(orNone: arguments.value(3, "shape"), into: &shape, for: .mapped)
        let offset = try unsafe readOffset(arguments.value(4, "offset"), for: .mapped)
        // SAFETY: both references are this call's, and dropped at its end.
        guard let name = unsafe PyOS_FSPath(path) else { throw ExceptionIsSet() }
        defer { unsafe swiftbuf_drop_reference(name) }
        let encoded = try unsafe encodePath(name)
        defer { unsafe swiftbuf_drop_reference(encoded) }
        let file = unsafe File(name: name, path: PyBytes_AsString(encoded), mode: mode, offset: offset)
        return try unsafe newBuffer(bufferType(of: module!), over: file, rank: rank, shape: shape, format: format)
    } catch {
        return nil
    }
}

/// Which part of which file, and how.
@unsafe
private struct File {
    /// For messages: the str or bytes that was given.
    let name: UnsafeMutablePointer<PyObject>
    /// As the system takes it, NUL-terminated.
    let path: UnsafePointer<CChar>
    let mode: MappingMode
    /// Bytes; not negative.
    let offset: Int
}

/// A Buffer over a mapped file, tracked by the garbage collector.
///
/// - Parameters:
///   - rank: The number of dimensions; nil for one dimension, of all the items that are there.
///   - shape: The first `rank` of these are the dimensions.
/// - Throws: With `ValueError`, `OSError` or `MemoryError` set; then nothing is left mapped or allocated.
private func newBuffer(
    _ type: swiftbuf_type_pointer, over file: File, rank: Int?, shape: InlineArray<64, Int>, format: ItemFormat
) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
    guard let object = unsafe swiftbuf_object_new(type, nil) else { throw ExceptionIsSet() }
    do throws(ExceptionIsSet) {
        // SAFETY: nobody else knows this object until it is tracked.
        let buffer = unsafe BufferHandle(object)
        let export = unsafe buffer.exclusive
        try unsafe export.reserve(rank: rank ?? 1, formatByteCount: format.reservedByteCount)
        unsafe export.setFormat(format)
        if let rank {
            for axis in 0..<rank {
                unsafe export.shape[axis] = shape[axis]
            }
            try unsafe export.map(file)
        } else {
            try unsafe export.mapWhole(file)
        }
    } catch {
        unsafe swiftbuf_drop_reference(object)
        throw error
    }
    unsafe PyObject_GC_Track(object)
    return unsafe object
}

extension ExportBlock {
    /// Gives a new block the part of a file that its shape takes.
    ///
    /// - Throws: With `ValueError`, `OSError` or `MemoryError` set.
    fileprivate func map(_ file: File) throws(ExceptionIsSet) {
        // SAFETY: the block's own shape, which nobody changes meanwhile.
        let shape = unsafe Span(_unsafeElements: UnsafeBufferPointer(shape))
        let byteCount: Int
        do throws(LayoutError) {
            byteCount = try Layout.byteCount(shape: shape, itemByteCount: itemByteCount)
        } catch {
            raise(error, from: .mapped)
            throw ExceptionIsSet()
        }
        try unsafe setMappedStorage(file, byteCount: byteCount)
    }

    /// Gives a new block of one dimension all items from the file's offset to its end.
    ///
    /// - Throws: With `ValueError`, `OSError` or `MemoryError` set.
    fileprivate func mapWhole(_ file: File) throws(ExceptionIsSet) {
        try unsafe setMappedStorage(file, byteCount: nil)
    }

    /// Maps without the GIL, and again after a signal whose handler raised nothing (PEP 475).
    private func setMappedStorage(_ file: File, byteCount wanted: Int?) throws(ExceptionIsSet) {
        let itemByteCount = itemByteCount
        while true {
            let state = unsafe PyEval_SaveThread()
            do throws(MappingError) {
                let storage = try unsafe Storage.map(
                    path: file.path, mode: file.mode, offset: file.offset, byteCount: wanted, itemByteCount: itemByteCount)
                unsafe PyEval_RestoreThread(state)
                byteCount = storage.byteCount
                setStorage(storage)
                break
            } catch {
                unsafe PyEval_RestoreThread(state)
                try unsafe raiseUnlessInterrupted(error, file, byteCount: wanted, itemByteCount: itemByteCount)
            }
        }
        if wanted == nil {
            unsafe shape[0] = byteCount / itemByteCount
        }
        let shape = unsafe Span(_unsafeElements: UnsafeBufferPointer(shape))
        var strides = unsafe MutableSpan(_unsafeElements: byteStrides)
        Layout.pack(&strides, shape: shape, itemByteCount: itemByteCount, order: .c)
        order = .c
        settleTraits(unsafe file.mode == .readOnly ? .readonly : [])
    }
}

/// Sets the exception for a file that cannot be mapped; none if the call is to be made again.
private func raiseUnlessInterrupted(
    _ error: MappingError, _ file: File, byteCount: Int?, itemByteCount: Int
) throws(ExceptionIsSet) {
    let offset = unsafe file.offset
    switch error {
    case .system(let number) where swiftbuf_errno_is_no_device(number) != 0:
        unsafe swiftbuf_raise_errno_text(
            number,
            cText(
                "mapped: this file is made up while it is read, as those in /proc and /sys: swiftbuf.copy(open(path, 'rb').read())"
            ),
            file.name)
    case .system(let number):
        try unsafe raiseUnlessInterrupted(number, filename: file.name)
        return
    case .beyondEnd(let fileByteCount):
        raise(.valueError, "mapped: offset %lld was asked for but the file has %lld bytes", offset, fileByteCount)
    case .tooShort(let available):
        raise(
            .valueError,
            "mapped: the shape takes %lld bytes but from offset %lld on the file has %lld, and no mode makes it longer",
            byteCount ?? 0, offset, available)
    case .remainder(let available, let left):
        raise(
            .valueError, "mapped: items of %lld bytes were asked for but of the %lld bytes from the offset on %lld are left over",
            itemByteCount, available, left)
    case .outOfMemory:
        unsafe PyErr_NoMemory()
    }
    throw ExceptionIsSet()
}

/// Sets the exception for an `errno`; none if a signal has interrupted the call and its handler raised nothing.
func raiseUnlessInterrupted(_ number: CInt, filename: UnsafeMutablePointer<PyObject>?) throws(ExceptionIsSet) {
    if swiftbuf_errno_is_interrupted(number) != 0 {
        if PyErr_CheckSignals() == 0 { return }
    } else {
        unsafe swiftbuf_raise_errno(number, filename)
    }
    throw ExceptionIsSet()
}

/// A path as the system takes it: a new reference to bytes without a NUL inside.
///
/// - Throws: With `ValueError` set for a NUL, `UnicodeEncodeError` for what the file system's encoding cannot say.
private func encodePath(_ name: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
    var encoded: UnsafeMutablePointer<PyObject>?
    // SAFETY: the converter stores a new reference, and only if it succeeds.
    guard unsafe PyUnicode_FSConverter(name, &encoded) != 0, let encoded = unsafe encoded else { throw ExceptionIsSet() }
    return unsafe encoded
}

/// Reads a mode argument: `'r'`, which is also the default, `'r+'` or `'c'`.
///
/// - Throws: With `TypeError` set for what is no str, `ValueError` for another text.
private func readMode(_ mode: UnsafeMutablePointer<PyObject>?) throws(ExceptionIsSet) -> MappingMode {
    guard let mode = unsafe mode else { return .readOnly }
    guard unsafe swiftbuf_is_str(mode) != 0 else {
        unsafe swiftbuf_raise_type(
            SWIFTBUF_TYPE_ERROR, cText("mode of type '%U' was given to %s() but it must be 'r', 'r+' or 'c'"), mode,
            FunctionName.mapped.text)
        throw ExceptionIsSet()
    }
    if unsafe PyUnicode_CompareWithASCIIString(mode, "r") == 0 { return .readOnly }
    if unsafe PyUnicode_CompareWithASCIIString(mode, "r+") == 0 { return .writable }
    if unsafe PyUnicode_CompareWithASCIIString(mode, "c") == 0 { return .copyOnWrite }
    unsafe swiftbuf_raise_object(
        SWIFTBUF_VALUE_ERROR, cText("mode %R was given to %s() but it must be 'r', 'r+' or 'c'"), mode,
        FunctionName.mapped.text)
    throw ExceptionIsSet()
}
