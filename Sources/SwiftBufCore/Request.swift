// What a consumer asks of bf_getbuffer: PEP 3118's flags as a set.
//
// Some flags contain others: STRIDES contains ND, the contiguity flags and INDIRECT contain STRIDES. `contains` asks for all bits of a
// flag, which is the only right test; there is no other way to look at the flags here.

internal import CSwiftBufStorage

/// What a consumer of a buffer asks for.
///
/// - Source: CPython, `Doc/c-api/buffer.rst`, "Buffer request types", and the `REQ_` macros of `Modules/_testbuffer.c`.
public struct Request: OptionSet, Sendable {
    /// The flags of `PyObject_GetBuffer`.
    public let rawValue: CInt

    /// The request with these flags; bits that no flag has are kept and say nothing.
    @inline(__always)
    public init(rawValue: CInt) {
        self.rawValue = rawValue
    }

    /// The consumer is going to write: `PyBUF_WRITABLE`.
    @inline(__always)
    public static var writable: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_WRITABLE)) }

    /// `format` shall be filled: `PyBUF_FORMAT`.
    @inline(__always)
    public static var format: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_FORMAT)) }

    /// `shape` shall be filled: `PyBUF_ND`.
    @inline(__always)
    public static var shape: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_ND)) }

    /// `strides` shall be filled: `PyBUF_STRIDES`.
    ///
    /// Not asked, the items must be packed in C order.
    @inline(__always)
    public static var strides: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_STRIDES)) }

    /// The items must be packed in C order: `PyBUF_C_CONTIGUOUS`.
    @inline(__always)
    public static var cContiguous: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_C_CONTIGUOUS)) }

    /// The items must be packed in Fortran order: `PyBUF_F_CONTIGUOUS`.
    @inline(__always)
    public static var fContiguous: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_F_CONTIGUOUS)) }

    /// The items must be packed in either order: `PyBUF_ANY_CONTIGUOUS`.
    @inline(__always)
    public static var anyContiguous: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_ANY_CONTIGUOUS)) }

    /// `suboffsets` may be filled: `PyBUF_INDIRECT`.
    @inline(__always)
    public static var indirect: Request { Request(rawValue: CInt(SWIFTBUF_REQUEST_INDIRECT)) }
}
