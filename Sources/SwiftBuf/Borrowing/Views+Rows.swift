// Rows of views: their indices, and ranges of them as views of their own. Nothing is copied.

extension BufferView {
    /// The indices of the rows: 0 up to the number of items along the first dimension.
    ///
    /// - Precondition: There is a first dimension.
    @inlinable
    public var rowIndices: Range<Int> { 0..<items.count(alongAxis: 0) }

    /// The rows with these indices, as a view of their own: `image.rows(0..<240)`.
    ///
    /// - Precondition: There is a first dimension, and the range is in its bounds.
    /// - Complexity: O(1); nothing is copied.
    @inlinable
    @_lifetime(copy self)
    public func rows(_ range: Range<Int>) -> BufferView<Element> {
        items.checkRows(range)
        // SAFETY: the rows lie in the items, which stay in place for as long as this view can be used.
        let start =
            unsafe items.base + range.lowerBound &* (items.rowCount == 0 ? 0 : items.count / items.rowCount)
            &* MemoryLayout<Element.BufferStored>.stride
        let rows = unsafe BufferView<Element>(lending: BorrowedItems(items, base: start, rowCount: range.count))
        return unsafe _overrideLifetime(rows, copying: self)
    }
}

extension MutableBufferView {
    /// The indices of the rows: 0 up to the number of items along the first dimension.
    ///
    /// - Precondition: There is a first dimension.
    @inlinable
    public var rowIndices: Range<Int> { 0..<items.count(alongAxis: 0) }

    /// The rows with these indices, as a view of their own: `image.mutableRows(0..<240)`.
    ///
    /// - Precondition: There is a first dimension, and the range is in its bounds.
    /// - Complexity: O(1); nothing is copied.
    @inlinable
    @_lifetime(&self)
    public mutating func mutableRows(_ range: Range<Int>) -> MutableBufferView<Element> {
        items.checkRows(range)
        // SAFETY: the rows lie in the items, which stay in place for as long as this view can be used.
        let start =
            unsafe items.base + range.lowerBound &* (items.rowCount == 0 ? 0 : items.count / items.rowCount)
            &* MemoryLayout<Element.BufferStored>.stride
        let rows = unsafe MutableBufferView<Element>(lending: BorrowedItems(items, base: start, rowCount: range.count))
        return unsafe _overrideLifetime(rows, mutating: &self)
    }
}

extension StridedBufferView {
    /// The indices of the rows: 0 up to the number of items along the first dimension.
    ///
    /// - Precondition: There is a first dimension.
    @inlinable
    public var rowIndices: Range<Int> { 0..<items.count(alongAxis: 0) }

    /// The rows with these indices, as a view of their own: `image.rows(0..<240)`.
    ///
    /// - Precondition: There is a first dimension, and the range is in its bounds.
    /// - Complexity: O(1); nothing is copied.
    @inlinable
    @_lifetime(copy self)
    public func rows(_ range: Range<Int>) -> StridedBufferView<Element> {
        items.checkRows(range)
        // SAFETY: the rows lie in the items, which stay in place for as long as this view can be used.
        let start = unsafe items.base + range.lowerBound &* items.strides[0]
        let rows = unsafe StridedBufferView<Element>(lending: BorrowedItems(items, base: start, rowCount: range.count))
        return unsafe _overrideLifetime(rows, copying: self)
    }
}

extension MutableStridedBufferView {
    /// The indices of the rows: 0 up to the number of items along the first dimension.
    ///
    /// - Precondition: There is a first dimension.
    @inlinable
    public var rowIndices: Range<Int> { 0..<items.count(alongAxis: 0) }

    /// The rows with these indices, as a view of their own: `image.mutableRows(0..<240)`.
    ///
    /// - Precondition: There is a first dimension, and the range is in its bounds.
    /// - Complexity: O(1); nothing is copied.
    @inlinable
    @_lifetime(&self)
    public mutating func mutableRows(_ range: Range<Int>) -> MutableStridedBufferView<Element> {
        items.checkRows(range)
        // SAFETY: the rows lie in the items, which stay in place for as long as this view can be used.
        let start = unsafe items.base + range.lowerBound &* items.strides[0]
        let rows = unsafe MutableStridedBufferView<Element>(lending: BorrowedItems(items, base: start, rowCount: range.count))
        return unsafe _overrideLifetime(rows, mutating: &self)
    }
}
