// What an object's buffer is, before it is borrowed.

public import SwiftBuf

extension Python {
    /// What an object's buffer is: the type of its items, their number along each dimension, and how they lie.
    ///
    /// So one function can serve several types of items:
    ///
    ///     func itemCount(of image: PythonObject, _ python: Python) throws -> Int {
    ///         switch try python.bufferDescription(of: image).elementType {
    ///         case .uint8: try python.withBuffer(of: image, as: UInt8.self) { view in view.count }
    ///         case .float32: try python.withBuffer(of: image, as: Float.self) { view in view.count }
    ///         default: 0
    ///         }
    ///     }
    ///
    /// - Parameter object: Any exporter: an ndarray, `bytes`, an `mmap`, a memoryview, a Buffer.
    /// - Throws: `BufferError`, also if the object has no buffer; ``PythonError`` for what the exporter raised;
    ///   ``InterpreterError/withoutGIL``.
    /// - Ownership: Nothing stays borrowed. Python may change the object afterwards: the borrow checks it again.
    /// - Threads: With the GIL. May run Python code.
    public func bufferDescription(of object: PythonObject) throws -> BufferDescription {
        defer { withExtendedLifetime(object) {} }
        // SAFETY: the object is alive until the end, and the thread has the GIL, which `address` asks for.
        let address = try unsafe object.address()
        do {
            return try unsafe BufferDescription(unsafeObject: address)
        } catch {
            throw whatWasRaised(error)
        }
    }
}
