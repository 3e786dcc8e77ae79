// One item as a Python object.
//
// Every load is unaligned-safe: items at odd addresses exist.

import CPython
import CSwiftBuf
import SwiftBufCore

extension ExportBlock {
    /// Makes the Python object of the item at `address`.
    ///
    /// May run Python code, unless ``itemIsSimple``: of a Buffer that is pinned.
    ///
    /// - Parameter address: `itemsize` bytes that may be read.
    /// - Returns: A new reference; or nil with `NotImplementedError` (a format whose items cannot be read) or `MemoryError` set.
    @inline(__always)
    func readItem(at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
        unsafe itemIsSimple ? readSimpleItem(at: address) : readOtherItem(at: address)
    }

    /// Whether the object of an item is made without Python code: of all but records, which are tuples, and str, whose decoders call error
    /// handlers.
    @inline(__always)
    var itemIsSimple: Bool {
        // The kinds from 1 on; str is behind them, and records are far behind.
        unsafe (pointer.pointee.item_kind & ~UInt8(SWIFTBUF_ITEM_SWAPPED)) &- 1 < ScalarKind.pascal.rawValue
    }

    /// Makes the Python object of the item at `address`, which is simple.
    ///
    /// Runs no Python code.
    ///
    /// - Returns: A new reference, or nil with `MemoryError` set.
    @inline(__always)
    func readSimpleItem(at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
        // SAFETY: a kind's size is the itemsize, which the caller vouches for.
        if itemIs(.float64) { return unsafe PyFloat_FromDouble(address.loadUnaligned(as: Double.self)) }
        if itemIs(.uint8) { return unsafe PyLong_FromLong(Int(address.load(as: UInt8.self))) }
        return unsafe readCommonItem(at: address)
    }

    /// The other kinds that loops in Python are made of, and then all others.
    @inline(never)
    private func readCommonItem(at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
        // SAFETY: as above.
        if itemIs(.float32) { return unsafe PyFloat_FromDouble(Double(address.loadUnaligned(as: Float.self))) }
        if itemIs(.int64) { return unsafe PyLong_FromLong(Int(address.loadUnaligned(as: Int64.self))) }
        if itemIs(.int32) { return unsafe PyLong_FromLong(Int(address.loadUnaligned(as: Int32.self))) }
        if itemIs(.uint16) { return unsafe PyLong_FromLong(Int(address.loadUnaligned(as: UInt16.self))) }
        return unsafe readUncommonItem(at: address)
    }

    /// The kinds that no loop in Python is likely to be made of, and all those of the other byte order.
    @inline(never)
    private func readUncommonItem(at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
        let code = itemCode
        guard let kind = code.kind else { return unsafe swiftbuf_none() }
        return unsafe kind.isText
            ? readBytes(kind, byteCount: code.byteCount, at: address) : readScalar(kind, swapped: code.isSwapped, at: address)
    }

    /// Items that are not simple: str and records.
    @inline(never)
    private func readOtherItem(at address: UnsafeRawPointer) -> UnsafeMutablePointer<PyObject>? {
        guard let kind = itemKind else { return unsafe readRecord(at: address) }
        return unsafe readString(kind, swapped: itemIsSwapped, byteCount: itemByteCount, at: address)
    }

    /// Sets `NotImplementedError`, which quotes the format and says what of it cannot be read.
    func raiseItemsNotReadable() {
        let format = unsafe UnsafePointer(pointer.pointee.format.unsafelyUnwrapped)
        switch unsafe Int32(pointer.pointee.item_kind) {
        case SWIFTBUF_ITEM_DOUBTFUL:
            unsafe raise(
                .notImplementedError,
                "items of format '%.200s' cannot be read or written one by one, because it leaves pads out: make the Buffer of the array itself",
                format)
        case SWIFTBUF_ITEM_PARTS where !unreadableMember.isEmpty:
            let name = unreadableMember
            unsafe name.withText { name in
                unsafe swiftbuf_raise_text(
                    SWIFTBUF_NOT_IMPLEMENTED_ERROR,
                    cText("items of format '%.200s' cannot be read or written one by one, because of member '%.100s'"), format,
                    name)
            }
        default:
            unsafe raise(.notImplementedError, "items of format '%.200s' cannot be read or written one by one", format)
        }
    }

    /// The name of the first member that cannot be read; empty if it has none.
    private var unreadableMember: QuotedFormat {
        let text = self.text(byteCount: formatByteCount - 1)
        guard let tree = try? FormatTree(layoutOf: text, as: .kept), let member = tree.firstUnreadableMember,
            let name = tree.name(of: member, in: text)
        else { return QuotedFormat(Span()) }
        return QuotedFormat(name)
    }
}

/// Makes the Python object of a scalar that is no text.
///
/// - Parameter address: As many bytes as the kind has, which may be read.
/// - Returns: A new reference, or nil with `MemoryError` set. Runs no Python code.
@inline(never)
func readScalar(
    _ kind: ScalarKind, swapped: Bool, at address: UnsafeRawPointer
) -> UnsafeMutablePointer<PyObject>? {
    // SAFETY (of all below): the caller vouches for the bytes.
    switch kind {
    case .bool:
        return unsafe PyBool_FromLong(address.load(as: UInt8.self) == 0 ? 0 : 1)
    case .character:
        return unsafe PyBytes_FromStringAndSize(address.assumingMemoryBound(to: CChar.self), 1)
    case .int8:
        return unsafe PyLong_FromLong(Int(address.load(as: Int8.self)))
    case .uint8:
        return unsafe PyLong_FromLong(Int(address.load(as: UInt8.self)))
    case .int16:
        return unsafe PyLong_FromLong(Int(loadInteger(Int16.self, at: address, swapped: swapped)))
    case .uint16:
        return unsafe PyLong_FromLong(Int(loadInteger(UInt16.self, at: address, swapped: swapped)))
    case .int32:
        return unsafe PyLong_FromLong(Int(loadInteger(Int32.self, at: address, swapped: swapped)))
    case .uint32:
        return unsafe PyLong_FromLong(Int(loadInteger(UInt32.self, at: address, swapped: swapped)))
    case .int64:
        return unsafe PyLong_FromLong(Int(loadInteger(Int64.self, at: address, swapped: swapped)))
    case .uint64, .pointer:
        return unsafe PyLong_FromUnsignedLongLong(loadInteger(UInt64.self, at: address, swapped: swapped))
    case .float16:
        return unsafe PyFloat_FromDouble(doubleFromHalf(loadInteger(UInt16.self, at: address, swapped: swapped)))
    case .float32:
        return unsafe PyFloat_FromDouble(loadFloat(at: address, swapped: swapped))
    case .float64:
        return unsafe PyFloat_FromDouble(loadDouble(at: address, swapped: swapped))
    case .longDouble:
        return unsafe PyFloat_FromDouble(loadLongDouble(at: address))
    case .complex64:
        return unsafe PyComplex_FromDoubles(
            loadFloat(at: address, swapped: swapped), loadFloat(at: address + 4, swapped: swapped))
    case .complex128:
        return unsafe PyComplex_FromDoubles(
            loadDouble(at: address, swapped: swapped), loadDouble(at: address + 8, swapped: swapped))
    case .complexLongDouble:
        return unsafe PyComplex_FromDoubles(
            loadLongDouble(at: address), loadLongDouble(at: address + ScalarKind.longDouble.byteCount))
    case .bytes, .pascal, .ucs2, .ucs4:
        // Texts are readText's matter.
        return unsafe swiftbuf_none()
    }
}

@inline(__always)
func loadInteger<Word: FixedWidthInteger & BitwiseCopyable>(
    _: Word.Type, at address: UnsafeRawPointer, swapped: Bool
) -> Word {
    // SAFETY: the caller vouches for the bytes.
    let word = unsafe address.loadUnaligned(as: Word.self)
    return swapped ? word.byteSwapped : word
}

private func loadFloat(at address: UnsafeRawPointer, swapped: Bool) -> Double {
    unsafe Double(Float(bitPattern: loadInteger(UInt32.self, at: address, swapped: swapped)))
}

private func loadDouble(at address: UnsafeRawPointer, swapped: Bool) -> Double {
    unsafe Double(bitPattern: loadInteger(UInt64.self, at: address, swapped: swapped))
}
