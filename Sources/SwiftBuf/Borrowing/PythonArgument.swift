// A Python object that is lent to Swift for the time of a call, and the ways to borrow its memory.

/// A Python object, while the calling thread has the GIL and somebody else keeps the object.
///
/// Made by ``ExtensionArguments`` in a module for Python, and by `SwiftBufEmbed` in a program. It cannot be kept: the compiler refuses it.
///
/// - Threads: The one that it was lent on.
@safe
public struct PythonArgument: ~Escapable {
    @usableFromInline let object: UnsafeMutableRawPointer
    /// The `swiftbuf_api` of the object's interpreter; nil in a program, which has one interpreter.
    @usableFromInline let api: UnsafeRawPointer?

    /// Lends an object of the interpreter that a program has started.
    ///
    /// - Parameter object: A `PyObject` that stays alive as long as the value, on a thread that has the GIL.
    @_spi(SwiftBufKit)
    @unsafe
    @inlinable
    @_lifetime(immortal)
    public init(unsafeObject object: UnsafeMutableRawPointer) {
        unsafe self.object = object
        unsafe api = nil
    }

    /// Lends an object of whatever interpreter.
    ///
    /// - Parameter api: The `swiftbuf_api` of that interpreter; it outlives the value.
    @unsafe
    @_lifetime(immortal)
    init(unsafeObject object: UnsafeMutableRawPointer, api: UnsafeRawPointer) {
        unsafe self.object = object
        unsafe self.api = api
    }
}

extension PythonArgument {
    /// Borrows the object's memory to read: items packed in C order.
    ///
    /// - Parameters:
    ///   - element: The type of the items. Formats are told apart by kind and size: `l` and `q` are both `Int64`.
    ///   - shape: The shapes that are accepted.
    ///   - copyIfNeeded: Whether a packed copy may be lent of memory that lies otherwise, is misaligned, or in the other byte order. The
    ///     type and the shape must be right all the same.
    ///   - body: Gets the memory for the time of the call.
    /// - Returns: What `body` returns.
    /// - Throws: ``BufferError``, and then `body` was not called; and what `body` throws.
    /// - Complexity: O(dimensions), but for a copy.
    /// - Ownership: The exporter keeps its memory until `body` is over, and gets it back exactly once.
    /// - Threads: With the GIL.
    /// - Source: CPython, `Doc/c-api/buffer.rst` (`PyObject_GetBuffer`, with `PyBUF_ND | PyBUF_FORMAT`).
    @inlinable
    public func withBuffer<Element: BufferElement, Result: ~Copyable>(
        as element: Element.Type, shape: ShapePattern = .any, copyIfNeeded: Bool = false,
        _ body: (BufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        // SAFETY: the object is alive for as long as this value is; no view outlives `body`.
        try unsafe withLease(
            of: object, BorrowRequest(of: Element.self, shape: shape, mayCopy: copyIfNeeded), api: api, failure: { $0 }
        ) { (items) throws(BufferError) -> Result in
            return try unsafe body(BufferView<Element>(lending: items))
        }
    }

    /// Borrows the object's memory to read and write: items packed in C order.
    ///
    /// Never a copy, because what is written to it would be lost. In all else ``withBuffer(as:shape:copyIfNeeded:_:)``.
    @inlinable
    public func withMutableBuffer<Element: BufferElement, Result: ~Copyable>(
        as element: Element.Type, shape: ShapePattern = .any,
        _ body: (inout MutableBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        // SAFETY: the object is alive for as long as this value is; no view outlives `body`.
        try unsafe withLease(
            of: object, BorrowRequest(of: Element.self, shape: shape, isMutable: true), api: api, failure: { $0 }
        ) { (items) throws(BufferError) -> Result in
            var view = unsafe MutableBufferView<Element>(lending: items)
            return try body(&view)
        }
    }

    /// Borrows the object's memory to read, at whatever strides its items lie.
    ///
    /// In all else ``withBuffer(as:shape:copyIfNeeded:_:)``.
    @inlinable
    public func withStridedBuffer<Element: BufferElement, Result: ~Copyable>(
        as element: Element.Type, shape: ShapePattern = .any, copyIfNeeded: Bool = false,
        _ body: (StridedBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        // SAFETY: the object is alive for as long as this value is; no view outlives `body`.
        try unsafe withLease(
            of: object, BorrowRequest(of: Element.self, shape: shape, isStrided: true, mayCopy: copyIfNeeded), api: api,
            failure: { $0 }
        ) { (items) throws(BufferError) -> Result in
            return try unsafe body(StridedBufferView<Element>(lending: items))
        }
    }

    /// Borrows the object's memory to read and write, at whatever strides its items lie.
    ///
    /// In all else ``withMutableBuffer(as:shape:_:)``.
    @inlinable
    public func withMutableStridedBuffer<Element: BufferElement, Result: ~Copyable>(
        as element: Element.Type, shape: ShapePattern = .any,
        _ body: (inout MutableStridedBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        // SAFETY: the object is alive for as long as this value is; no view outlives `body`.
        try unsafe withLease(
            of: object, BorrowRequest(of: Element.self, shape: shape, isMutable: true, isStrided: true), api: api, failure: { $0 }
        ) { (items) throws(BufferError) -> Result in
            var view = unsafe MutableStridedBufferView<Element>(lending: items)
            return try body(&view)
        }
    }
}
