// Looking for a plain number among the items of one dimension: by the bits that an equal item has, with a kernel of the core.
//
// Plain is an int, float, bool or complex itself: an object of another class may have a way of its own to be equal, and is compared with one
// item after the other (BufferLookup.swift), as is every value in a Buffer of texts, records or long doubles.

import CPython
import CSwiftBuf
import SwiftBufCore

/// How a value is looked for.
enum Search {
    /// By the bits of the items that are equal to it.
    case bits(SoughtItem)
    /// Not at all: nothing is equal to it.
    case unneeded
    /// By Python's `==`, item by item.
    case oneByOne
}

extension ExportBlock {
    /// How a value is looked for among the items, or the views, along the first dimension.
    ///
    /// Runs no Python code.
    ///
    /// - Throws: With `MemoryError` set.
    func search(for value: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> Search {
        // SAFETY (all of this file): `value` is a borrowed argument.
        guard unsafe swiftbuf_is_plain_number(value) != 0 else { return .oneByOne }
        // No view is equal to a number.
        if rank > 1 { return .unneeded }
        guard let kind = itemKind, SoughtItem.canBe(kind), !isIndirect else { return .oneByOne }
        guard let number = try unsafe plainNumber(value),
            let item = SoughtItem(equalTo: number, kind: kind, swapped: itemIsSwapped)
        else { return .unneeded }
        return .bits(item)
    }

    /// How many items of a range are what is sought.
    ///
    /// - Precondition: The Buffer is pinned, and `search` has looked at it.
    /// - Throws: What a signal's handler raised.
    func count(of sought: SoughtItem, in range: Range<Int>) throws(ExceptionIsSet) -> Int {
        try withoutGIL(forByteCount: byteCount) { (interruption: inout Interruption) in
            unsafe ItemsOperand(self).withItems { items in items.count(of: sought, in: range, &interruption) }
        }
    }

    /// The first index of a range at which is what is sought, as above.
    func firstIndex(of sought: SoughtItem, in range: Range<Int>) throws(ExceptionIsSet) -> Int? {
        try withoutGIL(forByteCount: byteCount) { (interruption: inout Interruption) in
            unsafe ItemsOperand(self).withItems { items in items.firstIndex(of: sought, in: range, &interruption) }
        }
    }
}

/// The number that a plain int, float, bool or complex is; nil for an int that is neither of 64 bits nor exactly a float.
///
/// - Throws: With `MemoryError` set.
private func plainNumber(_ value: UnsafeMutablePointer<PyObject>) throws(ExceptionIsSet) -> SoughtNumber? {
    if unsafe swiftbuf_is_exact_float(value) != 0 { return unsafe .float(PyFloat_AsDouble(value)) }
    if unsafe swiftbuf_is_exact_complex(value) != 0 {
        return unsafe .complex(PyComplex_RealAsDouble(value), PyComplex_ImagAsDouble(value))
    }
    var overflow: CInt = 0
    let signed = unsafe PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow == 0 { return .signed(signed) }
    let unsigned = unsafe PyLong_AsUnsignedLongLong(value)
    if unsafe PyErr_Occurred() == nil { return .unsigned(unsigned) }
    PyErr_Clear()
    let double = unsafe PyLong_AsDouble(value)
    if unsafe PyErr_Occurred() != nil {
        PyErr_Clear()
        return nil
    }
    // Python compares the two exactly.
    guard let float = unsafe PyFloat_FromDouble(double) else { throw ExceptionIsSet() }
    defer { unsafe swiftbuf_drop_reference(float) }
    let isSame = unsafe PyObject_RichCompareBool(float, value, CInt(Py_EQ))
    if isSame < 0 { throw ExceptionIsSet() }
    return isSame == 0 ? nil : .float(double)
}
