// reshape() and broadcast_to(): the same items in another shape. No byte moves.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.reshape(*shape)`: each dimension as an argument, or all in one tuple or list; one of them may be -1.
@_cdecl("swiftbuf_buffer_reshape")
func bufferReshape(
    _ object: UnsafeMutablePointer<PyObject>?, _ arguments: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int
) -> NewReference {
    // SAFETY: CPython calls a method with a Buffer and with as many arguments as it says, which it keeps alive.
    var shape = InlineArray<64, Int>(repeating: 0)
    do throws(ExceptionIsSet) {
        let rank = try unsafe readReshape(arguments, count, into: &shape)
        // Reading the shape may have run Python code: only now is the Buffer looked at.
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try unsafe reshape(pin, to: &shape, rank: rank)
        }
    } catch {
        return nil
    }
}

/// Makes the view of all items in another shape, of which one dimension may be left open.
private func reshape(
    _ pin: PinnedBuffer, to shape: inout InlineArray<64, Int>, rank: Int
) throws(ExceptionIsSet) -> NewReference {
    let export = pin.export
    try export.inferDimension(of: &shape, rank: rank)
    var strides = InlineArray<64, Int>(repeating: 0)
    var target = strides.mutableSpan
    let canView = export.withLayout { (layout: borrowing Layout) in
        layout.reshape(to: shape.span.extracting(0..<rank), byteStrides: &target)
    }
    guard canView && !export.isIndirect else {
        raise(
            .valueError,
            "reshape: items with these strides have no view in that shape: copy them first, b.copy().reshape(...)")
        throw ExceptionIsSet()
    }
    return unsafe makeView(of: pin, rank: rank, formatByteCount: export.formatByteCount, indirect: false) {
        (source, target) throws(ExceptionIsSet) in
        target.copyItemFormat(from: source)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        for axis in 0..<rank {
            unsafe target.shape[axis] = shape[axis]
            unsafe target.byteStrides[axis] = strides[axis]
        }
    }
}

/// Reads the shape that reshape() was called with, and says how many dimensions there are.
private func readReshape(
    _ arguments: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int, into shape: inout InlineArray<64, Int>
) throws(ExceptionIsSet) -> Int {
    if count == 1 {
        return try unsafe readShape(arguments![0]!, into: &shape, for: .reshape)
    }
    guard count <= Layout.maximumRank else {
        raise(.tooManyDimensions(count), from: .reshape)
        throw ExceptionIsSet()
    }
    for axis in 0..<count {
        shape[axis] = try unsafe readDimension(arguments![axis]!, for: .reshape)
    }
    return count
}

extension ExportBlock {
    /// How many items there are, which may have no bytes.
    ///
    /// - Throws: With `ValueError` set for more than an Int can count, as a view without bytes may have.
    private func countItems() throws(ExceptionIsSet) -> Int {
        if itemByteCount > 0 { return byteCount / itemByteCount }
        do throws(LayoutError) {
            return try Layout.byteCount(shape: unsafe Span(_unsafeElements: UnsafeBufferPointer(shape)), itemByteCount: 1)
        } catch {
            raise(error, from: .reshape)
            throw ExceptionIsSet()
        }
    }

    /// Replaces the one dimension that is -1 by what the items need.
    ///
    /// - Throws: With `ValueError` set if the shape has another number of items.
    fileprivate func inferDimension(of shape: inout InlineArray<64, Int>, rank: Int) throws(ExceptionIsSet) {
        let items = try countItems()
        var unknown: Int?
        var known = 1
        var hasZero = false
        for axis in 0..<rank {
            if shape[axis] == -1 && unknown == nil {
                unknown = axis
                continue
            }
            guard shape[axis] >= 0 else {
                raise(.negativeDimension(axis: axis, count: shape[axis]), from: .reshape)
                throw ExceptionIsSet()
            }
            if shape[axis] == 0 {
                hasZero = true
                continue
            }
            let (product, overflow) = known.multipliedReportingOverflow(by: shape[axis])
            guard !overflow else {
                raise(.sizeOverflow, from: .reshape)
                throw ExceptionIsSet()
            }
            known = product
        }
        if hasZero { known = 0 }
        if let unknown {
            guard known > 0 && items % known == 0 else {
                raise(.valueError, "reshape: %lld items have no shape with %lld times an unknown number of items", items, known)
                throw ExceptionIsSet()
            }
            shape[unknown] = items / known
            known = items
        }
        guard known == items else {
            raise(.valueError, "reshape: a shape of %lld items was asked for but this Buffer has %lld", known, items)
            throw ExceptionIsSet()
        }
    }
}

/// `b.broadcast_to(shape)`: new dimensions in front, and those of one item repeated; read-only.
@_cdecl("swiftbuf_buffer_broadcast_to")
func bufferBroadcastTo(
    _ object: UnsafeMutablePointer<PyObject>?, _ argument: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    // SAFETY: CPython calls a method with a Buffer and one argument, which it keeps alive.
    var shape = InlineArray<64, Int>(repeating: 0)
    do throws(ExceptionIsSet) {
        let rank = try unsafe readShape(argument.unsafelyUnwrapped, into: &shape, for: .broadcastTo)
        // Reading the shape may have run Python code: only now is the Buffer looked at.
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try unsafe broadcast(pin, to: shape, rank: rank)
        }
    } catch {
        return nil
    }
}

/// Makes the view of a Buffer with new dimensions in front, and those of one item repeated.
private func broadcast(
    _ pin: PinnedBuffer, to shape: InlineArray<64, Int>, rank: Int
) throws(ExceptionIsSet) -> NewReference {
    let export = pin.export
    let added = rank - export.rank
    guard added >= 0 else {
        raise(.valueError, "broadcast_to: %lld dimensions were asked for but this Buffer has %lld", rank, export.rank)
        throw ExceptionIsSet()
    }
    for axis in 0..<rank {
        let count = axis < added ? 1 : unsafe export.shape[axis - added]
        guard shape[axis] >= 0, count == shape[axis] || count == 1 else {
            raise(
                .valueError, "broadcast_to: dimension %lld was asked for with %lld items but this Buffer has %lld", axis,
                shape[axis], count)
            throw ExceptionIsSet()
        }
    }
    return unsafe makeView(
        of: pin, rank: rank, formatByteCount: export.formatByteCount, indirect: export.isIndirect, adding: .readonly
    ) { (source, target) throws(ExceptionIsSet) in
        target.copyItemFormat(from: source)
        unsafe target.pointer.pointee.buf = source.pointer.pointee.buf
        for axis in 0..<rank {
            if axis < added {
                unsafe target.byteStrides[axis] = 0
                if target.isIndirect { unsafe target.pointer.pointee.suboffsets[axis] = -1 }
            } else {
                target.copyDimension(axis, from: source, axis: axis - added)
                if unsafe source.shape[axis - added] != shape[axis] { unsafe target.byteStrides[axis] = 0 }
            }
            unsafe target.shape[axis] = shape[axis]
        }
    }
}
