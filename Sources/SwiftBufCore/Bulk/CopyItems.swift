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
        let isPlane = nest.formPlane()
        if !isPlane { nest.preferLongInnermostLoop() }
        let walk = CopyWalk(
            itemByteCount: itemByteCount, swapping: unitByteCount > 1, isPlane: isPlane,
            isLarge: nest.itemCount >= streamingThreshold / itemByteCount)
        // SAFETY: flipping keeps both addresses inside of the views, which `init` has the caller's word for.
        unsafe nest.copy(walk, axis: 0, from: base + nest.sourceOffset, to: target.base + nest.targetOffset)
    }
}

/// What all rounds of the loops have in common.
private struct CopyWalk {
    let itemByteCount: Int
    let swapping: Bool
    /// Whether the two innermost loops are one plane, which is transposed.
    let isPlane: Bool
    /// Whether the target is too large to stay in a cache.
    let isLarge: Bool
}

extension LoopNest {
    /// The number of items.
    fileprivate var itemCount: Int {
        var count = 1
        for axis in 0..<rank { count = count &* counts[axis] }
        return count
    }

    /// Runs loop `axis` and those inside of it.
    ///
    /// At most ``Layout/maximumRank`` calls deep, and one more.
    fileprivate func copy(
        _ walk: CopyWalk, axis: Int, from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer
    ) {
        // SAFETY: every address is that of an item of its view.
        if axis >= rank - 1 {
            let isRow = axis == rank - 1
            let row = unsafe Row(
                source: UnsafeRawPointer(source), target: target, count: isRow ? counts[axis] : 1,
                sourceStride: isRow ? sourceStrides[axis] : walk.itemByteCount,
                targetStride: isRow ? targetStrides[axis] : walk.itemByteCount)
            if unsafe walk.isLarge && row.targetStride == walk.itemByteCount && 64 % walk.itemByteCount == 0 && row.count >= 1024
            {
                return unsafe streamRow(row, itemByteCount: walk.itemByteCount, swapping: walk.swapping)
            }
            unsafe copyRow(row, itemByteCount: walk.itemByteCount, swapping: walk.swapping)
            return
        }
        if walk.isPlane && axis == rank - 2 {
            let plane = unsafe Plane(
                source: UnsafeRawPointer(source), target: target, rowCount: counts[axis], columnCount: counts[axis + 1],
                sourceRowStride: sourceStrides[axis], sourceColumnStride: sourceStrides[axis + 1],
                targetRowStride: targetStrides[axis], targetColumnStride: targetStrides[axis + 1])
            unsafe transpose(plane, itemByteCount: walk.itemByteCount, swapping: walk.swapping, isLarge: walk.isLarge)
            return
        }
        for index in 0..<counts[axis] {
            unsafe copy(
                walk, axis: axis + 1, from: source + index &* sourceStrides[axis], to: target + index &* targetStrides[axis])
        }
    }
}
