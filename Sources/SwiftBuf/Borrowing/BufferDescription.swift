// What a borrow asked for, and what an exporter has: the two halves of an error.

import SwiftBufCore

/// A buffer in a few words: what its items are, and how they lie.
public struct BufferDescription: Equatable, Sendable {
    /// How the items of a buffer lie.
    public enum Order: UInt8, Sendable {
        /// However; of what was asked for.
        case any
        /// Packed, the last index fastest.
        case c
        /// Packed, the first index fastest.
        case fortran
        /// At distances of their own.
        case strided
        /// Behind pointers.
        case indirect
    }

    /// The items' type, by NumPy's name where there is one (`float32`, `int64`), else by its format in quotes.
    public let element: ShortText
    /// How the items lie.
    public let order: Order
    /// The shape, or what was asked of it.
    public let shape: ShapePattern
    /// Whether the memory can be written to; of what was asked for, whether it has to be.
    public let isWritable: Bool
    /// Whether every item stands at an address that its type can have.
    public let isAligned: Bool

    init(element: ShortText, order: Order, shape: ShapePattern, isWritable: Bool, isAligned: Bool) {
        self.element = element
        self.order = order
        self.shape = shape
        self.isWritable = isWritable
        self.isAligned = isAligned
    }

    /// Writes `float32, C-contiguous, 2-D`.
    ///
    /// - Parameter request: What was asked for, if this is what was found: only where it matters it is said that memory is read-only.
    @inline(never)
    func write(to text: inout TextWriter, asFoundFor request: BufferDescription? = nil) {
        text.append(element)
        switch order {
        case .any: break
        case .c: text.append(", C-contiguous")
        case .fortran: text.append(", Fortran-contiguous")
        case .strided: text.append(", strided")
        case .indirect: text.append(", behind pointers")
        }
        if shape.rank >= 0 {
            text.append(", ")
            shape.write(to: &text)
        }
        if let request {
            if request.isWritable && !isWritable { text.append(", read-only") }
            if !isAligned { text.append(", misaligned") }
        } else if isWritable {
            text.append(", writable")
        }
    }
}

extension ShortText {
    /// The name of the items that a format describes; in the words of the request if it means the same, however it is written.
    ///
    /// - Parameter format: NUL-terminated; NULL for bytes.
    @unsafe
    init(items format: UnsafePointer<CChar>?, itemByteCount: Int, askedFor request: BorrowRequest) {
        if itemByteCount == request.format.byteCount,
            let isSame = try? unsafe request.format.describesItems(of: format.map { unsafe UnsafeRawPointer($0) }), isSame
        {
            self = request.description.element
        } else {
            unsafe self.init(items: format, itemByteCount: itemByteCount)
        }
    }

    /// The name of a kind of items.
    init(_ kind: ScalarKind, isByteSwapped: Bool) {
        self.init(kind.name)
        if isByteSwapped { append(" in foreign byte order") }
    }

    /// A format in quotes.
    ///
    /// - Parameter text: NUL-terminated.
    @unsafe
    init(format text: UnsafePointer<UInt8>) {
        self.init("format '")
        var index = 0
        // SAFETY: by the parameter's contract.
        while unsafe text[index] != 0 && index < 64 {
            unsafe append(byte: text[index])
            index += 1
        }
        append("'")
    }
}

extension ScalarKind {
    /// What NumPy calls it.
    fileprivate var name: StaticString {
        switch self {
        case .bool: "bool"
        case .character: "characters"
        case .int8: "int8"
        case .uint8: "uint8"
        case .int16: "int16"
        case .uint16: "uint16"
        case .int32: "int32"
        case .uint32: "uint32"
        case .int64: "int64"
        case .uint64: "uint64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .longDouble: "longdouble"
        case .complex64: "complex64"
        case .complex128: "complex128"
        case .complexLongDouble: "clongdouble"
        case .pointer: "pointers"
        case .bytes, .pascal: "bytes"
        case .ucs2, .ucs4: "str"
        }
    }
}
