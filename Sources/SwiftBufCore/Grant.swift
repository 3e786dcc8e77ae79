// The one decision of the exporter: what a consumer that asks this of that view is given, or why it is refused.
//
// A pure function of two sets of bits, so that a test can hold all of it against a table and against CPython's own judge.
// It fills nothing and counts nothing: that is the slot's work (SwiftBufPython/BufferProtocol.swift).

/// Why a request is refused.
///
/// Each is a `BufferError`.
public enum Refusal: UInt8, Error, Sendable {
    /// The view let go of its memory.
    case released
    /// `PyBUF_WRITABLE` of read-only memory.
    case readonly
    /// `PyBUF_C_CONTIGUOUS` of items that are not packed in C order.
    case notCContiguous
    /// `PyBUF_F_CONTIGUOUS` of items that are not packed in Fortran order.
    case notFContiguous
    /// `PyBUF_ANY_CONTIGUOUS` of items that are not packed at all.
    case notContiguous
    /// Items that are reached through pointers, and no `PyBUF_INDIRECT`.
    case needsSuboffsets
    /// Items that are not packed in C order, and no `PyBUF_STRIDES`.
    case needsStrides
    /// `PyBUF_FORMAT` without `PyBUF_ND`, of items that are not bytes.
    case formatWithoutShape
}

/// The answer to a request.
public enum Grant: Equatable, Sendable {
    /// Fill what is asked for.
    ///
    /// `format` if the request contains ``Request/format``, else NULL; `shape` and `ndim` if it contains ``Request/shape``, else NULL and
    /// 1; `strides` if it contains ``Request/strides``, else NULL. All other fields depend on no request.
    case granted
    /// Raise `BufferError` and change nothing.
    case refused(Refusal)

    /// Decides what a consumer is given.
    ///
    /// - Parameters:
    ///   - request: What the consumer asks for.
    ///   - traits: What is so of the view.
    /// - Returns: Whether to grant it, or the first reason to refuse.
    /// - Complexity: Constant; no allocation, no reference counting.
    /// - Source: CPython, `Objects/memoryobject.c` (`memory_getbuf`) and `Doc/c-api/buffer.rst`. A request of `PyBUF_FORMAT`
    ///   without `PyBUF_ND` is no legal one: it is granted for bytes, where nothing can be misread, as `PyBuffer_FillInfo` does.
    public static func decide(_ request: Request, of traits: Traits) -> Grant {
        if traits.contains(.released) {
            return .refused(.released)
        }
        if request.contains(.writable) && traits.contains(.readonly) {
            return .refused(.readonly)
        }
        if request.contains(.cContiguous) && !traits.contains(.cContiguous) {
            return .refused(.notCContiguous)
        }
        if request.contains(.fContiguous) && !traits.contains(.fContiguous) {
            return .refused(.notFContiguous)
        }
        if request.contains(.anyContiguous) && traits.isDisjoint(with: [.cContiguous, .fContiguous]) {
            return .refused(.notContiguous)
        }
        if traits.contains(.indirect) && !request.contains(.indirect) {
            return .refused(.needsSuboffsets)
        }
        if !request.contains(.strides) && !traits.contains(.cContiguous) {
            return .refused(.needsStrides)
        }
        if request.contains(.format) && !request.contains(.shape) && !traits.contains(.formatIsBytes) {
            return .refused(.formatWithoutShape)
        }
        return .granted
    }
}
