// The one place where a refusal becomes a Python exception.
//
// Errors travel as enums with integers and become text in CPython, by PyErr_Format: Swift allocates nothing on the way, so that
// running out of memory is an exception as well. Texts say `<function>: <what was asked> but <what is so>`.

import CPython
import CSwiftBuf
import SwiftBufCore

/// Thrown once a Python exception is set: the caller returns NULL or -1.
struct ExceptionIsSet: Error {}

/// The exception classes that swiftbuf raises.
///
/// A raw type, here and in every enum of the two-mode targets: without one the compiler derives Hashable from a seeded hasher, whose
/// random source needs a newer C library than the wheel promises.
enum ExceptionClass: UInt8 {
    case bufferError, valueError, typeError, indexError, overflowError, notImplementedError, systemError

    fileprivate var shim: swiftbuf_exception {
        switch self {
        case .bufferError: SWIFTBUF_BUFFER_ERROR
        case .valueError: SWIFTBUF_VALUE_ERROR
        case .typeError: SWIFTBUF_TYPE_ERROR
        case .indexError: SWIFTBUF_INDEX_ERROR
        case .overflowError: SWIFTBUF_OVERFLOW_ERROR
        case .notImplementedError: SWIFTBUF_NOT_IMPLEMENTED_ERROR
        case .systemError: SWIFTBUF_SYSTEM_ERROR
        }
    }
}

/// A text that lives as long as the program, NUL-terminated, as C wants it.
///
/// SAFETY: a string literal of more than one byte is stored as such; no text here is a single character.
@inline(__always)
func cText(_ text: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Sets an exception.
///
/// `format` takes up to three `%lld`.
@inline(never)
func raise(_ exception: ExceptionClass, _ format: StaticString, _ first: Int = 0, _ second: Int = 0, _ third: Int = 0) {
    unsafe swiftbuf_raise(exception.shim, cText(format), nil, Int64(first), Int64(second), Int64(third))
}

/// Sets an exception.
///
/// `format` takes a `%s` for `text` first, then up to three `%lld`.
@inline(never)
func raise(
    _ exception: ExceptionClass, _ format: StaticString, _ text: UnsafePointer<CChar>, _ first: Int = 0, _ second: Int = 0,
    _ third: Int = 0
) {
    unsafe swiftbuf_raise(exception.shim, cText(format), text, Int64(first), Int64(second), Int64(third))
}

/// Sets `BufferError` for a request that is refused.
@inline(never)
func raise(_ refusal: Refusal) {
    switch refusal {
    case .released:
        raise(.bufferError, "getbuffer: a buffer was asked for but this Buffer is released")
    case .readonly:
        raise(.bufferError, "getbuffer: writable memory was asked for but this Buffer is read-only")
    case .notCContiguous:
        raise(.bufferError, "getbuffer: C-contiguous memory was asked for but this Buffer is not C-contiguous")
    case .notFContiguous:
        raise(.bufferError, "getbuffer: Fortran-contiguous memory was asked for but this Buffer is not Fortran-contiguous")
    case .notContiguous:
        raise(.bufferError, "getbuffer: contiguous memory was asked for but this Buffer is not contiguous")
    case .needsSuboffsets:
        raise(.bufferError, "getbuffer: a buffer without suboffsets was asked for but this Buffer needs them")
    case .needsStrides:
        raise(.bufferError, "getbuffer: a buffer without strides was asked for but this Buffer is not C-contiguous")
    case .formatWithoutShape:
        raise(.bufferError, "getbuffer: a format without a shape was asked for but the format is not 'B'")
    }
}

/// Sets `ValueError` for a shape that describes no memory.
func raise(_ error: LayoutError, from function: FunctionName) {
    let function = unsafe function.text
    switch error {
    case .tooManyDimensions(let count):
        unsafe raise(.valueError, "%s: %lld dimensions were asked for but a buffer has at most 64", function, count)
    case .negativeDimension(let axis, let count):
        unsafe raise(.valueError, "%s: dimension %lld is %lld but it must not be negative", function, axis, count)
    case .sizeOverflow:
        unsafe raise(.valueError, "%s: the shape takes more than 2**63 - 1 bytes", function)
    }
}

/// Sets `BufferError` for memory that keeps its size, or `MemoryError`.
func raise(_ refusal: ResizeRefusal) {
    switch refusal {
    case .exported(let count):
        raise(
            .bufferError,
            "resize: Existing exports of data: object cannot be re-sized: %lld exports of this memory are live", count)
    case .foreign:
        raise(.bufferError, "resize: another size was asked for but this memory belongs to another owner")
    case .mappedFile:
        raise(.bufferError, "resize: another size was asked for but this memory is a mapped file")
    case .shared(let references):
        raise(.bufferError, "resize: another size was asked for but this memory has %lld owners", references)
    case .borrowed(let conflict):
        raise(conflict, from: .resize)
    case .outOfMemory:
        unsafe PyErr_NoMemory()
    }
}

/// Sets `BufferError` for memory that Swift uses.
func raise(_ conflict: BorrowConflict, from function: FunctionName) {
    let function = unsafe function.text
    switch conflict {
    case .moving:
        unsafe raise(.bufferError, "%s: another thread is moving this memory", function)
    case .mutablyBorrowed:
        unsafe raise(.bufferError, "%s: Swift has borrowed this memory to write", function)
    case .borrowed:
        unsafe raise(.bufferError, "%s: Swift has borrowed this memory to read", function)
    }
}

/// Sets `ValueError` for a format that cannot be read; quotes the text and the place.
func raise(_ error: FormatError, text: UnsafePointer<CChar>) {
    unsafe raise(.valueError, error.reason.message, text, error.byteOffset)
}
