// Text items: bytes of a length (`s`), bytes with their length in front (`p`), and str in UCS-2 and UCS-4 (`u`, `w`).
//
// A str is shorter than its item if NULs follow, which are dropped when it is read, as NumPy does; so a str that ends in NUL does not come
// back as it was.

import CPython
import CSwiftBuf
import SwiftBufCore

/// Makes the Python object of a text item.
///
/// - Parameter address: `byteCount` bytes, which stay where they are whatever Python code runs.
/// - Returns: A new reference; or nil with `ValueError` set for what is no code point, or `MemoryError`.
@inline(never)
func readText(
    _ kind: ScalarKind, swapped: Bool, byteCount: Int, at address: UnsafeRawPointer
) -> UnsafeMutablePointer<PyObject>? {
    unsafe kind == .ucs2 || kind == .ucs4
        ? readString(kind, swapped: swapped, byteCount: byteCount, at: address)
        : readBytes(kind, byteCount: byteCount, at: address)
}

/// Makes the str of a text item.
///
/// May run Python code: the decoders' error handlers, and the garbage collector with an exception.
///
/// - Returns: As ``readText(_:swapped:byteCount:at:)``.
@inline(never)
func readString(
    _ kind: ScalarKind, swapped: Bool, byteCount: Int, at address: UnsafeRawPointer
) -> UnsafeMutablePointer<PyObject>? {
    let text = unsafe address.assumingMemoryBound(to: CChar.self)
    var order = byteOrder(swapped: swapped)
    // SAFETY: all that is read are bytes of the item.
    if kind == .ucs4 {
        var count = byteCount / 4
        while unsafe count > 0 && (address + 4 * (count - 1)).loadUnaligned(as: UInt32.self) == 0 { count -= 1 }
        return unsafe PyUnicode_DecodeUTF32(text, 4 * count, cText("surrogatepass"), &order)
    }
    var count = byteCount / 2
    while unsafe count > 0 && (address + 2 * (count - 1)).loadUnaligned(as: UInt16.self) == 0 { count -= 1 }
    return unsafe PyUnicode_DecodeUTF16(text, 2 * count, cText("surrogatepass"), &order)
}

/// Makes the bytes object of a text item.
///
/// Runs no Python code.
///
/// - Returns: A new reference, or nil with `MemoryError` set.
@inline(never)
func readBytes(_ kind: ScalarKind, byteCount: Int, at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
    let text = unsafe address.assumingMemoryBound(to: CChar.self)
    // SAFETY: all that is read are bytes of the item.
    guard kind == .pascal && byteCount > 0 else { return unsafe PyBytes_FromStringAndSize(text, byteCount) }
    // The first byte counts the bytes of the text; it is trusted no further than the item reaches.
    let count = unsafe min(Int(address.load(as: UInt8.self)), byteCount - 1)
    return unsafe PyBytes_FromStringAndSize(text + 1, count)
}

/// What CPython's decoders call an order: -1 for little-endian, 1 for big-endian.
private func byteOrder(swapped: Bool) -> CInt {
    #if _endian(little)
        swapped ? 1 : -1
    #else
        swapped ? -1 : 1
    #endif
}

/// Writes a text item, padded with zeroes: `s`, or `p` with its length in front.
///
/// - Parameter address: `byteCount` zeroed bytes that nobody else uses.
/// - Throws: ``PackFailure``, for what is no bytes, and for a text that is too long.
func packBytes(
    _ value: UnsafeMutablePointer<PyObject>, _ kind: ScalarKind, byteCount: Int, at address: UnsafeMutableRawPointer
) throws(PackFailure) {
    var text: UnsafeMutablePointer<CChar>?
    var count = 0
    guard unsafe swiftbuf_is_bytes(value) != 0 else { throw .wrongType }
    guard unsafe PyBytes_AsStringAndSize(value, &text, &count) == 0 else { throw .exceptionIsSet }
    var target = unsafe address
    if kind == .pascal {
        // The length of a Pascal text is one byte, and takes one; a text of no bytes at all has none.
        guard count <= max(0, min(byteCount - 1, 255)) else { throw .doesNotFit }
        guard byteCount > 0 else { return }
        unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: count), as: UInt8.self)
        unsafe target += 1
    } else {
        guard count <= byteCount else { throw .doesNotFit }
    }
    // SAFETY: the bytes of an object that the caller holds, and no more than the item has room for.
    if let text = unsafe text {
        unsafe target.copyMemory(from: text, byteCount: count)
    }
}

/// Writes a str, padded with NULs: its code points for `w`, its UTF-16 for `u`; lone surrogates as they are.
///
/// - Parameter address: `byteCount` zeroed bytes that nobody else uses, perhaps at an odd address.
/// - Throws: ``PackFailure``, for what is no str, and for one that is too long.
func packString(
    _ value: UnsafeMutablePointer<PyObject>, _ kind: ScalarKind, swapped: Bool, byteCount: Int,
    at address: UnsafeMutableRawPointer
) throws(PackFailure) {
    guard unsafe swiftbuf_is_str(value) != 0 else { throw .wrongType }
    let count = unsafe PyUnicode_GetLength(value)
    guard count >= 0 else { throw .exceptionIsSet }
    let unitByteCount = kind.byteCount
    var room = byteCount / unitByteCount
    guard count <= room else { throw .doesNotFit }
    guard let points = unsafe PyUnicode_AsUCS4Copy(value) else { throw .exceptionIsSet }
    defer { unsafe PyMem_Free(points) }
    var target = unsafe address
    for index in 0..<count {
        // SAFETY: a copy of `count` code points; each unit that is stored is one less of room.
        let point = unsafe UInt32(points[index])
        if kind == .ucs4 {
            unsafe target.storeBytes(of: swapped ? point.byteSwapped : point, as: UInt32.self)
            unsafe target += 4
            continue
        }
        let isPair = point > 0xFFFF
        guard room >= (isPair ? 2 : 1) else { throw .doesNotFit }
        room -= isPair ? 2 : 1
        let first =
            isPair ? UInt16(truncatingIfNeeded: 0xD800 &+ (point &- 0x10000) >> 10) : UInt16(truncatingIfNeeded: point)
        unsafe target.storeBytes(of: swapped ? first.byteSwapped : first, as: UInt16.self)
        unsafe target += 2
        if isPair {
            let second = UInt16(truncatingIfNeeded: 0xDC00 | point & 0x3FF)
            unsafe target.storeBytes(of: swapped ? second.byteSwapped : second, as: UInt16.self)
            unsafe target += 2
        }
    }
}
