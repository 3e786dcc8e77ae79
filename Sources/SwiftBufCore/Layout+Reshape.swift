// Which strides show the same items, in the same order, in another shape.

extension Layout {
    /// Works out the strides of the items in another shape, without moving any.
    ///
    /// Runs of dimensions that lie in memory like one are split and joined; where a new dimension would need items of two such runs,
    /// there are no strides that show them.
    ///
    /// - Parameters:
    ///   - newShape: Items along each new dimension: as many items in all as this layout has.
    ///   - newByteStrides: Where the strides are written; room for as many as `newShape`.
    /// - Returns: Whether there are such strides; if not, what was written means nothing.
    /// - Complexity: O(dimensions of both).
    /// - Source: `numpy.reshape` with `copy=False`.
    public func reshape(to newShape: Span<Int>, byteStrides newByteStrides: inout MutableSpan<Int>) -> Bool {
        if hasNoBytes {
            Layout.pack(&newByteStrides, shape: newShape, itemByteCount: itemByteCount, order: .c)
            return true
        }
        // Dimensions of one item have no say.
        var oldShape = InlineArray<64, Int>(repeating: 0)
        var oldStrides = InlineArray<64, Int>(repeating: 0)
        var oldRank = 0
        for axis in shape.indices where shape[axis] != 1 {
            oldShape[oldRank] = shape[axis]
            oldStrides[oldRank] = byteStrides[axis]
            oldRank += 1
        }
        var old = 0
        var new = 0
        while old < oldRank && new < newShape.count {
            // One group: as few dimensions of each as have the same number of items, which is at most that of all items.
            var oldEnd = old + 1
            var newEnd = new + 1
            var oldCount = oldShape[old]
            var newCount = newShape[new]
            while oldCount != newCount {
                if newCount < oldCount {
                    guard newEnd < newShape.count else { return false }
                    newCount = newCount &* newShape[newEnd]
                    newEnd += 1
                } else {
                    guard oldEnd < oldRank else { return false }
                    oldCount = oldCount &* oldShape[oldEnd]
                    oldEnd += 1
                }
            }
            // The old ones are one run only if each continues where the one behind it ends.
            for axis in old..<oldEnd - 1 where oldStrides[axis] != oldShape[axis + 1] &* oldStrides[axis + 1] {
                return false
            }
            var stride = oldStrides[oldEnd - 1]
            for step in 1...(newEnd - new) {
                newByteStrides[newEnd - step] = stride
                stride = stride &* newShape[newEnd - step]
            }
            old = oldEnd
            new = newEnd
        }
        // What is left are dimensions of one item.
        while new < newShape.count {
            newByteStrides[new] = new > 0 ? newByteStrides[new - 1] : itemByteCount
            new += 1
        }
        return true
    }
}
