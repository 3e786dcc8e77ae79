// A borrow that is a value, in a program that embeds the interpreter: how it begins, and how it ends on whatever thread.
//
// Each one is counted at the gate (lifecycle.c), so that the interpreter does not stop while one lives.

import CPython
import CSwiftBufEmbed
public import SwiftBuf

extension BufferBorrow {
    /// Borrows an object's memory to read, until this value is destroyed: items packed in C order.
    ///
    ///     let image = try BufferBorrow(of: photo, as: UInt8.self, shape: [nil, nil, 3])
    ///     let mean = average(image.view.span)
    ///
    /// In all else ``Python/withBuffer(of:as:shape:copyIfNeeded:_:)``.
    ///
    /// - Throws: As `withBuffer`; and ``InterpreterError/stopped`` if the interpreter is about to stop.
    /// - Ownership: The exporter keeps its memory until this value is destroyed, and gets it back exactly once, with the GIL. As long as
    ///   this value lives, ``Interpreter/stop()`` is refused.
    /// - Threads: Made with the GIL. It may be destroyed on any thread: one without the GIL takes it for that, so nobody may wait with the
    ///   GIL for that thread.
    public init(
        of object: PythonObject, as element: Element.Type = Element.self, shape: ShapePattern = .any, copyIfNeeded: Bool = false
    ) throws {
        // SAFETY: the object is alive during the call, and the thread has the GIL, which `address` asks for.
        let address = try unsafe object.address()
        try countOwnedBorrow()
        do {
            try unsafe self.init(unsafeObject: address, shape: shape, copyIfNeeded: copyIfNeeded, ending: endOwnedLease)
        } catch {
            swiftbuf_embed_end_borrow()
            throw whatWasRaised(error)
        }
        withExtendedLifetime(object) {}
    }
}

extension MutableBufferBorrow {
    /// Borrows an object's memory to read and write, until this value is destroyed: items packed in C order.
    ///
    ///     var image = try MutableBufferBorrow(of: photo, as: UInt8.self)
    ///     var view = image.view
    ///     view[0, 0, 0] = 255
    ///
    /// In all else ``BufferBorrow/init(of:as:shape:copyIfNeeded:)``.
    public init(of object: PythonObject, as element: Element.Type = Element.self, shape: ShapePattern = .any) throws {
        // SAFETY: as above.
        let address = try unsafe object.address()
        try countOwnedBorrow()
        do {
            try unsafe self.init(unsafeObject: address, shape: shape, ending: endOwnedLease)
        } catch {
            swiftbuf_embed_end_borrow()
            throw whatWasRaised(error)
        }
        withExtendedLifetime(object) {}
    }
}

/// Counts a borrow that the interpreter does not stop under.
private func countOwnedBorrow() throws(InterpreterError) {
    guard swiftbuf_embed_begin_borrow() == SWIFTBUF_EMBED_DONE else { throw .stopped }
}

/// Ends a lease on whatever thread, and uncounts it; false, with nothing done, if the interpreter is not there any more.
private func endOwnedLease(_ room: UnsafeMutableRawPointer) -> Bool {
    // SAFETY: begun before, ended once; the GIL is held here, or taken.
    defer { swiftbuf_embed_end_borrow() }
    if holdsGIL {
        unsafe endLease(in: room)
        return true
    }
    var stay = swiftbuf_embed_stay()
    guard unsafe swiftbuf_embed_enter(&stay) == SWIFTBUF_EMBED_DONE else { return false }
    unsafe endLease(in: room)
    swiftbuf_embed_leave(stay)
    return true
}
