// The export block inside a Buffer, as Swift sees it.
//
// A handle, not an owner: it is valid for as long as somebody holds a reference to the object, which CPython does during every slot
// and method call. All that touches the C struct goes through here, so that the rest of the module reads names instead of pointers.

import CPython
import CSwiftBuf
import SwiftBufCore

/// The export block of a Buffer whose reference the caller holds.
@safe
struct ExportBlock {
    let pointer: UnsafeMutablePointer<swiftbuf_export>

    /// The block of a Buffer.
    ///
    /// CPython calls slots and methods of the type with nothing else.
    @inline(__always)
    init(of object: UnsafeMutablePointer<PyObject>?) {
        // SAFETY: `object` is a Buffer, and C says where in it the block stands. (swiftbuf_export_of says the same, but what C inlines
        // is a call in a @_cdecl function.)
        unsafe pointer = (UnsafeMutableRawPointer(object.unsafelyUnwrapped) + Int(SWIFTBUF_OBJECT_EXPORT_OFFSET))
            .assumingMemoryBound(to: swiftbuf_export.self)
    }

    /// The block that C calls with.
    @inline(__always)
    init(pointer: UnsafeMutablePointer<swiftbuf_export>) {
        unsafe self.pointer = pointer
    }

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
    var itemKind: ScalarKind? {
        unsafe ScalarKind(rawValue: pointer.pointee.item_kind & ~UInt8(SWIFTBUF_ITEM_SWAPPED))
    }

    /// Whether the byte order of an item is not the machine's.
    var itemIsSwapped: Bool {
        unsafe pointer.pointee.item_kind & UInt8(SWIFTBUF_ITEM_SWAPPED) != 0
    }

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
