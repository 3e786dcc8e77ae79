// A format with the text that it was read from.

import CPython
import CSwiftBuf
import SwiftBufCore

/// A format and its text, borrowed from whoever gave it.
///
/// The text is the native one-letter format where that says the same as what was given (`@i` is `i`): memoryview reads no others, NumPy
/// those fastest. What promises no alignment (`<q`) stays as it is until the memory is known: `ExportBlock.settleTraits`.
@unsafe
struct ItemFormat {
    let format: Format
    /// `byteCount` bytes of UTF-8; whether a NUL follows is not relied on.
    let text: UnsafeRawPointer
    let byteCount: Int

    /// What `reserve` has to keep for the text, the NUL included.
    var reservedByteCount: Int { unsafe byteCount + 1 }

    /// How items are read that are no single scalar: SWIFTBUF_ITEM_RECORD and so on, or 0.
    var standing: UInt8

    /// How an item is read, as the export block keeps it: a ``ScalarKind`` with its byte order, or ``standing``.
    @inline(__always)
    var itemKind: UInt8 {
        let order: UInt8 = unsafe format.isByteSwapped ? UInt8(SWIFTBUF_ITEM_SWAPPED) : 0
        return unsafe (format.kind?.rawValue ?? standing) | order
    }

    /// Reads a format.
    ///
    /// - Throws: With `ValueError` set, which quotes the text and the place.
    init(parsing text: UnsafePointer<CChar>, byteCount: Int, for function: FunctionName) throws(ExceptionIsSet) {
        // SAFETY: the caller lends that many bytes.
        let bytes = unsafe Span<UInt8>(
            _unsafeElements: UnsafeBufferPointer(
                start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: byteCount))
        let format: Format
        do throws(FormatError) {
            format = try Format.parse(bytes)
        } catch {
            unsafe raise(error, text: text)
            throw ExceptionIsSet()
        }
        unsafe self.init(format, text: text, byteCount: byteCount)
    }

    /// Reads a format whose item size is known, and which means what PEP 3118 says, or what swiftbuf itself writes.
    ///
    /// A text that cannot be read, or says another size, is kept as it is; then items cannot be read one by one.
    init(keeping text: UnsafePointer<CChar>, byteCount: Int, itemByteCount: Int) {
        // SAFETY: the caller lends that many bytes.
        let bytes = unsafe Span<UInt8>(
            _unsafeElements: UnsafeBufferPointer(
                start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: byteCount))
        let parsed = try? Format.parse(bytes, as: .kept)
        if itemByteCount == 0 && parsed?.kind == .pascal {
            // struct, and so memoryview, fails at a Pascal text of no bytes; a text of none is as good.
            let empty: StaticString = "0s"
            unsafe self.init(keeping: cText(empty), byteCount: empty.utf8CodeUnitCount, itemByteCount: 0)
        } else if let parsed, parsed.itemByteCount == itemByteCount {
            unsafe self.init(parsed, text: text, byteCount: byteCount)
        } else {
            unsafe self.init(Format(opaque: itemByteCount, text: bytes), text: text, byteCount: byteCount)
            unsafe standing = 0
        }
    }

    /// Chooses the text.
    @inline(__always)
    init(_ format: Format, text: UnsafePointer<CChar>, byteCount: Int) {
        unsafe self.format = format
        unsafe standing = format.isReadable ? UInt8(SWIFTBUF_ITEM_RECORD) : UInt8(SWIFTBUF_ITEM_PARTS)
        if let canonical = format.canonicalFormat, unsafe !promisesNoAlignment(text, byteCount) {
            unsafe self.text = UnsafeRawPointer(canonical.utf8Start)
            unsafe self.byteCount = canonical.utf8CodeUnitCount
        } else {
            // `@` says what is so without it.
            let letters = format.kind?.isTwoLetters == true ? 2 : 1
            let skipped = format.isNativeSingleLetter && byteCount > 1 ? byteCount - letters : 0
            unsafe self.text = UnsafeRawPointer(text) + skipped
            unsafe self.byteCount = byteCount - skipped
        }
    }

    /// Takes a format of one native letter, whose text can be no better.
    @inline(__always)
    private init(native letter: Format, text: UnsafePointer<CChar>) {
        unsafe format = letter
        unsafe standing = 0
        unsafe self.text = UnsafeRawPointer(text)
        unsafe byteCount = 1
    }

    /// Reads a format argument; `'B'` if there is none.
    ///
    /// - Throws: With `TypeError` set for what is no str, `ValueError` for what is no format.
    @inline(__always)
    init(argument: UnsafeMutablePointer<PyObject>?, for function: FunctionName) throws(ExceptionIsSet) {
        guard let argument = unsafe argument else {
            unsafe self.init(.bytes, text: cText("B"), byteCount: 1)
            return
        }
        guard unsafe swiftbuf_is_str(argument) != 0 else {
            unsafe swiftbuf_raise_type(
                SWIFTBUF_TYPE_ERROR, cText("format of type '%U' was given to %s() but it must be a str"), argument,
                function.text)
            throw ExceptionIsSet()
        }
        var byteCount = 0
        // SAFETY: the str caches this text and outlives the call.
        guard let text = unsafe PyUnicode_AsUTF8AndSize(argument, &byteCount) else { throw ExceptionIsSet() }
        if byteCount == 1, let letter = unsafe Format(letter: UInt8(bitPattern: text[0])), letter.isNativeSingleLetter {
            unsafe self.init(native: letter, text: text)
            return
        }
        unsafe self = try ItemFormat(parsing: text, byteCount: byteCount, for: function)
    }

    /// Refuses formats of which swiftbuf cannot make new memory: references to objects, which somebody would have to count.
    ///
    /// - Throws: With `ValueError` set.
    func checkPlainData(for function: FunctionName) throws(ExceptionIsSet) {
        if unsafe format.isOpaque {
            unsafe raise(
                .valueError, "format '%.200s' holds references or pointers: memory for it would own nothing",
                text.assumingMemoryBound(to: CChar.self))
            throw ExceptionIsSet()
        }
    }
}

/// Whether a text of one scalar says that it may stand at any address.
private func promisesNoAlignment(_ text: UnsafePointer<CChar>, _ byteCount: Int) -> Bool {
    // SAFETY: the text has that many bytes.
    unsafe Format.promisesNoAlignment(
        Span(_unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: byteCount))
}

extension ScalarKind {
    /// Whether the native format is two letters, as those of the complex kinds are.
    fileprivate var isTwoLetters: Bool {
        self == .complex64 || self == .complex128 || self == .complexLongDouble
    }
}
