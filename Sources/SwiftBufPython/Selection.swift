// What a subscript selects: from the dimensions of a Buffer, those of the view that a key describes.
//
// Basic indexing as NumPy's, and for items behind pointers as memoryview's: an offset goes to the pointer in front of it.

import CPython
import CSwiftBuf
import SwiftBufCore

/// The dimensions of a view that is being described, in room that somebody else owns.
@unsafe
struct Selection {
    /// Element [0, …, 0].
    var buf: UnsafeMutableRawPointer
    /// Room for the dimensions, in items and in bytes.
    let shape: UnsafeMutablePointer<Int>?
    let strides: UnsafeMutablePointer<Int>?
    /// Room for them too; nil if no item is reached through pointers.
    let suboffsets: UnsafeMutablePointer<Int>?
    /// The dimensions that are described already.
    var rank = 0
    /// The last of them behind which a pointer stands.
    private var lastIndirectAxis = -1

    init(
        at buf: UnsafeMutableRawPointer, shape: UnsafeMutablePointer<Int>?, strides: UnsafeMutablePointer<Int>?,
        suboffsets: UnsafeMutablePointer<Int>?
    ) {
        unsafe self.buf = buf
        unsafe self.shape = shape
        unsafe self.strides = strides
        unsafe self.suboffsets = suboffsets
    }

    /// Selects what a key names.
    ///
    /// Runs no Python code.
    ///
    /// - Parameters:
    ///   - key: Its parts, of which ``KeyParts/resultRank(rank:)`` has said how many dimensions are left: as many as there is room for.
    ///   - source: The Buffer; not released.
    /// - Throws: With `IndexError` set for an index that is out of bounds, `NotImplementedError` for what no suboffsets can describe,
    ///   `BufferError` for a NULL pointer.
    mutating func select(_ key: KeyParts, of source: ExportBlock) throws(ExceptionIsSet) {
        var axis = 0
        let whole = unsafe source.rank - key.consumedRank
        for position in unsafe key.parts.indices {
            let part = unsafe key.parts[position]
            switch part.kind {
            case .index:
                try unsafe selectIndex(part.start, axis: axis, of: source)
                axis &+= 1
            case .slice:
                var start = part.start
                var stop = part.stop
                // SAFETY: the caller's parts name no more dimensions than there are.
                let count = unsafe PySlice_AdjustIndices(
                    source.pointer.pointee.shape.unsafelyUnwrapped[axis], &start, &stop, part.step)
                try unsafe selectSlice(start: start, step: part.step, count: count, axis: axis, of: source)
                axis &+= 1
            case .newAxis:
                unsafe append(count: 1, stride: 0, suboffset: -1)
            case .ellipsis:
                try unsafe selectWhole(whole, from: &axis, of: source)
            }
        }
        // Without an ellipsis the dimensions that no part names are the last ones.
        try unsafe selectWhole(source.rank - axis, from: &axis, of: source)
    }

    private mutating func selectWhole(_ count: Int, from axis: inout Int, of source: ExportBlock) throws(ExceptionIsSet) {
        for _ in 0..<count {
            let items = unsafe source.pointer.pointee.shape.unsafelyUnwrapped[axis]
            try unsafe selectSlice(start: 0, step: 1, count: items, axis: axis, of: source)
            axis &+= 1
        }
    }

    /// Keeps some positions of a dimension: `count` from `start` on, each `step` from the one before.
    @inline(__always)
    mutating func selectSlice(start: Int, step: Int, count: Int, axis: Int, of source: ExportBlock) throws(ExceptionIsSet) {
        let stride = unsafe source.pointer.pointee.strides.unsafelyUnwrapped[axis]
        // The items that are left were reachable before, so no offset of one overflows; without any, where they start says nothing.
        // Nor does the stride of less than two items, which may wrap around.
        if count > 0 && start != 0 {
            try unsafe add(stride &* start)
        }
        let suboffset = unsafe source.pointer.pointee.suboffsets?[axis] ?? -1
        unsafe append(count: count, stride: stride &* step, suboffset: suboffset)
    }

    /// Keeps one position of a dimension, which goes.
    private mutating func selectIndex(_ index: Int, axis: Int, of source: ExportBlock) throws(ExceptionIsSet) {
        try unsafe add(try source.byteOffset(index, axis: axis))
        guard let suboffset = unsafe source.pointer.pointee.suboffsets?[axis], suboffset >= 0 else { return }
        // The pointer can be followed now if no dimension that is kept has a say in which one it is.
        for kept in unsafe 0..<rank where unsafe shape.unsafelyUnwrapped[kept] != 1 {
            throw cannotBeDescribed()
        }
        if unsafe lastIndirectAxis >= 0 { throw cannotBeDescribed() }
        if source.byteCount == 0 { return }
        unsafe buf = try followPointer(at: buf, suboffset)
    }

    /// Moves the first element by some bytes: behind the last pointer on the way to it.
    @inline(__always)
    private mutating func add(_ byteCount: Int) throws(ExceptionIsSet) {
        if unsafe lastIndirectAxis < 0 {
            unsafe buf += byteCount
            return
        }
        unsafe suboffsets.unsafelyUnwrapped[lastIndirectAxis] = try suboffset(
            suboffsets.unsafelyUnwrapped[lastIndirectAxis], movedBy: byteCount)
    }

    @inline(__always)
    private mutating func append(count: Int, stride: Int, suboffset: Int) {
        // SAFETY: the caller made room for as many dimensions as the key leaves.
        unsafe shape.unsafelyUnwrapped[rank] = count
        unsafe strides.unsafelyUnwrapped[rank] = stride
        if let suboffsets = unsafe suboffsets {
            unsafe suboffsets[rank] = suboffset
            if suboffset >= 0 { unsafe lastIndirectAxis = rank }
        }
        unsafe rank &+= 1
    }

}

/// A suboffset that leads some bytes further.
///
/// - Throws: With `NotImplementedError` set if no Int can count it, or it is below zero, which would mean that there is no pointer.
@inline(__always)
func suboffset(_ suboffset: Int, movedBy byteCount: Int) throws(ExceptionIsSet) -> Int {
    let (sum, overflow) = suboffset.addingReportingOverflow(byteCount)
    guard !overflow && sum >= 0 else { throw cannotBeDescribed() }
    return sum
}

@inline(never)
private func cannotBeDescribed() -> ExceptionIsSet {
    raise(.notImplementedError, "these items are reached through pointers, and no suboffsets can describe this part of them")
    return ExceptionIsSet()
}
