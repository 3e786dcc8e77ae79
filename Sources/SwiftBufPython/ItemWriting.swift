// A Python object as the bytes of one item.
//
// A value is packed into a temporary first: converting it may run Python code (`__index__`, `__float__`), which may do anything to
// the Buffer, so the memory is looked at only afterwards. The classes of the errors are memoryview's: TypeError for a wrong type,
// ValueError for a value that does not fit. Nothing wraps around, and nothing is cut off.

import CPython
import CSwiftBuf
import SwiftBufCore

/// The bytes of one scalar; the widest but `Zg` has sixteen.
struct ScalarBits {
    var low: UInt64 = 0
    var high: UInt64 = 0

    /// Writes the first `byteCount` bytes.
    @inline(__always)
    func store(to address: UnsafeMutableRawPointer, byteCount: Int) {
        // SAFETY: the caller vouches for `byteCount` bytes, of which no kind that is packed here has more than sixteen.
        switch byteCount {
        case 8: unsafe address.storeBytes(of: low, as: UInt64.self)
        case 1: unsafe address.storeBytes(of: UInt8(truncatingIfNeeded: low), as: UInt8.self)
        case 4: unsafe address.storeBytes(of: UInt32(truncatingIfNeeded: low), as: UInt32.self)
        case 2: unsafe address.storeBytes(of: UInt16(truncatingIfNeeded: low), as: UInt16.self)
        default:
            unsafe address.storeBytes(of: low, as: UInt64.self)
            unsafe (address + 8).storeBytes(of: high, as: UInt64.self)
        }
    }
}

extension ExportBlock {
    /// Packs a plain int for the format `B`; nil for all else.
    ///
    /// Runs no Python code, and raises nothing.
    @inline(__always)
    func packByte(_ value: UnsafeMutablePointer<PyObject>) -> UInt8? {
        // SAFETY: `value` is a borrowed argument.
        guard unsafe itemIs(.uint8) && swiftbuf_is_exact_int(value) != 0 else { return nil }
        let integer = unsafe PyLong_AsSsize_t(value)
        if UInt(bitPattern: integer) <= 255 { return UInt8(truncatingIfNeeded: integer) }
        // It may have been too large for Py_ssize_t as well.
        PyErr_Clear()
        return nil
    }

    /// Writes an int, not of a subclass, to an item that is another integer in the machine's byte order; false, with nothing done, if the
    /// item is none, or cannot hold it.
    ///
    /// Runs no Python code, and raises nothing.
    @inline(never)
    func storePlainInt(_ value: UnsafeMutablePointer<PyObject>, at address: UnsafeMutableRawPointer) -> Bool {
        // SAFETY: a kind's size is the itemsize, for which the caller vouches.
        let integer = unsafe PyLong_AsSsize_t(value)
        if integer == -1, unsafe PyErr_Occurred() != nil {
            PyErr_Clear()
            return false
        }
        if itemIs(.int64) {
            unsafe address.storeBytes(of: integer, as: Int.self)
        } else if itemIs(.int32), let word = Int32(exactly: integer) {
            unsafe address.storeBytes(of: word, as: Int32.self)
        } else if itemIs(.uint16), let word = UInt16(exactly: integer) {
            unsafe address.storeBytes(of: word, as: UInt16.self)
        } else if itemIs(.int16), let word = Int16(exactly: integer) {
            unsafe address.storeBytes(of: word, as: Int16.self)
        } else if itemIs(.uint32), let word = UInt32(exactly: integer) {
            unsafe address.storeBytes(of: word, as: UInt32.self)
        } else {
            return false
        }
        return true
    }
}

extension BufferHandle {
    /// Packs a value for the items of this Buffer: whatever can be read.
    ///
    /// Pins nothing: the value's own code may release or resize the Buffer, so its memory is looked up afterwards.
    ///
    /// - Parameter code: What the items are, which stays so.
    /// - Throws: With `TypeError`, `ValueError`, `NotImplementedError` or `MemoryError` set, or what the value's own methods raised.
    @inline(never)
    func packItem(_ value: UnsafeMutablePointer<PyObject>, as code: ItemCode) throws(ExceptionIsSet) -> PackedItem {
        do throws(PackFailure) {
            if let kind = code.kind { return try unsafe pack(value, kind, as: code) }
        } catch {
            raiseFailure(error)
            throw ExceptionIsSet()
        }
        // The nodes are this call's own, whatever becomes of the Buffer.
        let tree = try pinned { (pin) throws(ExceptionIsSet) in try pin.export.compileFormat() }
        do throws(PackFailure) {
            return try unsafe tree.packRecord(value)
        } catch {
            raiseFailure(error)
            throw ExceptionIsSet()
        }
    }

    /// Sets the exception for a value that was not converted; `ValueError` if its own code has released the Buffer, whose format is then
    /// gone.
    @inline(never)
    func raiseFailure(_ failure: PackFailure) {
        if case .exceptionIsSet = failure { return }
        try? pinned { (pin) throws(ExceptionIsSet) in
            let format = unsafe UnsafePointer(pin.export.pointer.pointee.format.unsafelyUnwrapped)
            switch failure {
            case .exceptionIsSet: return
            case .wrongType: unsafe raise(.typeError, "invalid type for format '%.200s'", format)
            case .doesNotFit: unsafe raise(.valueError, "invalid value for format '%.200s'", format)
            case .wrongCount(let given, let needed):
                unsafe raise(
                    .valueError, "an item of format '%.200s' was assigned with %lld values where it has %lld", format, given,
                    needed)
            }
        }
    }
}

/// Packs a value for items that are one scalar.
@inline(__always)
private func pack(
    _ value: UnsafeMutablePointer<PyObject>, _ kind: ScalarKind, as code: ItemCode
) throws(PackFailure) -> PackedItem {
    guard kind.isText || kind == .complexLongDouble else {
        return PackedItem(try unsafe packScalar(value, kind, swapped: code.isSwapped), byteCount: kind.byteCount)
    }
    let (swapped, byteCount) = (code.isSwapped, code.byteCount)
    var item = try PackedItem(zeroed: byteCount)
    try unsafe item.withMutableBytes { (bytes) throws(PackFailure) in
        try unsafe packLeaf(value, kind, swapped: swapped, byteCount: byteCount, at: bytes)
    }
    return item
}

/// Packs a scalar of any kind, texts too.
///
/// - Parameter address: `byteCount` zeroed bytes that nobody else uses.
@inline(never)
func packLeaf(
    _ value: UnsafeMutablePointer<PyObject>, _ kind: ScalarKind, swapped: Bool, byteCount: Int,
    at address: UnsafeMutableRawPointer
) throws(PackFailure) {
    switch kind {
    case .bytes, .pascal:
        try unsafe packBytes(value, kind, byteCount: byteCount, at: address)
    case .ucs2, .ucs4:
        try unsafe packString(value, kind, swapped: swapped, byteCount: byteCount, at: address)
    case .complexLongDouble:
        let (real, imaginary) = try unsafe packComplex(value)
        let partByteCount = ScalarKind.longDouble.byteCount
        unsafe packLongDouble(real).store(to: address, byteCount: partByteCount)
        unsafe packLongDouble(imaginary).store(to: address + partByteCount, byteCount: partByteCount)
    default:
        unsafe try packScalar(value, kind, swapped: swapped).store(to: address, byteCount: kind.byteCount)
    }
}

/// Packs a scalar of at most sixteen bytes.
@inline(never)
private func packScalar(
    _ value: UnsafeMutablePointer<PyObject>, _ kind: ScalarKind, swapped: Bool
) throws(PackFailure) -> ScalarBits {
    switch kind {
    case .bool:
        let truth = unsafe PyObject_IsTrue(value)
        if truth < 0 { throw .exceptionIsSet }
        return ScalarBits(low: UInt64(truth))
    case .character:
        return try unsafe packCharacter(value)
    case .int8: return try unsafe packSigned(value, Int8.self, swapped)
    case .int16: return try unsafe packSigned(value, Int16.self, swapped)
    case .int32: return try unsafe packSigned(value, Int32.self, swapped)
    case .int64: return try unsafe packSigned(value, Int64.self, swapped)
    case .uint8: return try unsafe packUnsigned(value, UInt8.self, swapped)
    case .uint16: return try unsafe packUnsigned(value, UInt16.self, swapped)
    case .uint32: return try unsafe packUnsigned(value, UInt32.self, swapped)
    case .uint64, .pointer: return try unsafe packUnsigned(value, UInt64.self, swapped)
    case .float16:
        guard let half = halfFromDouble(try unsafe packDouble(value)) else { throw .doesNotFit }
        return ScalarBits(low: UInt64(swapped ? half.byteSwapped : half))
    case .float32:
        return ScalarBits(low: UInt64(try packFloat(try unsafe packDouble(value), swapped)))
    case .float64:
        let bits = try unsafe packDouble(value).bitPattern
        return ScalarBits(low: swapped ? bits.byteSwapped : bits)
    case .complex64:
        let (real, imaginary) = try unsafe packComplex(value)
        let low = UInt64(try packFloat(real, swapped))
        return ScalarBits(low: low | UInt64(try packFloat(imaginary, swapped)) << 32)
    case .complex128:
        let (real, imaginary) = try unsafe packComplex(value)
        return ScalarBits(
            low: swapped ? real.bitPattern.byteSwapped : real.bitPattern,
            high: swapped ? imaginary.bitPattern.byteSwapped : imaginary.bitPattern)
    case .longDouble:
        return packLongDouble(try unsafe packDouble(value))
    case .bytes, .pascal, .ucs2, .ucs4, .complexLongDouble:
        // packLeaf's matter.
        throw .wrongType
    }
}

/// Replaces the error of a failed conversion by memoryview's, which names the format.
///
/// Others, such as KeyboardInterrupt, stay.
private func conversionFailed() -> PackFailure {
    if swiftbuf_raised(SWIFTBUF_TYPE_ERROR) != 0 {
        PyErr_Clear()
        return .wrongType
    }
    if swiftbuf_raised(SWIFTBUF_OVERFLOW_ERROR) != 0 || swiftbuf_raised(SWIFTBUF_VALUE_ERROR) != 0 {
        PyErr_Clear()
        return .doesNotFit
    }
    return .exceptionIsSet
}

private func packCharacter(_ value: UnsafeMutablePointer<PyObject>) throws(PackFailure) -> ScalarBits {
    var text: UnsafeMutablePointer<CChar>?
    var count = 0
    guard unsafe swiftbuf_is_bytes(value) != 0 else { throw .wrongType }
    guard unsafe PyBytes_AsStringAndSize(value, &text, &count) == 0 else { throw .exceptionIsSet }
    guard count == 1, let text = unsafe text else { throw .doesNotFit }
    return unsafe ScalarBits(low: UInt64(UInt8(bitPattern: text[0])))
}

private func packSigned<Word: FixedWidthInteger & SignedInteger>(
    _ value: UnsafeMutablePointer<PyObject>, _: Word.Type, _ swapped: Bool
) throws(PackFailure) -> ScalarBits {
    guard let integer = unsafe PyNumber_Index(value) else { throw conversionFailed() }
    defer { unsafe swiftbuf_drop_reference(integer) }
    let wide = unsafe PyLong_AsLongLong(integer)
    if wide == -1, unsafe PyErr_Occurred() != nil { throw conversionFailed() }
    guard let word = Word(exactly: wide) else { throw .doesNotFit }
    return ScalarBits(low: UInt64(truncatingIfNeeded: swapped ? word.byteSwapped : word))
}

private func packUnsigned<Word: FixedWidthInteger & UnsignedInteger>(
    _ value: UnsafeMutablePointer<PyObject>, _: Word.Type, _ swapped: Bool
) throws(PackFailure) -> ScalarBits {
    guard let integer = unsafe PyNumber_Index(value) else { throw conversionFailed() }
    defer { unsafe swiftbuf_drop_reference(integer) }
    let wide = unsafe PyLong_AsUnsignedLongLong(integer)
    if wide == UInt64.max, unsafe PyErr_Occurred() != nil { throw conversionFailed() }
    guard let word = Word(exactly: wide) else { throw .doesNotFit }
    return ScalarBits(low: UInt64(truncatingIfNeeded: swapped ? word.byteSwapped : word))
}

private func packDouble(_ value: UnsafeMutablePointer<PyObject>) throws(PackFailure) -> Double {
    let double = unsafe PyFloat_AsDouble(value)
    if double == -1, unsafe PyErr_Occurred() != nil { throw conversionFailed() }
    return double
}

/// A finite value that a float cannot hold is refused, where memoryview would store an infinity.
private func packFloat(_ double: Double, _ swapped: Bool) throws(PackFailure) -> UInt32 {
    let float = Float(double)
    if float.isInfinite && double.isFinite { throw .doesNotFit }
    return swapped ? float.bitPattern.byteSwapped : float.bitPattern
}

private func packComplex(
    _ value: UnsafeMutablePointer<PyObject>
) throws(PackFailure) -> (Double, Double) {
    // The class itself converts: __complex__, __float__ and __index__. It would parse a str, which is no number.
    guard unsafe swiftbuf_is_str(value) == 0 else { throw .wrongType }
    guard let complex = unsafe swiftbuf_complex(value) else { throw conversionFailed() }
    defer { unsafe swiftbuf_drop_reference(complex) }
    return unsafe (PyComplex_RealAsDouble(complex), PyComplex_ImagAsDouble(complex))
}
