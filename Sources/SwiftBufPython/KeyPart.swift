// The parts of a subscript, read before the Buffer is looked at: reading an index or the ends of a slice may run Python code.

import CPython
import CSwiftBuf
import SwiftBufCore

/// What one part of a subscript says.
struct KeyPart {
    enum Kind: UInt8 {
        /// One position along a dimension: the dimension goes.
        case index
        /// Some positions along a dimension.
        case slice
        /// `None`: a new dimension of one item.
        case newAxis
        /// `...`: all the dimensions that no other part names, whole.
        case ellipsis
    }

    var kind: Kind
    /// The index, or where the slice starts.
    var start = 0
    var stop = 0
    var step = 1

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// Reads a part.
    ///
    /// - Throws: With `TypeError`, `ValueError` (a step of zero) or `IndexError` set.
    @inline(__always)
    init(_ object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) {
        // SAFETY: `object` is borrowed from a key that the caller holds.
        if unsafe swiftbuf_is_slice(object) != 0 {
            kind = .slice
            guard unsafe PySlice_Unpack(object, &start, &stop, &step) == 0 else { throw ExceptionIsSet() }
        } else if unsafe swiftbuf_is_exact_int(object) != 0 || PyIndex_Check(object) != 0 {
            kind = .index
            start = try unsafe readIndex(object)
        } else if unsafe swiftbuf_is_ellipsis(object) != 0 {
            kind = .ellipsis
        } else if unsafe swiftbuf_is_none(object) != 0 {
            kind = .newAxis
        } else {
            unsafe swiftbuf_raise_type(
                SWIFTBUF_TYPE_ERROR,
                cText("index of type '%U' was given but it must be an int, a slice, ..., None or a tuple of those"), object, nil)
            throw ExceptionIsSet()
        }
    }
}

/// The parts of a whole key, on the stack.
@unsafe
struct KeyParts {
    /// As many as a key can have: an index or a slice and a new axis for each dimension, and an ellipsis.
    static var capacity: Int { 2 * Layout.maximumRank + 1 }

    let parts: UnsafeMutableBufferPointer<KeyPart>
    /// How many parts name a dimension of the Buffer.
    let consumedRank: Int
    /// How many of those are an index.
    let indexCount: Int
    /// How many parts are a new axis.
    let newAxisCount: Int
    let hasEllipsis: Bool

    /// Reads a key into room for as many parts as it has.
    ///
    /// - Throws: With an exception set.
    init(
        reading key: UnsafeMutablePointer<PyObject>, into room: UnsafeMutableBufferPointer<KeyPart>
    ) throws(ExceptionIsSet) {
        var consumed = 0
        var indices = 0
        var newAxes = 0
        var ellipses = 0
        let isTuple = unsafe swiftbuf_is_tuple(key) != 0
        for position in room.indices {
            // SAFETY: PyTuple_GetItem cannot fail inside the tuple's size, which is the room's; tuples do not change.
            let part = try unsafe KeyPart(isTuple ? PyTuple_GetItem(key, position).unsafelyUnwrapped : key)
            unsafe room.baseAddress.unsafelyUnwrapped[position] = part
            switch part.kind {
            case .index:
                consumed &+= 1
                indices &+= 1
            case .slice: consumed &+= 1
            case .newAxis: newAxes &+= 1
            case .ellipsis: ellipses &+= 1
            }
        }
        if ellipses > 1 {
            raise(.indexError, "index has %lld ellipses ('...') but it may have one", ellipses)
            throw ExceptionIsSet()
        }
        unsafe parts = room
        unsafe consumedRank = consumed
        unsafe indexCount = indices
        unsafe newAxisCount = newAxes
        unsafe hasEllipsis = ellipses == 1
    }

    /// Whether the key names one item of a Buffer of this rank.
    func namesItem(rank: Int) -> Bool {
        unsafe indexCount == rank && parts.count == rank
    }

    /// The dimensions that the key leaves.
    ///
    /// - Throws: With `TypeError` set if the key has more parts than there are dimensions, `ValueError` if too many are left.
    func resultRank(rank: Int) throws(ExceptionIsSet) -> Int {
        guard unsafe consumedRank <= rank else {
            raise(.typeError, "%lld indices were given but this Buffer has %lld dimensions", unsafe consumedRank, rank)
            throw ExceptionIsSet()
        }
        let result = unsafe rank - indexCount + newAxisCount
        guard result <= Layout.maximumRank else {
            raise(.tooManyDimensions(result), from: .view)
            throw ExceptionIsSet()
        }
        return result
    }
}

/// Reads a key, and hands its parts to `body`.
///
/// - Throws: With an exception set.
@inline(__always)
func withParts<Result>(
    of key: UnsafeMutablePointer<PyObject>, _ body: (KeyParts) throws(ExceptionIsSet) -> Result
) throws(ExceptionIsSet) -> Result {
    let count = unsafe swiftbuf_is_tuple(key) != 0 ? PyTuple_Size(key) : 1
    if count <= 8 {
        var room = InlineArray<8, KeyPart>(repeating: KeyPart(.index))
        return try unsafe withParts(of: key, count: count, in: room.mutableSpan, body)
    }
    guard unsafe count <= KeyParts.capacity else {
        // More than any Buffer has, whatever they are.
        raise(.typeError, "%lld indices were given but a Buffer has at most 64 dimensions", count)
        throw ExceptionIsSet()
    }
    return try unsafe withManyParts(of: key, count: count, body)
}

/// As above, with room for the longest keys.
@inline(never)
private func withManyParts<Result>(
    of key: UnsafeMutablePointer<PyObject>, count: Int, _ body: (KeyParts) throws(ExceptionIsSet) -> Result
) throws(ExceptionIsSet) -> Result {
    var room = InlineArray<129, KeyPart>(repeating: KeyPart(.index))
    return try unsafe withParts(of: key, count: count, in: room.mutableSpan, body)
}

@inline(__always)
private func withParts<Result>(
    of key: UnsafeMutablePointer<PyObject>, count: Int, in room: consuming MutableSpan<KeyPart>,
    _ body: (KeyParts) throws(ExceptionIsSet) -> Result
) throws(ExceptionIsSet) -> Result {
    // SAFETY: the room is used inside the closure alone.
    try unsafe room.withUnsafeMutableBufferPointer { (all) throws(ExceptionIsSet) -> Result in
        try unsafe body(KeyParts(reading: key, into: UnsafeMutableBufferPointer(rebasing: all[..<count])))
    }
}
