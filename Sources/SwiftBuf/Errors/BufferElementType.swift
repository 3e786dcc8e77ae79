// The type of a buffer's items: which of the scalars it is, and what an error calls it.

import SwiftBufCore

/// The type of a buffer's items, for a `switch` that serves several of them: ``BufferDescription/elementType``.
public enum BufferElementType: UInt8, Sendable {
    /// `Bool`.
    case bool
    /// `Int8`.
    case int8
    /// `UInt8`, and bytes.
    case uint8
    /// `Int16`.
    case int16
    /// `UInt16`.
    case uint16
    /// `Int32`.
    case int32
    /// `UInt32`.
    case uint32
    /// `Int64` and `Int`.
    case int64
    /// `UInt64` and `UInt`.
    case uint64
    /// `Float16`.
    case float16
    /// `Float`.
    case float32
    /// `Double`.
    case float64
    /// `BufferComplex<Float>`.
    case complex64
    /// `BufferComplex<Double>`.
    case complex128
    /// A record, an array, characters, or a number that Swift has no type for: ``BufferDescription/elementName`` says which.
    case other
}

/// The type of a buffer's items, and its name.
struct ItemDescription: Equatable, Sendable {
    let type: BufferElementType
    let name: BufferError.Text
    let isByteSwapped: Bool

    /// Items of a kind.
    init(_ kind: ScalarKind, isByteSwapped: Bool) {
        type = kind.elementType
        var name = BufferError.Text(kind.name)
        if isByteSwapped { name.append(" in foreign byte order") }
        self.name = name
        self.isByteSwapped = isByteSwapped
    }

    /// Items of a format that is no scalar's.
    ///
    /// - Parameter text: NUL-terminated.
    @unsafe
    init(format text: UnsafePointer<UInt8>) {
        type = .other
        name = unsafe BufferError.Text(format: text)
        isByteSwapped = false
    }

    /// Items as Swift declares them.
    init(_ format: ElementFormat) {
        // SAFETY: the text ends with a NUL.
        if let kind = ScalarKind(rawValue: format.kind) {
            self.init(kind, isByteSwapped: false)
        } else {
            unsafe self.init(format: format.text)
        }
    }

    /// The items that a format describes; in the words of the request if it means the same, however it is written.
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

    /// The items that a format describes.
    ///
    /// - Parameter format: NUL-terminated; NULL for bytes.
    @unsafe
    init(items format: UnsafePointer<CChar>?, itemByteCount: Int) {
        guard let format = unsafe format else {
            self.init(.uint8, isByteSwapped: false)
            return
        }
        let text = unsafe UnsafeRawPointer(format).assumingMemoryBound(to: UInt8.self)
        var count = 0
        // SAFETY: it ends with a NUL.
        while unsafe text[count] != 0 { count += 1 }
        let span = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: text, count: count))
        if let parsed = try? Format.parse(span), let kind = parsed.kind, parsed.itemByteCount == itemByteCount, !kind.isText {
            self.init(kind, isByteSwapped: parsed.isByteSwapped)
        } else {
            unsafe self.init(format: text)
        }
    }
}

#if !hasFeature(Embedded)
    extension ItemDescription: Hashable {}
#endif

extension BufferError.Text {
    /// A format in quotes.
    ///
    /// - Parameter text: NUL-terminated.
    @unsafe
    fileprivate init(format text: UnsafePointer<UInt8>) {
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
    /// Which case of the public type it is.
    fileprivate var elementType: BufferElementType {
        switch self {
        case .bool: .bool
        case .int8: .int8
        case .uint8: .uint8
        case .int16: .int16
        case .uint16: .uint16
        case .int32: .int32
        case .uint32: .uint32
        case .int64: .int64
        case .uint64: .uint64
        case .float16: .float16
        case .float32: .float32
        case .float64: .float64
        case .complex64: .complex64
        case .complex128: .complex128
        case .character, .longDouble, .complexLongDouble, .pointer, .bytes, .pascal, .ucs2, .ucs4: .other
        }
    }

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
