// What generated code of another package needs to borrow for the time of a call that C makes: without closures, and with no room for an
// error in the frame. `@_spi`, so it is neither in completion nor in the documentation.

/// A borrow in a frame of C's.
///
/// It has no value: what is held lies in room that the frame has, and the frame ends it. (A public noncopyable struct whose
/// `deinit` is not inlinable crashes the compiler of 6.3.1.)
@_spi(SwiftBufKit)
public enum KitBorrow {
    /// Bytes of room for one borrow, at any address.
    public static var roomByteCount: Int { leaseRoomByteCount }

    /// Begins a borrow.
    ///
    /// - Parameters:
    ///   - room: ``roomByteCount`` bytes, which need not be initialised; they stay in place until ``end(in:)``.
    ///   - object: A `PyObject`, alive until then.
    ///   - api: The `swiftbuf_api` of the object's interpreter.
    /// - Returns: False with a Python exception set; nothing is held then, and ``end(in:)`` is not called.
    /// - Threads: With the GIL.
    @unsafe
    public static func begin<Element: BufferElement>(
        in room: UnsafeMutableRawBufferPointer, of object: UnsafeMutableRawPointer, as element: Element.Type, shape: ShapePattern,
        isMutable: Bool, isStrided: Bool, mayCopy: Bool, api: UnsafeRawPointer?
    ) -> Bool {
        do throws(BufferError) {
            _ = try unsafe beginLease(
                in: leaseRoom(in: room), of: object,
                BorrowRequest(of: Element.self, shape: shape, isMutable: isMutable, isStrided: isStrided, mayCopy: mayCopy),
                api: api)
            return true
        } catch {
            error.raise()
            return false
        }
    }

    /// The borrowed memory, to read; packed.
    @unsafe
    @_lifetime(immortal)
    public static func view<Element: BufferElement>(
        in room: UnsafeMutableRawBufferPointer, as element: Element.Type
    ) -> BufferView<Element> {
        unsafe BufferView(lending: leasedItems(in: leaseRoom(in: room)))
    }

    /// The borrowed memory, to read and write; packed.
    @unsafe
    @_lifetime(immortal)
    public static func mutableView<Element: BufferElement>(
        in room: UnsafeMutableRawBufferPointer, as element: Element.Type
    ) -> MutableBufferView<Element> {
        unsafe MutableBufferView(lending: leasedItems(in: leaseRoom(in: room)))
    }

    /// The borrowed memory, to read, at any strides.
    @unsafe
    @_lifetime(immortal)
    public static func stridedView<Element: BufferElement>(
        in room: UnsafeMutableRawBufferPointer, as element: Element.Type
    ) -> StridedBufferView<Element> {
        unsafe StridedBufferView(lending: leasedItems(in: leaseRoom(in: room)))
    }

    /// The borrowed memory, to read and write, at any strides.
    @unsafe
    @_lifetime(immortal)
    public static func mutableStridedView<Element: BufferElement>(
        in room: UnsafeMutableRawBufferPointer, as element: Element.Type
    ) -> MutableStridedBufferView<Element> {
        unsafe MutableStridedBufferView(lending: leasedItems(in: leaseRoom(in: room)))
    }

    /// Ends a borrow that was begun; no view of it is used afterwards.
    ///
    /// - Threads: With the GIL. May run Python code; an exception that is set stays set.
    @unsafe
    public static func end(in room: UnsafeMutableRawBufferPointer) {
        unsafe endLease(in: leaseRoom(in: room))
    }
}
