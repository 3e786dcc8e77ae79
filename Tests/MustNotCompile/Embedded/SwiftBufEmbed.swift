// Stands in for SwiftBufEmbed where the fixtures are compiled as Embedded Swift: the same doors, over what a module for Python has.

public import SwiftBuf

/// The token, which has nothing to do here.
public struct Python: ~Escapable {
    @_lifetime(immortal)
    init() {}
}

/// An object that Python lends.
public struct PythonObject: ~Escapable {
    let argument: PythonArgument

    @_lifetime(copy argument)
    init(_ argument: PythonArgument) {
        self.argument = argument
    }
}

extension Python {
    /// Borrows an object's memory to read, packed.
    public func withBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type, _ body: (BufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try object.argument.withBuffer(as: element, body)
    }

    /// Borrows an object's memory to write, packed.
    public func withMutableBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type,
        _ body: (inout MutableBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try object.argument.withMutableBuffer(as: element, body)
    }

    /// Borrows an object's memory to read, at any strides.
    public func withStridedBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type, _ body: (StridedBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try object.argument.withStridedBuffer(as: element, body)
    }

    /// Borrows an object's memory to write, at any strides.
    public func withMutableStridedBuffer<Element: BufferElement, Result: ~Copyable>(
        of object: PythonObject, as element: Element.Type,
        _ body: (inout MutableStridedBufferView<Element>) throws(BufferError) -> Result
    ) throws(BufferError) -> Result {
        try object.argument.withMutableStridedBuffer(as: element, body)
    }
}
