// The order argument of what copies: 'C', 'F', 'A', 'K'.

import CPython
import CSwiftBuf
import SwiftBufCore

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
}
