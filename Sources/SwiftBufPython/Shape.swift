// A shape as Python gives it: an int, or a tuple of ints. And the order of its dimensions.

import CPython
import CSwiftBuf
import SwiftBufCore

/// The number of dimensions of a shape argument.
///
/// - Throws: With `TypeError` set for what is neither an int nor a tuple, `ValueError` for too many dimensions.
@inline(__always)
func rank(ofShape shape: UnsafeMutablePointer<PyObject>, for function: FunctionName) throws(ExceptionIsSet) -> Int {
    // SAFETY: `shape` is a borrowed argument.
    if unsafe swiftbuf_is_exact_int(shape) != 0 { return 1 }
    return try unsafe uncommonRank(ofShape: shape, for: function)
}

@inline(never)
private func uncommonRank(
    ofShape shape: UnsafeMutablePointer<PyObject>, for function: FunctionName
) throws(ExceptionIsSet) -> Int {
    guard unsafe swiftbuf_is_tuple(shape) != 0 else {
        if unsafe PyIndex_Check(shape) != 0 { return 1 }
        unsafe swiftbuf_raise_type(
            SWIFTBUF_TYPE_ERROR, cText("shape of type '%U' was given to %s() but it must be an int or a tuple of ints"), shape,
            function.text)
        throw ExceptionIsSet()
    }
    let count = unsafe swiftbuf_tuple_size(shape)
    if count > Layout.maximumRank {
        raise(.tooManyDimensions(count), from: function)
        throw ExceptionIsSet()
    }
    return count
}

/// Reads a shape argument into as many dimensions as ``rank(ofShape:for:)`` counted.
///
/// May run Python code (`__index__`): the caller looks at nothing that such code could change before this returns.
///
/// - Throws: With `TypeError` set for a dimension that is no int, `ValueError` for one that no index can count.
@inline(__always)
func readShape(
    _ shape: UnsafeMutablePointer<PyObject>, into dimensions: UnsafeMutableBufferPointer<Int>, for function: FunctionName
) throws(ExceptionIsSet) {
    if unsafe swiftbuf_is_tuple(shape) == 0 {
        // Before `rank` answers 1 it has seen that this is no tuple.
        unsafe dimensions.baseAddress.unsafelyUnwrapped[0] = try readDimension(shape, for: function)
        return
    }
    for axis in 0..<dimensions.count {
        // PyTuple_GetItem cannot fail inside the tuple's size.
        let item = unsafe PyTuple_GetItem(shape, axis).unsafelyUnwrapped
        unsafe dimensions.baseAddress.unsafelyUnwrapped[axis] = try readDimension(item, for: function)
    }
}

@inline(__always)
private func readDimension(
    _ object: UnsafeMutablePointer<PyObject>, for function: FunctionName
) throws(ExceptionIsSet) -> Int {
    if unsafe swiftbuf_is_exact_int(object) != 0 {
        let count = unsafe PyLong_AsSsize_t(object)
        if count >= 0 { return count }
    }
    return try unsafe readUncommonDimension(object, for: function)
}

/// Reads a dimension that is below zero, too large, or an object that has `__index__`.
@inline(never)
private func readUncommonDimension(
    _ object: UnsafeMutablePointer<PyObject>, for function: FunctionName
) throws(ExceptionIsSet) -> Int {
    PyErr_Clear()
    // Without an exception to raise, CPython clips what no index can count to the largest or smallest one.
    let count = unsafe PyNumber_AsSsize_t(object, nil)
    if count == -1, unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
    if count == Int.max {
        raise(.sizeOverflow, from: function)
        throw ExceptionIsSet()
    }
    return count
}

/// Reads an order argument: `'C'`, which is also the default, or `'F'`.
///
/// - Throws: With `TypeError` set for what is no str, `ValueError` for another text.
@inline(__always)
func readOrder(_ order: UnsafeMutablePointer<PyObject>?, for function: FunctionName) throws(ExceptionIsSet) -> Order {
    guard let order = unsafe order else { return .c }
    return try unsafe readGivenOrder(order, for: function)
}

@inline(never)
private func readGivenOrder(
    _ order: UnsafeMutablePointer<PyObject>, for function: FunctionName
) throws(ExceptionIsSet) -> Order {
    guard unsafe swiftbuf_is_str(order) != 0 else {
        unsafe swiftbuf_raise_type(
            SWIFTBUF_TYPE_ERROR, cText("order of type '%U' was given to %s() but it must be 'C' or 'F'"), order, function.text)
        throw ExceptionIsSet()
    }
    if unsafe PyUnicode_CompareWithASCIIString(order, "C") == 0 { return .c }
    if unsafe PyUnicode_CompareWithASCIIString(order, "F") == 0 { return .fortran }
    unsafe swiftbuf_raise_object(
        SWIFTBUF_VALUE_ERROR, cText("order %R was given to %s() but it must be 'C' or 'F'"), order, function.text)
    throw ExceptionIsSet()
}
