// The fields of an export block, by their names in Swift.

import CPython
import CSwiftBuf
import SwiftBufCore

extension ExportBlock {
    /// The packed length of the items in bytes.
    @inline(__always)
    var byteCount: Int {
        get { unsafe pointer.pointee.len }
        nonmutating set { unsafe pointer.pointee.len = newValue }
    }

    /// Bytes of one item.
    @inline(__always)
    var itemByteCount: Int {
        get { unsafe pointer.pointee.itemsize }
        nonmutating set { unsafe pointer.pointee.itemsize = newValue }
    }

    /// The number of dimensions.
    @inline(__always)
    var rank: Int { unsafe Int(pointer.pointee.ndim) }

    /// What is so of this view; sets the admission that follows from it, too.
    @inline(__always)
    var traits: Traits {
        get { unsafe Traits(rawValue: pointer.pointee.traits) }
        nonmutating set {
            unsafe pointer.pointee.traits = newValue.rawValue
            let admission = Admission(newValue)
            unsafe pointer.pointee.denied = admission.denied
            unsafe pointer.pointee.required = admission.required
        }
    }

    /// Says that the memory is gone: nothing is granted from now on.
    func markReleased() {
        unsafe pointer.pointee.traits |= Traits.released.rawValue
        let admission = Admission(.released)
        unsafe pointer.pointee.denied = admission.denied
        unsafe pointer.pointee.required = admission.required
    }

    /// What of a request is granted without looking at the traits.
    @inline(__always)
    var admission: Admission {
        unsafe Admission(denied: pointer.pointee.denied, required: pointer.pointee.required)
    }

    /// How an item is read; nil if it is not one scalar: a record, or an item that cannot be read.
    var itemKind: ScalarKind? { itemCode.kind }

    /// Whether the byte order of an item is not the machine's.
    var itemIsSwapped: Bool { itemCode.isSwapped }

    /// Whether an item is read as this kind, in the machine's byte order.
    @inline(__always)
    func itemIs(_ kind: ScalarKind) -> Bool {
        unsafe pointer.pointee.item_kind == kind.rawValue
    }

    /// The order in which the dimensions are packed when the memory is resized.
    var order: Order {
        get { unsafe Order(rawValue: pointer.pointee.order) ?? .c }
        nonmutating set { unsafe pointer.pointee.order = newValue.rawValue }
    }

    /// Py_buffers of this object that are live, where there is a GIL; elsewhere `exportsWord` counts them.
    @inline(__always)
    var exports: Int {
        get { unsafe Int(pointer.pointee.exports) }
        nonmutating set { unsafe pointer.pointee.exports = Int64(newValue) }
    }
}
