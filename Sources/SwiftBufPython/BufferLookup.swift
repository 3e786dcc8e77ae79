// Looking for a value: index(), count() and `in`, by Python's ==; and iter(). Plain numbers are looked for by a kernel (BufferSearch.swift).
//
// A view can have more items than anybody waits for (a stride of zero, or no bytes): every loop here can be interrupted.

import CPython
import CSwiftBuf
import SwiftBufCore

/// `iter(b)`: items, or views along the first dimension.
@_cdecl("swiftbuf_buffer_iter")
func bufferIterator(_ object: UnsafeMutablePointer<PyObject>?) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { pin in
        unsafe pin.export.checkHasLength() ? PySeqIter_New(object) : nil
    }
}

/// `value in b`: an item, or a view along the first dimension, that is equal to a value.
@_cdecl("swiftbuf_buffer_contains")
func bufferContains(_ object: UnsafeMutablePointer<PyObject>?, _ value: UnsafeMutablePointer<PyObject>?) -> CInt {
    do throws(ExceptionIsSet) {
        return try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try unsafe isItem(value.unsafelyUnwrapped, of: pin) ? 1 : 0
        }
    } catch {
        return -1
    }
}

private func isItem(_ value: UnsafeMutablePointer<PyObject>, of pin: PinnedBuffer) throws(ExceptionIsSet) -> Bool {
    let export = pin.export
    guard export.checkHasLength() else { throw ExceptionIsSet() }
    switch try unsafe export.search(for: value) {
    case .unneeded: return false
    case .bits(let sought): return try export.firstIndex(of: sought, in: unsafe 0..<export.shape[0]) != nil
    case .oneByOne: break
    }
    var count = unsafe export.shape[0]
    // Views without bytes have one shape and no items: the first is equal, or none is.
    if export.rank > 1 && export.byteCount == 0 { count = min(count, 1) }
    var isFound = false
    let isDone = unsafe export.forEach(
        in: 0..<count, equalTo: value, element: { unsafe export.rank == 1 ? export.itemOfRow($0) : bufferItem(pin.object, $0) },
        found: { _ in
            isFound = true
            return false
        })
    guard isDone else { throw ExceptionIsSet() }
    return isFound
}

/// `b.count(value)`.
@_cdecl("swiftbuf_buffer_count")
func bufferCount(_ object: UnsafeMutablePointer<PyObject>?, _ value: UnsafeMutablePointer<PyObject>?) -> NewReference {
    unsafe BufferHandle(object).pinnedReference { (pin) throws(ExceptionIsSet) in
        let export = pin.export
        guard export.checkOneDimension() else { throw ExceptionIsSet() }
        let all = unsafe 0..<export.shape[0]
        switch try unsafe export.search(for: value.unsafelyUnwrapped) {
        case .unneeded: return unsafe PyLong_FromSsize_t(0)
        case .bits(let sought): return unsafe PyLong_FromSsize_t(try export.count(of: sought, in: all))
        case .oneByOne: break
        }
        var count = 0
        let isDone = unsafe export.forEach(
            in: all, equalTo: value.unsafelyUnwrapped, element: { unsafe export.itemOfRow($0) },
            found: { _ in
                count += 1
                return true
            })
        return unsafe isDone ? PyLong_FromSsize_t(count) : nil
    }
}

/// `b.index(value[, start[, stop]])`.
@_cdecl("swiftbuf_buffer_index")
func bufferIndex(
    _ object: UnsafeMutablePointer<PyObject>?, _ arguments: UnsafePointer<UnsafeMutablePointer<PyObject>?>?, _ count: Int
) -> NewReference {
    guard count >= 1 && count <= 3 else {
        raise(.typeError, "index: a value, a start and a stop are taken but %lld arguments were given", count)
        return nil
    }
    // SAFETY: CPython calls a method with as many arguments as it says. The ends may run Python code: they are read first.
    let value = unsafe arguments.unsafelyUnwrapped[0].unsafelyUnwrapped
    var start = 0
    var stop = Int.max
    do throws(ExceptionIsSet) {
        if count > 1 { start = try unsafe readEnd(arguments.unsafelyUnwrapped[1].unsafelyUnwrapped) }
        if count > 2 { stop = try unsafe readEnd(arguments.unsafelyUnwrapped[2].unsafelyUnwrapped) }
    } catch {
        return nil
    }
    var found: Int?
    do throws(ExceptionIsSet) {
        found = try unsafe BufferHandle(object).pinned { (pin) throws(ExceptionIsSet) in
            try unsafe index(of: value, from: start, to: stop, in: pin)
        }
    } catch {
        return nil
    }
    // The value's own repr may do anything to the Buffer, which is pinned no more.
    guard let found else {
        unsafe swiftbuf_raise_object(SWIFTBUF_VALUE_ERROR, cText("index: %R is not in this Buffer"), value, nil)
        return nil
    }
    return unsafe PyLong_FromSsize_t(found)
}

/// The index of the first item between two ends that is equal to a value; nil if none is.
private func index(
    of value: UnsafeMutablePointer<PyObject>, from first: Int, to last: Int, in pin: PinnedBuffer
) throws(ExceptionIsSet) -> Int? {
    let export = pin.export
    guard export.checkOneDimension() else { throw ExceptionIsSet() }
    var (start, stop) = (first, last)
    let length = unsafe export.shape[0]
    // Ends below zero count from the end; those that are still outside are clipped.
    if start < 0 { start = max(start &+ length, 0) }
    if stop < 0 { stop = max(stop &+ length, 0) }
    stop = min(stop, length)
    return try unsafe export.firstIndex(of: value, in: min(start, stop)..<stop)
}

/// Reads an end of the range to look in; what no index can count is clipped.
private func readEnd(_ object: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Int {
    let end = unsafe PyNumber_AsSsize_t(object, nil)
    if end == -1, unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
    return end
}

extension ExportBlock {
    /// Sets `TypeError` for a Buffer of no dimensions.
    func checkHasLength() -> Bool {
        guard rank > 0 else {
            raise(.typeError, "a 0-dimensional Buffer has no length")
            return false
        }
        return true
    }

    /// Sets `NotImplementedError`, as memoryview, for more than one dimension.
    fileprivate func checkOneDimension() -> Bool {
        guard checkHasLength() else { return false }
        guard rank == 1 else {
            raise(.notImplementedError, "values are looked for in one dimension but this Buffer has %lld", rank)
            return false
        }
        return true
    }

    /// The first index of a range at which an item is equal to a value; nil if there is none.
    fileprivate func firstIndex(
        of value: UnsafeMutablePointer<PyObject>, in range: Range<Int>
    ) throws(ExceptionIsSet) -> Int? {
        switch try unsafe search(for: value) {
        case .unneeded: return nil
        case .bits(let sought): return try firstIndex(of: sought, in: range)
        case .oneByOne: break
        }
        var found: Int?
        let isDone = unsafe forEach(
            in: range, equalTo: value, element: { unsafe itemOfRow($0) },
            found: { index in
                found = index
                return false
            })
        guard isDone else { throw ExceptionIsSet() }
        return found
    }

    /// The item at an index of one dimension, which is not out of bounds.
    fileprivate func itemOfRow(_ index: Int) -> NewReference {
        do throws(ExceptionIsSet) {
            let address = try unsafe follow(
                pointer.pointee.buf.unsafelyUnwrapped + index &* pointer.pointee.strides.unsafelyUnwrapped[0], behind: 0)
            return unsafe readItem(at: address)
        } catch {
            return nil
        }
    }

    /// Calls `found` with each position, the object at which is equal to a value, until it says to stop.
    ///
    /// Comparing may run Python code, so the Buffer is pinned. Signals are looked at now and then.
    ///
    /// - Parameter element: Makes the object at a position.
    /// - Returns: Whether all went well; if not, an exception is set.
    @inline(__always)
    fileprivate func forEach(
        in range: Range<Int>, equalTo value: UnsafeMutablePointer<PyObject>, element: (Int) -> NewReference,
        found: (Int) -> Bool
    ) -> Bool {
        for index in range {
            guard let item = unsafe element(index) else { return false }
            let isEqual = unsafe PyObject_RichCompareBool(item, value, CInt(Py_EQ))
            unsafe swiftbuf_drop_reference(item)
            if isEqual < 0 { return false }
            if isEqual > 0 && !found(index) { return true }
            if index & 0xFFF == 0xFFF, PyErr_CheckSignals() != 0 { return false }
        }
        return true
    }
}
