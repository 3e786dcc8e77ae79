// The functions of the module: new Buffers, and how many bytes they hold.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// `zeros(shape, format='B', order='C')`.
@_cdecl("swiftbuf_module_zeros")
func moduleZeros(
    _ module: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    unsafe allocate(
        Arguments(function: .zeros, values: values, positionalCount: count, names: names), in: module!, zeroed: true)
}

/// `empty(shape, format='B', order='C')`.
@_cdecl("swiftbuf_module_empty")
func moduleEmpty(
    _ module: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    unsafe allocate(
        Arguments(function: .empty, values: values, positionalCount: count, names: names), in: module!, zeroed: false)
}

private func allocate(_ arguments: Arguments, in module: UnsafeMutablePointer<PyObject>, zeroed: Bool) -> NewReference {
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(3) { $0 == 0 ? "shape" : $0 == 1 ? "format" : "order" }
        let shape = try unsafe arguments.required(0, "shape")
        let format = try unsafe ItemFormat(argument: arguments.value(1, "format"), for: arguments.function)
        let order = try unsafe readOrder(arguments.value(2, "order"), for: arguments.function)
        return try unsafe newBuffer(
            module, shape: shape, format: format, order: order, zeroed: zeroed,
            for: arguments.function)
    } catch {
        return nil
    }
}

/// `full(shape, value, format='B', order='C')`.
@_cdecl("swiftbuf_module_full")
func moduleFull(
    _ module: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .full, values: values, positionalCount: count, names: names)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(4) { $0 == 0 ? "shape" : $0 == 1 ? "value" : $0 == 2 ? "format" : "order" }
        let shape = try unsafe arguments.required(0, "shape")
        let value = try unsafe arguments.required(1, "value")
        let format = try unsafe ItemFormat(argument: arguments.value(2, "format"), for: .full)
        let order = try unsafe readOrder(arguments.value(3, "order"), for: .full)
        let object = try unsafe newBuffer(
            module!, shape: shape, format: format, order: order, zeroed: false, for: .full)
        do throws(ExceptionIsSet) {
            // Converting the value may run Python code, and that may find the object by the garbage collector.
            let buffer = unsafe BufferHandle(object)
            try buffer.pinned { (pin) throws(ExceptionIsSet) in
                try pin.fill(with: try unsafe buffer.packItem(value, as: pin.export.itemCode))
            }
        } catch {
            unsafe swiftbuf_drop_reference(object)
            throw error
        }
        return unsafe object
    } catch {
        return nil
    }
}

/// `allocated_bytes()`.
@_cdecl("swiftbuf_module_allocated_bytes")
func moduleAllocatedBytes(_: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    unsafe PyLong_FromLongLong(swiftbuf_memory_allocated_bytes())
}

/// The type of the Buffers that a module makes.
///
/// - Throws: With `SystemError` set if the garbage collector has cleared the module.
func bufferType(of module: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> swiftbuf_type_pointer {
    guard let type = unsafe swiftbuf_buffer_type(module) else {
        raise(.systemError, "swiftbuf: a Buffer was asked for but the module is gone")
        throw ExceptionIsSet()
    }
    return unsafe type
}

/// A Buffer over new memory, tracked by the garbage collector.
///
/// - Throws: With `ValueError`, `TypeError` or `MemoryError` set; then nothing is left allocated.
private func newBuffer(
    _ module: UnsafeMutablePointer<PyObject>, shape: UnsafeMutablePointer<PyObject>, format: ItemFormat, order: Order,
    zeroed: Bool, for function: FunctionName
) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
    try unsafe format.checkPlainData(for: function)
    if unsafe swiftbuf_is_exact_int(shape) == 0 && swiftbuf_is_list(shape) != 0 {
        // Reading a dimension may run code that changes the list; a tuple stays as it is.
        guard let tuple = unsafe PyList_AsTuple(shape) else { throw ExceptionIsSet() }
        defer { unsafe swiftbuf_drop_reference(tuple) }
        return try unsafe newBuffer(module, shape: tuple, format: format, order: order, zeroed: zeroed, for: function)
    }
    let rank = try unsafe rank(ofShape: shape, for: function)
    let type = try unsafe bufferType(of: module)
    guard let object = unsafe swiftbuf_object_new(type, nil) else { throw ExceptionIsSet() }
    do throws(ExceptionIsSet) {
        // SAFETY: nobody else knows this object until it is tracked, not even code that reading the shape may run.
        let buffer = unsafe BufferHandle(object)
        let export = unsafe buffer.exclusive
        try unsafe export.reserve(rank: rank, formatByteCount: format.reservedByteCount)
        unsafe export.setFormat(format)
        try unsafe readShape(shape, into: export.shape, for: function)
        try export.allocate(order: order, zeroed: zeroed, for: function)
    } catch {
        unsafe swiftbuf_drop_reference(object)
        throw error
    }
    unsafe PyObject_GC_Track(object)
    return unsafe object
}

extension ExportBlock {
    /// Gives a new block its memory, packed in an order; shape and format are written already.
    ///
    /// - Throws: With `ValueError` or `MemoryError` set.
    func allocate(order: Order, zeroed: Bool, for function: FunctionName) throws(ExceptionIsSet) {
        if !packRow() {
            // SAFETY: the block's own shape and strides, which nobody changes meanwhile.
            let shape = unsafe Span(_unsafeElements: UnsafeBufferPointer(shape))
            do throws(LayoutError) {
                byteCount = try Layout.byteCount(shape: shape, itemByteCount: itemByteCount)
            } catch {
                raise(error, from: function)
                throw ExceptionIsSet()
            }
            var strides = unsafe MutableSpan(_unsafeElements: byteStrides)
            Layout.pack(&strides, shape: shape, itemByteCount: itemByteCount, order: order)
        }
        self.order = order
        settleTraits()
        guard let storage = Storage.allocate(byteCount: byteCount, zeroed: zeroed) else {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
        setStorage(storage)
    }

    /// Packs one dimension, as most Buffers have, without the loops over dimensions.
    ///
    /// - Returns: Whether it was done: not if the rank is another or the shape is refused.
    @inline(__always)
    private func packRow() -> Bool {
        guard let rowByteCount else { return false }
        byteCount = rowByteCount
        // SAFETY: the block has one dimension.
        unsafe pointer.pointee.strides[0] = itemByteCount
        return true
    }
}
