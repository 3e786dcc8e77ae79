// Another exporter's Py_buffer, checked before it is believed.
//
// Fields may be NULL although they were asked for, `len` may not fit the shape, and the shape may stand inside the Py_buffer itself: so
// everything is read from where the exporter filled it, and copied from there. What cannot be known (whether the memory is there) is the
// exporter's word.
//
// What holds of a view that is believed, and so of every Buffer: product(shape) × itemsize, a dimension of 0 counted as 1, is an Int. If there
// are items, no offset of one overflows, and no address goes round. Without items strides and suboffsets may be any numbers; sums of them
// wrap around (`&*`, pointers), and lead nowhere. One such sum is kept, that of a suboffset: it reports overflow
// (`suboffset(_:movedBy:)`).

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// A granted Py_buffer whose fields fit together.
@unsafe
struct ExporterView {
    private let view: UnsafeMutablePointer<Py_buffer>

    /// The format, which need not be readable.
    let format: ItemFormat

    /// Believes a Py_buffer if it is coherent.
    ///
    /// - Parameters:
    ///   - view: Granted, and neither moved nor released while this value is used.
    ///   - format: What it means, which stays as long.
    /// - Throws: With `ValueError` set.
    init(
        _ view: UnsafeMutablePointer<Py_buffer>, _ format: ItemFormat, for function: FunctionName
    ) throws(ExceptionIsSet) {
        unsafe self.view = view
        unsafe self.format = format
        guard unsafe isCoherent else {
            unsafe raise(
                .valueError, "%s: the exporter is not coherent: len %lld, itemsize %lld, ndim %lld", function.text,
                view.pointee.len, view.pointee.itemsize, Int(view.pointee.ndim))
            throw ExceptionIsSet()
        }
    }

    private var isCoherent: Bool {
        // SAFETY (all of this file): a granted Py_buffer; arrays that are not NULL have `ndim` items.
        guard
            unsafe view.pointee.ndim >= 0 && rank <= Layout.maximumRank && view.pointee.itemsize >= 0 && view.pointee.len >= 0,
            unsafe view.pointee.buf != nil || view.pointee.len == 0
        else { return false }
        if unsafe view.pointee.shape == nil {
            // One dimension of as many items as there are; or one item alone. Of items without bytes nobody knows how many.
            guard unsafe view.pointee.itemsize > 0 || rank == 0 else { return false }
            if unsafe view.pointee.itemsize == 0 { return unsafe view.pointee.len == 0 }
            guard unsafe rank <= 1 && view.pointee.len % view.pointee.itemsize == 0 else { return false }
            return unsafe (rank == 1 || view.pointee.len == view.pointee.itemsize) && hasAddresses(for: 0..<view.pointee.len)
        }
        let shape = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: view.pointee.shape, count: rank))
        guard let byteCount = try? Layout.byteCount(shape: shape, itemByteCount: unsafe view.pointee.itemsize) else {
            return false
        }
        guard unsafe byteCount == view.pointee.len else { return false }
        var reach = unsafe 0..<view.pointee.len
        if let strides = unsafe view.pointee.strides {
            let layout = unsafe Layout(
                shape: shape, byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: strides, count: rank)),
                itemByteCount: view.pointee.itemsize)
            guard let strided = layout.reachableBytes else { return false }
            reach = strided
        }
        return unsafe hasAddresses(for: reach)
    }

    /// Whether no byte from here on stands below or above all addresses.
    private func hasAddresses(for reach: Range<Int>) -> Bool {
        let start = unsafe UInt(bitPattern: view.pointee.buf)
        let isBelow = reach.lowerBound < 0 && start < reach.lowerBound.magnitude
        return !isBelow && !(reach.upperBound > 0 && start.addingReportingOverflow(reach.upperBound.magnitude).overflow)
    }

    var rank: Int { unsafe Int(view.pointee.ndim) }

    var isReadOnly: Bool { unsafe view.pointee.readonly != 0 }

    /// Element [0, …, 0]; an address of no bytes for memory that is empty and has none.
    var buf: UnsafeMutableRawPointer { unsafe view.pointee.buf ?? swiftbuf_memory_of_no_bytes() }

    var byteCount: Int { unsafe view.pointee.len }

    /// Whether items are reached through pointers.
    var isIndirect: Bool {
        guard let suboffsets = unsafe view.pointee.suboffsets else { return false }
        for axis in unsafe 0..<rank where unsafe suboffsets[axis] >= 0 { return true }
        return false
    }

    /// Whether the items are packed in C order.
    var isCContiguous: Bool {
        guard unsafe !isIndirect, let strides = unsafe view.pointee.strides, let shape = unsafe view.pointee.shape else {
            return unsafe !isIndirect
        }
        let layout = unsafe Layout(
            shape: Span(_unsafeElements: UnsafeBufferPointer(start: shape, count: rank)),
            byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: strides, count: rank)),
            itemByteCount: view.pointee.itemsize)
        return layout.isCContiguous
    }

    /// Writes the dimensions into room for `rank` of them.
    func describe(
        shape: UnsafeMutablePointer<Int>?, strides: UnsafeMutablePointer<Int>?, suboffsets: UnsafeMutablePointer<Int>?
    ) {
        let rank = unsafe self.rank
        if rank == 0 { return }
        guard let shape = unsafe shape, let strides = unsafe strides else { return }
        for axis in 0..<rank {
            unsafe shape[axis] = unsafe view.pointee.shape?[axis] ?? view.pointee.len / max(view.pointee.itemsize, 1)
            unsafe suboffsets?[axis] = unsafe view.pointee.suboffsets?[axis] ?? -1
        }
        if let given = unsafe view.pointee.strides {
            unsafe strides.update(from: given, count: rank)
        } else {
            // Without strides the items are packed in C order.
            var packed = unsafe MutableSpan(_unsafeStart: strides, count: rank)
            unsafe Layout.pack(
                &packed, shape: Span(_unsafeStart: shape, count: rank), itemByteCount: view.pointee.itemsize, order: .c)
        }
    }
}

/// Sets `TypeError`, which says why there is no buffer and what to do about it.
func raiseHasNoBuffer(_ object: UnsafeMutablePointer<PyObject>, for function: FunctionName) {
    if unsafe swiftbuf_is_str(object) != 0 {
        unsafe raise(
            .typeError, "%s: a str has no buffer, because its characters have no one width: encode it first, s.encode()",
            function.text)
    } else if unsafe swiftbuf_is_list(object) != 0 {
        unsafe raise(
            .typeError,
            "%s: a list has no buffer, because it holds references to objects: make it an array first, array.array('d', x)",
            function.text)
    } else {
        unsafe swiftbuf_raise_type_from(
            SWIFTBUF_TYPE_ERROR, cText("%s: an object with a buffer was asked for but type '%U' has none"), function.text, object)
    }
}

/// Asks an exporter for its memory, with whatever layout it has, and lends it to `body`.
///
/// The Py_buffer is given back exactly once, on every path. Asking may run Python code, and so may giving back, while the exception that is
/// set is set aside.
///
/// - Throws: With what the exporter raised, `ValueError` for one that is not coherent, or what `body` threw.
@inline(__always)
func withExporterView<Result: ~Copyable>(
    of exporter: UnsafeMutablePointer<PyObject>, for function: FunctionName,
    _ body: (ExporterView) throws(ExceptionIsSet) -> Result
) throws(ExceptionIsSet) -> Result {
    var view = unsafe Py_buffer()
    return try unsafe withUnsafeMutablePointer(to: &view) { (view) throws(ExceptionIsSet) -> Result in
        // SAFETY: the pointer is one and the same during the closure, so the Py_buffer does not move.
        guard unsafe PyObject_GetBuffer(exporter, view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0 else {
            if unsafe PyErr_Occurred() == nil {
                unsafe raise(.bufferError, "%s: the exporter refused its buffer without saying why", function.text)
            }
            throw ExceptionIsSet()
        }
        defer { unsafe swiftbuf_give_back(view) }
        // This may run Python code, which `body` need not expect.
        let settled = try unsafe SettledFormat(of: view, from: exporter)
        return try unsafe body(ExporterView(view, settled.format, for: function))
    }
}
