// What an object's buffer is, before it is borrowed: so that one function can serve several types of items.

import CPython
import CSwiftBufABI

extension BufferDescription {
    /// Asks an exporter what its buffer is.
    ///
    /// - Parameter object: A `PyObject` that is alive during the call.
    /// - Throws: ``BufferError``: `noBuffer`, `incoherentExporter`, or `pythonException` with the exporter's exception set.
    /// - Ownership: The exporter has its `Py_buffer` back when this returns.
    /// - Threads: With the GIL. May run Python code.
    @unsafe
    package init(unsafeObject object: UnsafeMutableRawPointer) throws(BufferError) {
        let object = unsafe object.assumingMemoryBound(to: PyObject.self)
        guard unsafe PyObject_CheckBuffer(object) != 0 else { throw unsafe .noBuffer(typeName: BufferError.Text(typeOf: object)) }
        var view = unsafe Py_buffer()
        // SAFETY: the Py_buffer stays where it is until it is released, and so do the numbers that are written for it.
        self = try unsafe withUnsafeMutablePointer(to: &view) { (view) throws(BufferError) in
            guard unsafe PyObject_GetBuffer(object, view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0 else {
                throw unsafe PyErr_Occurred() == nil ? .incoherentExporter : .pythonException
            }
            defer { unsafe swiftbuf_give_back(view) }
            return try unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: 65) { (room) throws(BufferError) in
                let numbers = unsafe room.baseAddress.unsafelyUnwrapped
                return try unsafe ForeignView(view, strides: numbers + 1, extent: numbers).description
            }
        }
    }
}

extension ForeignView {
    /// What this is, asked for by nobody.
    fileprivate var description: BufferDescription {
        BufferDescription(
            element: unsafe ItemDescription(items: format, itemByteCount: itemByteCount), order: unsafe order,
            shape: unsafe ShapePattern(rank: rank, shape: shape), isWritable: unsafe isWritable, isAligned: unsafe isAligned)
    }

    /// Whether every item has an address that the numbers of its size have; of a record, that any number has.
    private var isAligned: Bool {
        var alignment = 1
        while unsafe alignment < 8 && itemByteCount % (alignment * 2) == 0 { alignment *= 2 }
        return unsafe isAligned(to: alignment)
    }
}

extension PythonArgument {
    /// What the object's buffer is, before it is borrowed: the type of its items, their number along each dimension, and how they lie.
    ///
    /// What another thread of Python does afterwards may change it: a borrow checks it again.
    ///
    /// - Throws: ``BufferError``, also if the object has no buffer.
    /// - Threads: With the GIL. May run Python code.
    public func bufferDescription() throws(BufferError) -> BufferDescription {
        // SAFETY: the object is alive as long as this value.
        try unsafe BufferDescription(unsafeObject: object)
    }
}
