// fill(): one value in every item.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `b.fill(value)`: writes one value into every item.
@_cdecl("swiftbuf_buffer_fill")
func bufferFill(_ object: UnsafeMutablePointer<PyObject>?, _ value: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    do throws(ExceptionIsSet) {
        guard export.checkNotReleased() else { return nil }
        guard !export.traits.contains(.readonly) else {
            raise(.typeError, "fill: a value was given but this Buffer is read-only")
            return nil
        }
        // Converting the value may run Python code: the memory is looked at afterwards.
        let item = try unsafe export.packItem(value.unsafelyUnwrapped)
        guard export.checkNotReleased() else { return nil }
        export.fill(with: item)
        return unsafe swiftbuf_none()
    } catch {
        return nil
    }
}

extension ExportBlock {
    /// Writes one value into every item; without the GIL if they are many.
    ///
    /// - Precondition: The Buffer is not released.
    func fill(with item: borrowing PackedItem) {
        countExport()
        defer { uncountExport() }
        let byteCount = byteCount
        unsafe item.withBytes { bytes in
            withoutGIL(forByteCount: byteCount) {
                unsafe ItemsOperand(self).withItems { items in unsafe items.fill(with: bytes) }
            }
        }
    }
}
