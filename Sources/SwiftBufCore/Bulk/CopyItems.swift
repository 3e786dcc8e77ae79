// Copying all items of a view without pointers: the walk over the loops.

extension Items {
    /// Copies every item; neither side is empty or indirect.
    func copyDirectly(to target: borrowing Items, swapping unitByteCount: Int) {
        var nest = LoopNest(layout, target.layout)
        var itemByteCount = layout.itemByteCount
        if unitByteCount > 1 {
            nest.append(count: itemByteCount / unitByteCount, sourceStride: unitByteCount, targetStride: unitByteCount)
            itemByteCount = unitByteCount
        }
        nest.normalize()
        if unitByteCount <= 1 {
            itemByteCount = nest.absorbPackedLoop(itemByteCount: itemByteCount)
        }
        nest.preferLongInnermostLoop()
        // SAFETY: flipping keeps both addresses inside of the views, which `init` has the caller's word for.
        unsafe nest.copy(
            axis: 0, from: base + nest.sourceOffset, to: target.base + nest.targetOffset, itemByteCount: itemByteCount,
            swapping: unitByteCount > 1)
    }
}

extension LoopNest {
    /// Runs loop `axis` and those inside of it.
    ///
    /// At most ``Layout/maximumRank`` calls deep, and one more.
    fileprivate func copy(
        axis: Int, from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, itemByteCount: Int, swapping: Bool
    ) {
        // SAFETY: every address is that of an item of its view.
        if axis >= rank - 1 {
            let isRow = axis == rank - 1
            let row = unsafe Row(
                source: UnsafeRawPointer(source), target: target, count: isRow ? counts[axis] : 1,
                sourceStride: isRow ? sourceStrides[axis] : itemByteCount,
                targetStride: isRow ? targetStrides[axis] : itemByteCount)
            unsafe copyRow(row, itemByteCount: itemByteCount, swapping: swapping)
            return
        }
        for index in 0..<counts[axis] {
            unsafe copy(
                axis: axis + 1, from: source + index &* sourceStrides[axis], to: target + index &* targetStrides[axis],
                itemByteCount: itemByteCount, swapping: swapping)
        }
    }
}
