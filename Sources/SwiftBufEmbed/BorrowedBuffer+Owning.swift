// A borrow that is a value, for where a closure is in the way.

import CPython
import CSwiftBufEmbed
public import SwiftBuf

extension BorrowedBuffer {
    /// Borrows an object's memory to read, until this value goes: items packed in C order.
    ///
    ///     let image = try BorrowedBuffer<UInt8>(photo, shape: [nil, nil, 3])
    ///     let mean = average(image.span)
    ///
    /// It cannot be copied, and its spans cannot outlive it. In all else ``Python/withBorrowed(_:as:shape:copyIfNeeded:_:)``.
    ///
    /// - Ownership: The exporter keeps its memory until this value goes, and gets it back exactly once, with the GIL.
    /// - Threads: Made with the GIL. It may go on any thread: one without the GIL takes it for that, and so must not be waited for with
    ///   the GIL. After ``Interpreter/stop()`` the memory is left as it is, since its exporter went with the interpreter.
    public init(
        _ object: PythonObject, shape: ShapePattern = .any, copyIfNeeded: Bool = false
    ) throws {
        do {
            // SAFETY: the object is alive during the call, and the thread has the GIL, which `address` asks for.
            try unsafe self.init(
                unsafeObject: object.address(), shape: shape, copyIfNeeded: copyIfNeeded, ending: endOwnedLease)
        } catch {
            throw whatWasRaised(error)
        }
        withExtendedLifetime(object) {}
    }
}

extension MutableBorrowedBuffer {
    /// Borrows an object's memory to read and write, until this value goes: items packed in C order.
    ///
    ///     var image = try MutableBorrowedBuffer<UInt8>(photo)
    ///     var pixels = image.mutableSpan
    ///     pixels[0] = 255
    ///
    /// In all else ``BorrowedBuffer/init(_:shape:copyIfNeeded:)``.
    public init(_ object: PythonObject, shape: ShapePattern = .any) throws {
        do {
            // SAFETY: as above.
            try unsafe self.init(unsafeObject: object.address(), shape: shape, ending: endOwnedLease)
        } catch {
            throw whatWasRaised(error)
        }
        withExtendedLifetime(object) {}
    }
}

/// Ends a lease on whatever thread; false, with nothing done, if the interpreter was stopped.
private func endOwnedLease(_ room: UnsafeMutableRawPointer) -> Bool {
    // SAFETY: begun before, ended once; the GIL is held here, or taken.
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
