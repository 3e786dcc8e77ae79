// Python's memory as typed Swift views, in a program that embeds the interpreter.
//
// What a view is, and what is checked, is SwiftBuf's matter; here the exporter's own exceptions become PythonError.

import CPython
public import SwiftBuf

extension Python {
    /// Borrows an object's memory to read: items packed in C order.
    ///
    ///     let mean = try python.withBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
    ///         average(image.span)
    ///     }
    ///
    /// - Parameters:
    ///   - object: Any exporter: an ndarray, `bytes`, an `mmap`, a memoryview, a Buffer.
    ///   - element: The type of the items. Formats are told apart by kind and size: `l` and `q` are both `Int64`.
    ///   - shape: The shapes that are accepted.
    ///   - copyIfNeeded: Whether a packed copy may be lent of memory that lies otherwise, is misaligned, or in the other byte order. The
    ///     type and the shape must be right all the same.
    ///   - body: Gets the memory for the time of the call.
    /// - Returns: What `body` returns.
    /// - Throws: `BufferError` if the object's memory is another one, or in use; ``PythonError`` for what the exporter raised;
    ///   ``InterpreterError/withoutGIL``. Then `body` was not called. And what `body` throws.
    /// - Complexity: O(dimensions), but for a copy.
    /// - Ownership: The exporter keeps its memory until `body` is over, and gets it back exactly once, with the GIL.
    /// - Threads: With the GIL. `body` may let go of it (``withoutGIL(_:)``), and hand spans to other threads that it waits for.
    @inlinable
    public func withBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type, shape: ShapePattern = .any, copyIfNeeded: Bool = false,
        _ body: (BufferView<Element>) throws -> Result
    ) throws -> Result {
        defer { withExtendedLifetime(object) {} }
        // SAFETY: the object is alive until the end, and the thread has the GIL, which `address` asks for.
        return try unsafe withLease(
            of: object.address(), BorrowRequest(of: Element.self, shape: shape, mayCopy: copyIfNeeded), api: nil,
            failure: whatWasRaised
        ) { items in
            try unsafe body(BufferView<Element>(lending: items))
        }
    }

    /// Borrows an object's memory to read and write: items packed in C order.
    ///
    /// Never a copy, because what is written to it would be lost. In all else ``withBuffer(of:as:shape:copyIfNeeded:_:)``.
    @inlinable
    public func withMutableBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type, shape: ShapePattern = .any,
        _ body: (inout MutableBufferView<Element>) throws -> Result
    ) throws -> Result {
        defer { withExtendedLifetime(object) {} }
        // SAFETY: as above.
        return try unsafe withLease(
            of: object.address(), BorrowRequest(of: Element.self, shape: shape, isMutable: true), api: nil,
            failure: whatWasRaised
        ) { items in
            var view = unsafe MutableBufferView<Element>(lending: items)
            return try body(&view)
        }
    }

    /// Borrows an object's memory to read, at whatever strides its items lie.
    ///
    /// In all else ``withBuffer(of:as:shape:copyIfNeeded:_:)``.
    @inlinable
    public func withStridedBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type, shape: ShapePattern = .any, copyIfNeeded: Bool = false,
        _ body: (StridedBufferView<Element>) throws -> Result
    ) throws -> Result {
        defer { withExtendedLifetime(object) {} }
        // SAFETY: as above.
        return try unsafe withLease(
            of: object.address(), BorrowRequest(of: Element.self, shape: shape, isStrided: true, mayCopy: copyIfNeeded), api: nil,
            failure: whatWasRaised
        ) { items in
            try unsafe body(StridedBufferView<Element>(lending: items))
        }
    }

    /// Borrows an object's memory to read and write, at whatever strides its items lie.
    ///
    /// In all else ``withMutableBuffer(of:as:shape:_:)``.
    @inlinable
    public func withMutableStridedBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type, shape: ShapePattern = .any,
        _ body: (inout MutableStridedBufferView<Element>) throws -> Result
    ) throws -> Result {
        defer { withExtendedLifetime(object) {} }
        // SAFETY: as above.
        return try unsafe withLease(
            of: object.address(), BorrowRequest(of: Element.self, shape: shape, isMutable: true, isStrided: true), api: nil,
            failure: whatWasRaised
        ) { items in
            var view = unsafe MutableStridedBufferView<Element>(lending: items)
            return try body(&view)
        }
    }
}

/// The error that a borrow throws: what the exporter raised, where that is what the borrow says.
///
/// - Threads: With the GIL.
@usableFromInline
func whatWasRaised(_ error: BufferError) -> any Error {
    guard error == .pythonException, holdsGIL, unsafe PyErr_Occurred() != nil else {
        return error
    }
    return PythonError.takeRaised()
}

extension PythonObject {
    /// Where the object is, for a borrow.
    ///
    /// - Throws: ``InterpreterError/withoutGIL``.
    @unsafe
    @usableFromInline
    func address() throws -> UnsafeMutableRawPointer {
        try requireGIL()
        return unsafe UnsafeMutableRawPointer(pointer)
    }
}
