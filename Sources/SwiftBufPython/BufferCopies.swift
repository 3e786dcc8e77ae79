// copy(), tobytes() and tolist(): copies, and named as such. And fill().

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// From this many bytes on, a copy lets other threads run: below it, giving up the GIL costs more than it frees.
let gilReleaseThreshold = 1 << 20

/// `b.tobytes(order='C')`.
///
/// - Source: memoryview's orders; `None` is `'C'`.
@_cdecl("swiftbuf_buffer_tobytes_in_order")
func bufferToBytesInOrder(
    _ object: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .tobytes, values: values, positionalCount: count, names: names)
    let export = unsafe ExportBlock(of: object)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(1) { _ in "order" }
        let order = try unsafe readCopyOrder(arguments.value(0, "order"), for: .tobytes)
        guard export.checkNotReleased() else { return nil }
        guard order != .keep else {
            raise(.valueError, "tobytes: order 'K' was given but it must be 'C', 'F' or 'A'")
            return nil
        }
        return unsafe export.bytes(order: export.isPackedAsFortran(order) ? .fortran : .c)
    } catch {
        return nil
    }
}

/// The items packed in C order, as bytes.
func bufferToBytes(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return nil }
    return unsafe export.bytes(order: .c)
}

/// How a copy orders its dimensions.
enum CopyOrder: UInt8 {
    case c, fortran
    /// Fortran's order if the items are packed in it and not in C's, else C's.
    case any
    /// The order in which the items lie, as far as it goes.
    case keep
}

/// Reads an order argument; C's if there is none.
///
/// - Throws: With `TypeError` set for what is no str, `ValueError` for another text.
func readCopyOrder(
    _ order: UnsafeMutablePointer<PyObject>?, for function: FunctionName
) throws(ExceptionIsSet) -> CopyOrder {
    guard let order = unsafe order, unsafe swiftbuf_is_none(order) == 0 else { return .c }
    guard unsafe swiftbuf_is_str(order) != 0 else {
        unsafe swiftbuf_raise_type(
            SWIFTBUF_TYPE_ERROR, cText("order of type '%U' was given to %s() but it must be 'C', 'F', 'A' or 'K'"), order,
            function.text)
        throw ExceptionIsSet()
    }
    if unsafe PyUnicode_CompareWithASCIIString(order, "C") == 0 { return .c }
    if unsafe PyUnicode_CompareWithASCIIString(order, "F") == 0 { return .fortran }
    if unsafe PyUnicode_CompareWithASCIIString(order, "A") == 0 { return .any }
    if unsafe PyUnicode_CompareWithASCIIString(order, "K") == 0 { return .keep }
    unsafe swiftbuf_raise_object(
        SWIFTBUF_VALUE_ERROR, cText("order %R was given to %s() but it must be 'C', 'F', 'A' or 'K'"), order, function.text)
    throw ExceptionIsSet()
}

extension ExportBlock {
    /// Whether an order other than `keep` is Fortran's for this Buffer.
    func isPackedAsFortran(_ order: CopyOrder) -> Bool {
        order == .fortran || order == .any && traits.contains(.fContiguous) && !traits.contains(.cContiguous)
    }

    /// The items packed in an order, as a bytes object.
    ///
    /// - Precondition: The Buffer is not released.
    fileprivate func bytes(order: Order) -> NewReference {
        // SAFETY: a bytes object without a source is uninitialised and nobody else's until it is returned.
        guard let bytes = unsafe PyBytes_FromStringAndSize(nil, byteCount) else { return nil }
        let memory = unsafe UnsafeMutableRawPointer(PyBytes_AsString(bytes).unsafelyUnwrapped)
        unsafe ItemsOperand(self).pack(into: memory, order: order, keeping: self)
        return unsafe bytes
    }
}

extension ItemsOperand {
    /// Copies the items, packed in an order; without the GIL if they are many.
    ///
    /// - Parameters:
    ///   - memory: Room for the packed length, that nobody else uses.
    ///   - export: The Buffer whose items they are, which stays as it is meanwhile.
    func pack(into memory: UnsafeMutableRawPointer, order: Order, keeping export: ExportBlock) {
        export.countExport()
        defer { export.uncountExport() }
        try? unsafe withDimensionsRoom { (room) throws(ExceptionIsSet) in
            let target = unsafe packed(at: memory, order: order, in: room)
            unsafe withoutGIL(forByteCount: byteCount) {
                unsafe withItems { items in unsafe target.withItems { items.copy(to: $0) } }
            }
        }
    }
}

/// `b.copy(order='C', format=None)`: a new Buffer with the same items.
@_cdecl("swiftbuf_buffer_copy")
func bufferCopy(
    _ object: UnsafeMutablePointer<PyObject>?, _ values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int,
    _ names: UnsafeMutablePointer<PyObject>?
) -> NewReference {
    let arguments = unsafe Arguments(function: .copy, values: values, positionalCount: count, names: names)
    let source = unsafe ExportBlock(of: object)
    do throws(ExceptionIsSet) {
        try unsafe arguments.check(2) { $0 == 0 ? "order" : "format" }
        let order = try unsafe readCopyOrder(arguments.value(0, "order"), for: .copy)
        var swapping = 0
        guard source.checkNotReleased() else { return nil }
        try source.checkHoldsNoReferences()
        let given = unsafe arguments.value(1, "format").flatMap { unsafe swiftbuf_is_none($0) != 0 ? nil : $0 }
        var format: ItemFormat?
        if let given = unsafe given {
            unsafe format = try ItemFormat(argument: given, for: .copy)
            swapping = try unsafe source.bytesToSwap(for: format.unsafelyUnwrapped)
        }
        source.countExport()
        defer { source.uncountExport() }
        guard let copy = unsafe swiftbuf_object_new(swiftbuf_type_of(object), nil) else { return nil }
        do throws(ExceptionIsSet) {
            // SAFETY: nobody else knows the new object, and the source stays as it is by the export that is counted.
            let target = unsafe ExportBlock(of: copy)
            if let format = unsafe format {
                try unsafe target.reserve(rank: source.rank, formatByteCount: format.reservedByteCount)
                unsafe target.setFormat(format)
            } else {
                try target.reserve(rank: source.rank, formatByteCount: source.formatByteCount)
                target.copyItemFormat(from: source)
            }
            try target.allocate(for: source, order: order)
            withoutGIL(forByteCount: source.byteCount) {
                unsafe ItemsOperand(source).withItems { items in
                    unsafe ItemsOperand(target).withItems { items.copy(to: $0, swapping: swapping) }
                }
            }
        } catch {
            unsafe swiftbuf_drop_reference(copy)
            throw error
        }
        unsafe PyObject_GC_Track(copy)
        return unsafe copy
    } catch {
        return nil
    }
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
        // The dimensions in the order of their strides, the longest first; those with equal ones stay in their own.
        var axes = InlineArray<64, Int>(repeating: 0)
        for axis in 0..<rank {
            var position = axis
            while position > 0, unsafe source.byteStrides[axes[position - 1]].magnitude < source.byteStrides[axis].magnitude {
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

/// `b.tolist()`.
@_cdecl("swiftbuf_buffer_tolist")
func bufferToList(_ object: UnsafeMutablePointer<PyObject>?, _: UnsafeMutablePointer<PyObject>?) -> NewReference {
    let export = unsafe ExportBlock(of: object)
    guard export.checkNotReleased() else { return nil }
    guard unsafe export.pointer.pointee.item_kind != 0 else {
        export.raiseItemsNotReadable()
        return nil
    }
    // Making lists may run the garbage collector, and so Python code: the memory must stay.
    if export.itemIsRecord {
        do throws(ExceptionIsSet) {
            let tree = try export.compileFormat()
            return unsafe export.pinned {
                unsafe list(of: export, axis: 0, at: export.pointer.pointee.buf) { unsafe tree.readItem(at: $0) }
            }
        } catch {
            return nil
        }
    }
    if export.memoryviewReadsItems && export.byteCount >= 64 * export.itemByteCount {
        return unsafe listByMemoryview(of: object)
    }
    return unsafe export.pinned {
        unsafe list(of: export, axis: 0, at: export.pointer.pointee.buf.unsafelyUnwrapped) { unsafe export.readItem(at: $0) }
    }
}

/// The items as memoryview's tolist() makes them.
///
/// It writes into lists directly, where the limited API has one more call for each item.
private func listByMemoryview(of object: UnsafeMutablePointer<PyObject>?) -> NewReference {
    // SAFETY: the memoryview keeps memory and layout in place by its Py_buffer.
    guard let view = unsafe PyMemoryView_FromObject(object) else { return nil }
    defer { unsafe swiftbuf_drop_reference(view) }
    return unsafe swiftbuf_call_method(view, cText("tolist"))
}

extension ExportBlock {
    /// Whether every memoryview reads items of this format: one native letter of a number, a truth or a character. (`e` came with 3.12.)
    fileprivate var memoryviewReadsItems: Bool {
        guard let kind = itemKind, !itemIsSwapped, unsafe pointer.pointee.format[1] == 0 else { return false }
        return !kind.isText && kind != .longDouble && kind != .float16
    }
}

/// The items from a dimension on, as nested lists.
@inline(__always)
private func list(
    of export: ExportBlock, axis: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    if export.rank == 0 {
        return unsafe readItem(UnsafeRawPointer(address))
    }
    if export.rank == 1 && !export.isIndirect {
        return unsafe row(count: export.shape[0], byteStride: export.byteStrides[0], at: address, readItem)
    }
    return unsafe nestedList(of: export, axis: axis, at: address, readItem)
}

/// The items of one dimension, as a list.
@inline(__always)
private func row(
    count: Int, byteStride: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    guard let result = unsafe PyList_New(count) else { return nil }
    var address = unsafe address
    for index in 0..<count {
        // PyList_SetItem steals the item.
        guard let item = unsafe readItem(UnsafeRawPointer(address)), unsafe PyList_SetItem(result, index, item) == 0 else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += byteStride
    }
    return unsafe result
}

/// At most 64 calls deep.
private func nestedList(
    of export: ExportBlock, axis: Int, at address: UnsafeMutableRawPointer, _ readItem: (UnsafeRawPointer) -> NewReference
) -> NewReference {
    let count = unsafe export.shape[axis]
    guard let result = unsafe PyList_New(count) else { return nil }
    var address = unsafe address
    let isLast = axis + 1 == export.rank
    for index in 0..<count {
        let place = unsafe export.follow(address, behind: axis)
        let item =
            unsafe isLast
            ? readItem(UnsafeRawPointer(place)) : nestedList(of: export, axis: axis + 1, at: place, readItem)
        // PyList_SetItem steals the item.
        guard let item = unsafe item, unsafe PyList_SetItem(result, index, item) == 0 else {
            unsafe swiftbuf_drop_reference(result)
            return nil
        }
        unsafe address += export.byteStrides[axis]
    }
    return unsafe result
}
