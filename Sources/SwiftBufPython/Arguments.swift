// Reading the arguments of a METH_FASTCALL | METH_KEYWORDS function: by position, then by name.
//
// Everything is borrowed from the caller's vector, which CPython keeps alive during the call.

import CPython
import CSwiftBuf

/// The arguments of one call.
@unsafe
struct Arguments {
    /// For messages: `zeros`.
    let function: FunctionName
    let values: UnsafePointer<UnsafeMutablePointer<PyObject>?>?
    let positionalCount: Int
    /// A tuple of str, or NULL.
    let names: UnsafeMutablePointer<PyObject>?

    /// The value of the parameter at `position`, nil if it was not given.
    ///
    /// - Precondition: ``check(_:)`` has accepted the call.
    @inline(__always)
    func value(_ position: Int, _ name: StaticString) -> UnsafeMutablePointer<PyObject>? {
        if unsafe position < positionalCount {
            return unsafe values.unsafelyUnwrapped[position]
        }
        return unsafe names == nil ? nil : value(named: name)
    }

    @inline(never)
    private func value(named name: StaticString) -> UnsafeMutablePointer<PyObject>? {
        for index in 0..<(unsafe PyTuple_Size(names)) {
            // PyTuple_GetItem cannot fail inside the tuple's size.
            if let key = unsafe PyTuple_GetItem(names, index), unsafe PyUnicode_CompareWithASCIIString(key, cText(name)) == 0 {
                return unsafe values.unsafelyUnwrapped[positionalCount + index]
            }
        }
        return nil
    }

    /// The value of a parameter that must be given.
    ///
    /// - Throws: With `TypeError` set.
    @inline(__always)
    func required(_ position: Int, _ name: StaticString) throws(ExceptionIsSet) -> UnsafeMutablePointer<PyObject> {
        guard let value = unsafe value(position, name) else { throw unsafe isMissing(name) }
        return unsafe value
    }

    @inline(never)
    private func isMissing(_ name: StaticString) -> ExceptionIsSet {
        unsafe swiftbuf_raise_text(SWIFTBUF_TYPE_ERROR, cText("%s() needs the argument '%s'"), function.text, cText(name))
        return ExceptionIsSet()
    }

    /// Refuses more positional arguments than there are parameters, and names that are none.
    ///
    /// - Parameters:
    ///   - count: How many parameters there are.
    ///   - parameter: The name of each.
    /// - Throws: With `TypeError` set.
    @inline(__always)
    func check(_ count: Int, _ parameter: (Int) -> StaticString) throws(ExceptionIsSet) {
        if unsafe names == nil && positionalCount <= count { return }
        try unsafe checkNames(count, parameter)
    }

    @inline(never)
    private func checkNames(_ count: Int, _ parameter: (Int) -> StaticString) throws(ExceptionIsSet) {
        if unsafe positionalCount > count {
            unsafe raise(
                .typeError, "%s() takes at most %lld positional arguments but %lld were given", function.text, count,
                positionalCount)
            throw ExceptionIsSet()
        }
        for index in 0..<(unsafe PyTuple_Size(names)) {
            guard let name = unsafe PyTuple_GetItem(names, index) else { throw ExceptionIsSet() }
            var position = 0
            while position < count, unsafe PyUnicode_CompareWithASCIIString(name, cText(parameter(position))) != 0 {
                position += 1
            }
            if position == count {
                unsafe swiftbuf_raise_object(
                    SWIFTBUF_TYPE_ERROR, cText("%R is no keyword argument of %s()"), name, function.text)
                throw ExceptionIsSet()
            }
            if unsafe position < positionalCount {
                unsafe swiftbuf_raise_object(
                    SWIFTBUF_TYPE_ERROR, cText("argument %R of %s() was given by position and by name"), name, function.text)
                throw ExceptionIsSet()
            }
        }
    }
}
