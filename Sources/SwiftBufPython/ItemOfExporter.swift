// One item of an exporter without dimensions, as the value of b[i] = value and of fill: its bytes, where its format says the same.
//
// Asking an exporter may run Python code, and so may giving back. So the item's bytes are copied while the exporter's Py_buffer is held,
// and where they go is looked up afterwards, as it is for a value that was converted.

import CPython
import CSwiftBuf
import SwiftBufCore

extension BufferHandle {
    /// Packs a value for the items of this Buffer: the item of an exporter without dimensions, if its format is the same; else what
    /// ``packItem(_:as:)`` makes of the value.
    ///
    /// - Throws: With what converting the value raises, or what an exporter raised that has no value either.
    @inline(never)
    func packItem(
        orItemOf value: UnsafeMutablePointer<PyObject>, as code: ItemCode, for function: FunctionName
    ) throws(ExceptionIsSet) -> PackedItem {
        // SAFETY (all of this file): the caller keeps the value alive.
        guard unsafe PyObject_CheckBuffer(value) != 0 && code.mayBeItem(of: value) else {
            return try unsafe packItem(value, as: code)
        }
        var hasOtherItem = false
        var isRefused = false
        do throws(ExceptionIsSet) {
            let item = try unsafe copyItem(of: value, for: function, &hasOtherItem, isRefused: &isRefused)
            if let item { return item }
        } catch {
            // A number may have a buffer that it cannot fill, of a type that PEP 3118 does not know: its value counts.
            guard isRefused, swiftbuf_raised_must_go_on() == 0 else { throw error }
            return try unsafe packItem(insteadOfBufferOf: value, as: code)
        }
        return try unsafe hasOtherItem ? packItem(ofOtherFormat: value, as: code) : packItem(value, as: code)
    }

    /// Packs the value of an exporter without dimensions whose item has another format.
    ///
    /// - Throws: With `TypeError` set where such an exporter is no value.
    func packItem(
        ofOtherFormat exporter: UnsafeMutablePointer<PyObject>, as code: ItemCode
    ) throws(ExceptionIsSet) -> PackedItem {
        // CPython takes its length for its truth, and it has none, unless it is a number or a str.
        if unsafe code.kind == .bool && PyNumber_Check(exporter) == 0 && swiftbuf_is_str(exporter) == 0 {
            raiseFailure(.wrongType)
            throw ExceptionIsSet()
        }
        return try unsafe packItem(exporter, as: code)
    }

    /// Packs the value of an exporter that refused its buffer, which is the exception that is set; if it has no value either, what it said of
    /// its buffer is raised.
    func packItem(
        insteadOfBufferOf exporter: UnsafeMutablePointer<PyObject>, as code: ItemCode
    ) throws(ExceptionIsSet) -> PackedItem {
        var refusal = unsafe swiftbuf_exception_state()
        unsafe swiftbuf_set_aside(&refusal)
        let packed: PackedItem
        do throws(ExceptionIsSet) {
            packed = try unsafe packItem(exporter, as: code)
        } catch {
            // What is no ordinary exception, such as KeyboardInterrupt, stays.
            unsafe swiftbuf_put_back(&refusal)
            throw error
        }
        unsafe swiftbuf_forget(&refusal)
        return packed
    }

    /// Copies the item of an exporter without dimensions, another Buffer or the same too.
    ///
    /// - Parameters:
    ///   - hasOtherItem: Set to whether its item has another format.
    ///   - isRefused: Set to whether the exporter gave no buffer.
    /// - Returns: nil, with no exception set, for an item of another format and for an exporter with dimensions.
    private func copyItem(
        of exporter: UnsafeMutablePointer<PyObject>, for function: FunctionName, _ hasOtherItem: inout Bool,
        isRefused: inout Bool
    ) throws(ExceptionIsSet) -> PackedItem? {
        let isBuffer = try pinned { (pin) throws(ExceptionIsSet) -> Bool in
            unsafe swiftbuf_is_of_type(exporter, swiftbuf_type_of(pin.object)) != 0
        }
        if isBuffer {
            return try unsafe BufferHandle(exporter).pinned { (source) throws(ExceptionIsSet) -> PackedItem? in
                if source.export.rank != 0 { return nil }
                return try pinned { (target) throws(ExceptionIsSet) -> PackedItem? in
                    hasOtherItem = !source.export.hasSameItems(as: target.export)
                    if hasOtherItem { return nil }
                    return try unsafe target.export.packItem(at: source.export.pointer.pointee.buf.unsafelyUnwrapped)
                }
            }
        }
        isRefused = true
        return try unsafe withExporterView(of: exporter, for: function) { (view) throws(ExceptionIsSet) -> PackedItem? in
            isRefused = false
            if unsafe view.rank != 0 { return nil }
            // Being asked, the exporter may have released or resized the target.
            return try pinned { (target) throws(ExceptionIsSet) -> PackedItem? in
                hasOtherItem = unsafe !target.export.hasSameItems(as: view.format)
                if hasOtherItem { return nil }
                return try unsafe target.export.packItem(at: view.buf)
            }
        }
    }
}

extension ExportBlock {
    /// Copies an item that has the same format as those here.
    ///
    /// - Parameter address: The bytes of an item, which stay where they are.
    /// - Throws: With `NotImplementedError` set for references to objects, or `MemoryError`.
    fileprivate func packItem(at address: UnsafeMutableRawPointer) throws(ExceptionIsSet) -> PackedItem {
        try checkHoldsNoReferences()
        let byteCount = itemByteCount
        do throws(PackFailure) {
            var item = try PackedItem(zeroed: byteCount)
            try unsafe item.withMutableBytes { (bytes) throws(PackFailure) in
                unsafe bytes.copyMemory(from: address, byteCount: byteCount)
            }
            return item
        } catch {
            // No other failure is there than that of the memory.
            throw ExceptionIsSet()
        }
    }
}

extension ItemCode {
    /// Whether the buffer of an exporter is asked for before its value.
    ///
    /// Bytes are a text; and a number is converted as numbers are, but for the one kind that Python's float does not hold.
    fileprivate func mayBeItem(of exporter: UnsafeMutablePointer<PyObject>) -> Bool {
        if unsafe swiftbuf_is_bytes(exporter) != 0 { return false }
        guard let kind, !kind.isText && kind != .longDouble && kind != .complexLongDouble else { return true }
        return unsafe PyNumber_Check(exporter) == 0
    }
}
