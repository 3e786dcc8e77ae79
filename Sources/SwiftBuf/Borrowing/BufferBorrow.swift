// A borrow that is a value: an owner of its own, whose views depend on it. For where a closure is in the way.
//
// Only ordinary Swift has it: a module's functions borrow for the time of one call.

#if !hasFeature(Embedded)
    /// A borrow of a Python object's memory, to read, that lasts as long as this value: items packed in C order.
    ///
    /// `SwiftBufEmbed` makes it, by `BufferBorrow(of:as:shape:copyIfNeeded:)`. It cannot be copied, and ``view`` cannot outlive it.
    ///
    /// - Ownership: The exporter keeps its memory until this value is destroyed, and gets it back exactly once, with the GIL. As long as
    ///   one lives, the interpreter refuses to stop.
    /// - Threads: Not Sendable. The items may be read on any thread, without the GIL too.
    public struct BufferBorrow<Element: BufferElement>: ~Copyable {
        @usableFromInline let items: BorrowedItems
        private let lease: OwnedLease

        /// Begins a borrow.
        ///
        /// - Parameters:
        ///   - object: A `PyObject`.
        ///   - ending: Ends it, on whatever thread.
        /// - Threads: With the GIL.
        @unsafe
        package init(
            unsafeObject object: UnsafeMutableRawPointer, shape: ShapePattern, copyIfNeeded: Bool,
            ending: @escaping OwnedLease.End
        ) throws(BufferError) {
            // SAFETY: by this function's contract.
            unsafe lease = try OwnedLease(
                of: object,
                BorrowRequest(
                    of: Element.self, shape: shape, mayCopy: copyIfNeeded),
                ending: ending)
            items = lease.items
        }

        /// The borrowed memory, for as long as this value is there.
        @inlinable
        public var view: BufferView<Element> {
            @_lifetime(borrow self)
            get {
                // SAFETY: `lease` keeps the items, as long as this value.
                let view = unsafe BufferView<Element>(lending: items)
                return unsafe _overrideLifetime(view, borrowing: self)
            }
        }
    }

    /// A borrow of a Python object's memory, to read and write, that lasts as long as this value: items packed in C order.
    ///
    /// As ``BufferBorrow``; while it lasts, nobody else can borrow the same bytes.
    public struct MutableBufferBorrow<Element: BufferElement>: ~Copyable {
        @usableFromInline let items: BorrowedItems
        private let lease: OwnedLease

        /// Begins a borrow.
        ///
        /// - Parameters:
        ///   - object: A `PyObject`.
        ///   - ending: Ends it, on whatever thread.
        /// - Threads: With the GIL.
        @unsafe
        package init(
            unsafeObject object: UnsafeMutableRawPointer, shape: ShapePattern, ending: @escaping OwnedLease.End
        ) throws(BufferError) {
            // SAFETY: by this function's contract.
            unsafe lease = try OwnedLease(
                of: object,
                BorrowRequest(
                    of: Element.self, shape: shape, isMutable: true),
                ending: ending)
            items = lease.items
        }

        /// The borrowed memory, for as long as this value is there; one view at a time.
        @inlinable
        public var view: MutableBufferView<Element> {
            @_lifetime(&self)
            mutating get {
                // SAFETY: `lease` keeps the items, as long as this value.
                let view = unsafe MutableBufferView<Element>(lending: items)
                return unsafe _overrideLifetime(view, mutating: &self)
            }
        }
    }

    /// A lease in a heap block of its own, which is ended when this value is destroyed, on whatever thread.
    @safe
    package struct OwnedLease: ~Copyable {
        /// Ends the lease at an address, on any thread; false if there is no interpreter any more that it could be ended in.
        package typealias End = @convention(c) (UnsafeMutableRawPointer) -> Bool

        private let room: UnsafeMutableRawPointer
        private let ending: End
        /// Where the items are, as long as this value is there.
        let items: BorrowedItems

        /// Begins a lease.
        ///
        /// - Threads: With the GIL.
        @unsafe
        init(
            of object: UnsafeMutableRawPointer, _ request: BorrowRequest, ending: @escaping End
        ) throws(BufferError) {
            // SAFETY: as much room as `beginLease` asks for, which stays where it is until the lease is ended.
            let room = UnsafeMutableRawPointer.allocate(byteCount: leaseRoomByteCount, alignment: 64)
            do throws(BufferError) {
                items = try unsafe beginLease(in: room, of: object, request)
            } catch {
                unsafe room.deallocate()
                throw error
            }
            unsafe self.room = room
            unsafe self.ending = ending
        }

        deinit {
            // SAFETY: begun by `init`, and ended here alone. What could not be ended stays where it is: the exporter may look at it still.
            if unsafe ending(room) { unsafe room.deallocate() }
        }
    }
#endif
