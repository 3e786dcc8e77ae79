// A Python object in Swift's hands: the reference, and how it goes.
//
// Invariant: every use passes requireGIL() first; only `deinit` may run anywhere.

package import CPython
import CSwiftBuf
import CSwiftBufEmbed

/// A Python object.
///
/// Attributes are read by their names, callables are called, items are subscripted, and everything throws what Python raises:
///
///     let np = try python.import("numpy")
///     let array = try np.asarray(samples, dtype: "float32")
///     let mean = try Double(array[0].mean())
///
/// The members that are declared here would hide Python attributes of the same name. So they have names that Python's attributes do
/// not have, with capital letters, but for `attribute`, `iterated` and `unpacked`. Those, and what Swift keeps for itself after a dot (`self`,
/// `init`, `Type`), ``attribute(_:)`` reads.
///
/// Python's `==` may raise: it is ``isEqual(to:)``, and a PythonObject is neither Equatable nor Hashable.
///
/// - Ownership: One reference, dropped with this value.
/// - Threads: Used with the GIL, inside ``Interpreter/withGIL(_:)``; anywhere else a use throws ``InterpreterError/withoutGIL``. Not
///   Sendable. It may be *dropped* on any thread: one without the GIL takes it for that, and so must not be waited for with the GIL;
///   after ``Interpreter/stop()`` the reference is left, since the object went with the interpreter.
@dynamicMemberLookup
@dynamicCallable
@safe
public final class PythonObject {
    /// The object; alive as long as this value is, and the interpreter.
    let pointer: UnsafeMutablePointer<PyObject>

    /// Takes over a reference.
    ///
    /// - Threads: With the GIL.
    init(_ reference: consuming PythonReference) {
        unsafe pointer = reference.relinquish()
    }

    /// Takes over a new reference.
    ///
    /// - Threads: With the GIL.
    @unsafe
    init(owning new: UnsafeMutablePointer<PyObject>) {
        unsafe pointer = new
    }

    deinit {
        // SAFETY: this value owns one reference; C looks for the GIL itself.
        unsafe swiftbuf_embed_drop(pointer)
    }
}

@available(*, unavailable, message: "a Python object is used with the GIL, which belongs to one thread")
extension PythonObject: Sendable {}

extension PythonObject {
    /// Another reference to the same object.
    ///
    /// - Threads: With the GIL.
    func reference() throws(PythonError) -> PythonReference {
        // SAFETY: a live object, with the GIL.
        try unsafe PythonReference(swiftbuf_new_reference(pointer))
    }

    /// Lends the object to the modules of this package that call CPython.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``, and what `body` throws.
    /// - Ownership: The pointer is borrowed, for the time of the call.
    /// - Threads: With the GIL.
    @unsafe
    package func withUnsafePointer<Result: ~Copyable>(
        _ body: (UnsafeMutablePointer<PyObject>) throws -> Result
    ) throws -> Result {
        try requireGIL()
        return try unsafe body(pointer)
    }

    /// Whether it is Python's `None`.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    /// - Threads: With the GIL.
    public var isNone: Bool {
        get throws {
            try requireGIL()
            // SAFETY: a live object, with the GIL.
            return unsafe swiftbuf_is_none(pointer) != 0
        }
    }
}
