// The items of a view as an array: the one way to keep them.

extension Array {
    /// A copy of the items of a view, in C order.
    ///
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public init<Item: BufferElement>(_ view: BufferView<Item>) where Item.BufferValue == Element {
        // SAFETY: as many items as there is room for.
        unsafe self.init(unsafeUninitializedCapacity: view.items.count) { room, count in
            let source: UnsafeMutablePointer<Item.BufferStored> = unsafe view.items.pointer()
            for index in 0..<view.items.count {
                unsafe (room.baseAddress.unsafelyUnwrapped + index).initialize(to: Item._value(of: source[index]))
            }
            count = view.items.count
        }
    }

    /// A copy of the items of a view, in C order.
    ///
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public init<Item: BufferElement>(_ view: borrowing MutableBufferView<Item>) where Item.BufferValue == Element {
        // SAFETY: as many items as there is room for.
        unsafe self.init(unsafeUninitializedCapacity: view.items.count) { room, count in
            let source: UnsafeMutablePointer<Item.BufferStored> = unsafe view.items.pointer()
            for index in 0..<view.items.count {
                unsafe (room.baseAddress.unsafelyUnwrapped + index).initialize(to: Item._value(of: source[index]))
            }
            count = view.items.count
        }
    }

    /// A copy of the items of a view, in C order.
    ///
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public init<Item: BufferElement>(_ view: StridedBufferView<Item>) where Item.BufferValue == Element {
        self.init()
        reserveCapacity(view.count)
        view.forEach { value in append(value) }
    }

    /// A copy of the items of a view, in C order.
    ///
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public init<Item: BufferElement>(_ view: borrowing MutableStridedBufferView<Item>) where Item.BufferValue == Element {
        self.init()
        reserveCapacity(view.count)
        view.forEach { value in append(value) }
    }
}
