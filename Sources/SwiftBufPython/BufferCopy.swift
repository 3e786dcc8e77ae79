// copy(): a new Buffer with the same items, in any order, in the other byte order too.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.copy(order='C', format=None)`: a new Buffer with the same items.
@_cdecl("swiftbuf_buffer_copy")
func bufferCopy(
    _ object: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .copy, values: values, positionalCount: count, names: names)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(2) { $0 == 0 ? "order" : "format" }
        let order = try unsafe readCopyOrder(arguments.value(0, "order"), for: .copy)
        let given = unsafe arguments.value(1, "format").flatMap { unsafe swiftbuf_is_none($0) != 0 ? nil : $0 }
        // Reading a format may run Python code, a codec's error handler: only then is the Buffer looked at.
        let format = unsafe try given.map { (given) throws(ExceptionIsSet) in
            unsafe try ItemFormat(argument: given, for: .copy)
        }
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try unsafe copy(pin, order: order, format: format)
        }
    } catch {
        return nil
    }
}

/// Makes a new Buffer with the items of another, in an order, and perhaps in the other byte order, which a format says.
private func copy(_ pin: PinnedBuffer, order: CopyOrder, format: ItemFormat?) throws(ExceptionIsSet) -> NewReference {
    let source = pin.export
    try source.checkHoldsNoReferences()
    var swapping = 0
    if let format = unsafe format { swapping = try unsafe source.bytesToSwap(for: format) }
    guard let copy = unsafe swiftbuf_object_new(swiftbuf_type_of(pin.object), nil) else { throw ExceptionIsSet() }
    do throws(ExceptionIsSet) {
        // SAFETY: nobody else knows the new object, and the source is pinned.
        let new = unsafe BufferHandle(copy)
        let target = unsafe new.exclusive
        if let format = unsafe format {
            try unsafe target.reserve(rank: source.rank, formatByteCount: format.reservedByteCount)
            unsafe target.setFormat(format)
        } else {
            try target.reserve(rank: source.rank, formatByteCount: source.formatByteCount)
            target.copyItemFormat(from: source)
        }
        try target.allocate(for: source, order: order)
        try withoutGIL(forByteCount: source.byteCount) { (interruption: inout Interruption) in
            unsafe ItemsOperand(source).withItems { items in
                unsafe ItemsOperand(target).withItems { items.copy(to: $0, swapping: swapping, &interruption) }
            }
        }
    } catch {
        unsafe swiftbuf_drop_reference(copy)
        throw error
    }
    unsafe PyObject_GC_Track(copy)
    return unsafe copy
}

extension ExportBlock {
    /// Gives a new block, whose format is written, the shape of another one and memory for it.
    ///
    /// - Throws: With `MemoryError` set.
    fileprivate func allocate(for source: ExportBlock, order: CopyOrder) throws(ExceptionIsSet) {
        for axis in 0..<source.rank {
            unsafe shape[axis] = source.shape[axis]
        }
        guard order == .keep else {
            return try allocate(order: source.isPackedAsFortran(order) ? .fortran : .c, zeroed: false, for: .copy)
        }
        try allocate(order: .c, zeroed: false, for: .copy)
        // The dimensions in the order of their strides, the longest first. Of those with equal ones, a dimension of one item stands
        // inside the others, where packing gives it the stride that it has; the rest stay in their own order.
        var axes = InlineArray<64, Int>(repeating: 0)
        for axis in 0..<rank {
            var position = axis
            while position > 0, source.dimension(axis, isOutside: axes[position - 1]) {
                axes[position] = axes[position - 1]
                position -= 1
            }
            axes[position] = axis
        }
        var stride = itemByteCount
        for step in 0..<rank {
            let axis = axes[rank - 1 - step]
            unsafe byteStrides[axis] = stride
            stride = unsafe stride &* max(shape[axis], 1)
        }
        settleTraits()
        self.order = traits.contains(.cContiguous) ? .c : .fortran
    }

    /// Whether the items of a dimension lie further apart than those of another one.
    private func dimension(_ axis: Int, isOutside other: Int) -> Bool {
        let (stride, otherStride) = unsafe (byteStrides[axis].magnitude, byteStrides[other].magnitude)
        if stride != otherStride { return stride > otherStride }
        return unsafe shape[axis] > 1 && shape[other] <= 1
    }

    /// How many bytes are reversed at a time to make items of another format of these: 0 if it is the same format.
    ///
    /// - Throws: With `ValueError` set if the formats differ in more than their byte order.
    fileprivate func bytesToSwap(for format: ItemFormat) throws(ExceptionIsSet) -> Int {
        if unsafe hasSameItems(as: format) { return 0 }
        guard let kind = itemKind, unsafe kind == format.format.kind, unsafe itemByteCount == format.format.itemByteCount else {
            unsafe raise(
                .valueError, "copy: items of format '%.200s' can be copied in another byte order, but not to another format",
                pointer.pointee.format)
            throw ExceptionIsSet()
        }
        return kind.swappedByteCount
    }
}
