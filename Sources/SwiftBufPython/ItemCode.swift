// What the items of a Buffer are, as plain values: what converting a value goes by, which may run Python code that releases the Buffer.

import CPython
import CSwiftBuf
import SwiftBufCore

/// How an item is read and written, and how many bytes it has.
struct ItemCode {
    /// As the export block keeps it: a ``ScalarKind`` with its byte order, SWIFTBUF_ITEM_RECORD, or 0.
    let rawValue: UInt8
    /// Bytes of one item.
    let byteCount: Int

    /// How an item is read; nil if it is not one scalar: a record, or an item that cannot be read.
    @inline(__always)
    var kind: ScalarKind? { ScalarKind(rawValue: rawValue & ~UInt8(SWIFTBUF_ITEM_SWAPPED)) }

    /// Whether the byte order of an item is not the machine's.
    @inline(__always)
    var isSwapped: Bool { rawValue & UInt8(SWIFTBUF_ITEM_SWAPPED) != 0 }

    /// Whether items are read by the nodes of their format, not as one scalar.
    @inline(__always)
    var isRecord: Bool { rawValue == UInt8(SWIFTBUF_ITEM_RECORD) }
}

extension BufferHandle {
    /// How the items are read, which stays so for as long as the Buffer is not released.
    ///
    /// - Throws: With `ValueError` set for a released Buffer.
    func itemCode() throws(ExceptionIsSet) -> ItemCode {
        try pinned { (pin) throws(ExceptionIsSet) in pin.export.itemCode }
    }
}

extension ExportBlock {
    /// How the items are read.
    @inline(__always)
    var itemCode: ItemCode { unsafe ItemCode(rawValue: pointer.pointee.item_kind, byteCount: itemByteCount) }
}

/// Why a value was not converted to the bytes of an item.
///
/// The message quotes the format: it is made where the Buffer is looked at again.
enum PackFailure: Error {
    /// A Python exception is set already.
    case exceptionIsSet
    /// The value is of a type that the format does not take.
    case wrongType
    /// The format cannot hold the value.
    case doesNotFit
    /// A tuple or a list has other values than the format.
    case wrongCount(given: Int, needed: Int)
}

/// A format as messages quote it: its first bytes, copied, so that they are there whatever happens to the Buffer.
struct QuotedFormat {
    /// `%.200s` reads no more than 200 of them.
    private var bytes = InlineArray<201, UInt8>(repeating: 0)

    init(of export: ExportBlock) {
        // SAFETY: the format is NUL-terminated, and the export block is there while this is read.
        for index in 0..<200 {
            let byte = unsafe UInt8(bitPattern: export.pointer.pointee.format[index])
            if byte == 0 { return }
            bytes[index] = byte
        }
    }

    /// Whether there is nothing to quote.
    var isEmpty: Bool { bytes[0] == 0 }

    /// Quotes a name.
    init(_ name: Span<UInt8>) {
        for index in 0..<min(name.count, 200) { bytes[index] = name[index] }
    }

    /// Lends the text, NUL-terminated.
    func withText(_ body: (UnsafePointer<CChar>) -> Void) {
        // SAFETY: a copy on this call's stack, whose last byte is NUL.
        unsafe bytes.span.withUnsafeBytes { text in
            unsafe body(text.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self))
        }
    }
}
