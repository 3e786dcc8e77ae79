// The face for a module for Python that is written in Swift: what a C function of METH_FASTCALL gets, made safe.
//
//     @_cdecl("average")
//     func average(
//         _ module: UnsafeMutableRawPointer?, _ arguments: UnsafePointer<UnsafeMutableRawPointer?>?, _ count: Int
//     ) -> UnsafeMutableRawPointer? {
//         unsafe withExtensionArguments(module, arguments, count: count) { (arguments) throws(BufferError) in
//             try arguments.check(count: 1)
//             return try .double(
//                 arguments[0].withBuffer(as: Double.self) { (samples) throws(BufferError) in mean(samples.span) })
//         }
//     }

import CPython
import CSwiftBufABI

/// The arguments that Python called a function with.
///
/// It cannot be kept beyond the call: the compiler refuses it.
///
/// - Threads: With the GIL.
@safe
public struct ExtensionArguments: ~Escapable {
    private let objects: UnsafePointer<UnsafeMutableRawPointer?>?
    private let api: UnsafePointer<swiftbuf_api>
    /// How many there are.
    public let count: Int

    @unsafe
    @_lifetime(immortal)
    init(objects: UnsafePointer<UnsafeMutableRawPointer?>?, count: Int, api: UnsafePointer<swiftbuf_api>) {
        unsafe self.objects = objects
        unsafe self.api = api
        self.count = count
    }

    /// One argument.
    ///
    /// - Throws: ``BufferError/pythonException``, with `TypeError` set, if Python gave fewer.
    public subscript(index: Int) -> PythonArgument {
        @_lifetime(copy self)
        get throws(BufferError) {
            guard index >= 0 && index < count else {
                var text = TextWriter()
                text.append("argument ")
                text.append(index)
                text.append(" was asked for but ")
                text.append(count)
                text.append(count == 1 ? " was given" : " were given")
                text.raise(SWIFTBUF_TYPE_ERROR)
                throw .pythonException
            }
            // SAFETY: CPython lends that many objects, none of them NULL, for the time of the call, and so of this value.
            let argument = unsafe PythonArgument(
                unsafeObject: objects.unsafelyUnwrapped[index].unsafelyUnwrapped, api: UnsafeRawPointer(api))
            return unsafe _overrideLifetime(argument, copying: self)
        }
    }

    /// Refuses another number of arguments.
    ///
    /// - Throws: ``BufferError/pythonException``, with `TypeError` set.
    public func check(count expected: Int) throws(BufferError) {
        guard count == expected else {
            var text = TextWriter()
            text.append(expected)
            text.append(expected == 1 ? " argument was asked for but " : " arguments were asked for but ")
            text.append(count)
            text.append(count == 1 ? " was given" : " were given")
            text.raise(SWIFTBUF_TYPE_ERROR)
            throw .pythonException
        }
    }
}

/// Lets Swift answer a call from Python.
///
/// This is the one door of a module for Python; behind it nothing is unsafe.
///
/// - Parameters:
///   - module: The module object, which CPython hands to each function of a module. Its state is swiftbuf's: the `PyModuleDef` says
///     `.m_size = sizeof(void *)`, and nobody else writes there. What an interpreter has of `_swiftbuf` is remembered in it.
///   - arguments: What CPython hands to a function of METH_FASTCALL: `count` objects, lent for the time of the call. NULL if there is none.
///   - count: How many.
///   - body: Answers the call.
/// - Returns: What the C function returns: a new reference, or NULL with the exception set that stands for the error that `body` threw:
///   TypeError for an object without a buffer or of another item type, ValueError for another shape or a released Buffer, MemoryError,
///   and BufferError for all that may be otherwise at another time. ImportError if there is no `_swiftbuf`, or it is too old, and
///   SystemError if the module has no such state.
/// - Threads: With the GIL.
/// - Source: CPython, `Doc/c-api/structures.rst` (`METH_FASTCALL`).
@unsafe
public func withExtensionArguments(
    _ module: UnsafeMutableRawPointer?, _ arguments: UnsafePointer<UnsafeMutableRawPointer?>?, count: Int,
    _ body: (ExtensionArguments) throws(BufferError) -> ExtensionResult
) -> UnsafeMutableRawPointer? {
    // SAFETY: with the GIL, by the contract.
    guard let api = unsafe swiftbuf_api_of_module(module?.assumingMemoryBound(to: PyObject.self)) else { return nil }
    do throws(BufferError) {
        return unsafe try body(ExtensionArguments(objects: arguments, count: count, api: api)).relinquish()
    } catch {
        error.raise()
        return nil
    }
}
