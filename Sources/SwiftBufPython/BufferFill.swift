// fill(): one value in every item, which an exporter without dimensions may have.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.fill(value)`: writes one value into every item.
@_cdecl("swiftbuf_buffer_fill")
func bufferFill(_ object: UnsafeMutablePointer<PyObject>?, _ value: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let buffer = unsafe BufferHandle(object)
    do throws(ExceptionIsSet) {
        let code = try buffer.codeToFill()
        // Converting the value may run Python code: the memory is looked at afterwards.
        let item = try unsafe buffer.packItem(orItemOf: value.unsafelyUnwrapped, as: code, for: .fill)
        try buffer.pinned { (pin) throws(ExceptionIsSet) in try pin.fill(with: item) }
        return unsafe swiftbuf_none()
    } catch {
        return nil
    }
}

extension BufferHandle {
    /// What the items are; refuses a released Buffer with `ValueError`, a read-only one with `TypeError`.
    fileprivate func codeToFill() throws(ExceptionIsSet) -> ItemCode {
        try pinned { (pin) throws(ExceptionIsSet) in
            guard !pin.export.traits.contains(.readonly) else {
                raise(.typeError, "fill: a value was given but this Buffer is read-only")
                throw ExceptionIsSet()
            }
            return pin.export.itemCode
        }
    }
}

extension PinnedBuffer {
    /// Writes one value into every item; without the GIL if they are many.
    ///
    /// - Throws: What a signal's handler raised; then some items have the value.
    func fill(with item: borrowing PackedItem) throws(ExceptionIsSet) {
        let export = export
        try unsafe item.withBytes { (bytes) throws(ExceptionIsSet) in
            try withoutGIL(forByteCount: export.byteCount) { (interruption: inout Interruption) in
                unsafe ItemsOperand(export).withItems { items in unsafe items.fill(with: bytes, &interruption) }
            }
        }
    }
}
