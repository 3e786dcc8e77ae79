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
    if unsafe swiftbuf_is_exact_int(shape) != 0 || swiftbuf_is_tuple(shape) == 0 {
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
func readDimension(
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

/// Reads a shape argument that may be left out, or None.
///
/// May run Python code.
///
/// - Returns: How many dimensions were written; nil if there is no shape.
/// - Throws: As ``rank(ofShape:for:)`` and ``readShape(_:into:for:)``.
func readShape(
    orNone shape: UnsafeMutablePointer<PyObject>?, into dimensions: inout InlineArray<64, Int>, for function: FunctionName
) throws(ExceptionIsSet) -> Int? {
    guard let shape = unsafe shape, unsafe swiftbuf_is_none(shape) == 0 else { return nil }
    return try unsafe readShape(shape, into: &dimensions, for: function)
}

/// Reads a shape argument, which may be a list as well, into room for the most dimensions that there can be, and says how many there are.
///
/// May run Python code.
func readShape(
    _ shape: UnsafeMutablePointer<PyObject>, into dimensions: inout InlineArray<64, Int>, for function: FunctionName
) throws(ExceptionIsSet) -> Int {
    if unsafe swiftbuf_is_list(shape) != 0 {
        // Reading a dimension may run code that changes the list; a tuple stays as it is.
        guard let tuple = unsafe PyList_AsTuple(shape) else { throw ExceptionIsSet() }
        defer { unsafe swiftbuf_drop_reference(tuple) }
        return try unsafe readShape(tuple, into: &dimensions, for: function)
    }
    let rank = try unsafe rank(ofShape: shape, for: function)
    var span = dimensions.mutableSpan
    try unsafe span.withUnsafeMutableBufferPointer { (all) throws(ExceptionIsSet) in
        try unsafe readShape(shape, into: UnsafeMutableBufferPointer(rebasing: all[..<rank]), for: function)
    }
    return rank
}

/// Reads an offset in bytes; 0 if there is none.
///
/// May run Python code.
///
/// - Throws: With `TypeError` set for what is no int, `ValueError` for one below zero or behind the end of all memory.
func readOffset(_ offset: UnsafeMutablePointer<PyObject>?, for function: FunctionName) throws(ExceptionIsSet) -> Int {
    guard let offset = unsafe offset else { return 0 }
    guard unsafe PyIndex_Check(offset) != 0 else {
        unsafe swiftbuf_raise_type(
            SWIFTBUF_TYPE_ERROR, cText("offset of type '%U' was given to %s() but it must be an int"), offset, function.text)
        throw ExceptionIsSet()
    }
    // Without an exception to raise, CPython clips what no index can count to the largest or smallest one.
    let count = unsafe PyNumber_AsSsize_t(offset, nil)
    if count == -1, unsafe PyErr_Occurred() != nil { throw ExceptionIsSet() }
    guard count >= 0 && count < Int.max else {
        let text: StaticString =
            count < 0
            ? "offset %R was given to %s() but it must not be negative" : "offset %R was given to %s() but no memory is so long"
        unsafe swiftbuf_raise_object(SWIFTBUF_VALUE_ERROR, cText(text), offset, function.text)
        throw ExceptionIsSet()
    }
    return count
}
