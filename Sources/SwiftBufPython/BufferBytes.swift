// tobytes(): the items as a bytes object, packed in an order.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.tobytes(order='C')`.
///
/// - Source: memoryview's orders; `None` is `'C'`.
@_cdecl("swiftbuf_buffer_tobytes_in_order")
func bufferToBytesInOrder(
    _ object: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .tobytes, values: values, positionalCount: count, names: names)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(1) { _ in "order" }
        let order = try unsafe readCopyOrder(arguments.value(0, "order"), for: .tobytes)
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            guard order != .keep else {
                raise(.valueError, "tobytes: order 'K' was given but it must be 'C', 'F' or 'A'")
                throw ExceptionIsSet()
            }
            return unsafe pin.bytes(order: pin.export.isPackedAsFortran(order) ? .fortran : .c)
        }
    } catch {
        return nil
    }
}

/// The items packed in C order, as bytes.
func bufferToBytes(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { pin in unsafe pin.bytes(order: .c) }
}

extension PinnedBuffer {
    /// The items packed in an order, as a bytes object.
    fileprivate func bytes(order: Order) -> NewReference {
        // SAFETY: a bytes object without a source is uninitialised and nobody else's until it is returned.
        guard let bytes = unsafe PyBytes_FromStringAndSize(nil, export.byteCount) else { return nil }
        let memory = unsafe UnsafeMutableRawPointer(PyBytes_AsString(bytes).unsafelyUnwrapped)
        do throws(ExceptionIsSet) {
            try unsafe ItemsOperand(export).pack(into: memory, order: order)
        } catch {
            unsafe swiftbuf_drop_reference(bytes)
            return nil
        }
        return unsafe bytes
    }
}

extension ItemsOperand {
    /// Copies the items, packed in an order; without the GIL if they are many.
    ///
    /// - Precondition: The Buffer is pinned.
    /// - Parameter memory: Room for the packed length, that nobody else uses.
    /// - Throws: What a signal's handler raised.
    func pack(into memory: UnsafeMutableRawPointer, order: Order) throws(ExceptionIsSet) {
        try unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
            let target = unsafe packed(at: memory, order: order, in: room)
            try unsafe withoutGIL(forByteCount: byteCount) { (interruption: inout Interruption) in
                unsafe withItems { items in unsafe target.withItems { items.copy(to: $0, &interruption) } }
            }
        }
    }
}
