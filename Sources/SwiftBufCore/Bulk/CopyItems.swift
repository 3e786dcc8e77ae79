// Copying all items of a view without pointers: the walk over the loops.

extension Items {
    /// Copies every item; neither side is empty or indirect.
    ///
    /// - Returns: False if the work was ended before all were copied.
    func copyDirectly(to target: borrowing Items, swapping unitByteCount: Int, _ interruption: inout Interruption) -> Bool {
        if let goesOn = copySmallRow(to: target, swapping: unitByteCount, &interruption) { return goesOn }
        var nest = LoopNest(layout, target.layout)
        var itemByteCount = layout.itemByteCount
        if unitByteCount > 1 {
            nest.append(count: itemByteCount / unitByteCount, sourceStride: unitByteCount, targetStride: unitByteCount)
            itemByteCount = unitByteCount
        }
        nest.normalize()
        let count = nest.itemCount
        // SAFETY: flipping keeps both addresses inside of the views, which `init` has the caller's word for.
        let copier = unsafe Copier(
            source: UnsafeRawPointer(base), target: target.base, swapping: unitByteCount > 1,
            isLarge: count >= streamingThreshold / itemByteCount)
        let most = max(Interruption.pieceCost / itemByteCount, 1)
        if count <= most {
            unsafe copier.copy(&nest, itemByteCount: itemByteCount)
            return interruption.goesOn(after: count &* itemByteCount)
        }
        var parts = LoopParts(nest, of: most, inOrder: false)
        repeat {
            nest = parts.part
            let cost = nest.itemCount &* itemByteCount
            unsafe copier.copy(&nest, itemByteCount: itemByteCount)
            if !interruption.goesOn(after: cost) { return false }
        } while parts.advance()
        return true
    }
}

/// What all loops of a copy have in common.
@unsafe
private struct Copier {
    let source: UnsafeRawPointer
    let target: UnsafeMutableRawPointer
    let swapping: Bool
    /// Whether the target is too large to stay in a cache.
    let isLarge: Bool

    /// Copies the items of normalised loops, which it may change.
    @inline(never)
    func copy(_ nest: inout LoopNest, itemByteCount: Int) {
        let itemByteCount = unsafe swapping ? itemByteCount : nest.absorbPackedLoop(itemByteCount: itemByteCount)
        if nest.rank < 2 {
            return unsafe copyInnermostLoop(of: nest, source + nest.sourceOffset, target + nest.targetOffset, itemByteCount)
        }
        // Smaller ones have few whole tiles, or none.
        let isPlane = nest.formPlane(ofLoops: max(24, 64 / itemByteCount))
        if !isPlane && itemByteCount <= 64 && nest.isWorthFolding {
            let work = unsafe FoldedWork(copyingFrom: source, to: target, itemByteCount: itemByteCount, swapping: swapping)
            _ = unsafe work.run(&nest)
            return
        }
        if !isPlane { nest.preferLongInnermostLoop() }
        let (rows, items) = (nest.rank - 2, nest.rank - 1)
        let areRowsShort = nest.counts[items] < 1024
        var beginnings = LoopBeginnings(ofLoopsFrom: isPlane || areRowsShort ? rows : items)
        repeat {
            let source = unsafe source + (nest.sourceOffset &+ beginnings.source)
            let target = unsafe target + (nest.targetOffset &+ beginnings.target)
            if isPlane {
                let plane = unsafe Plane(
                    source: source, target: target, rowCount: nest.counts[rows], columnCount: nest.counts[items],
                    sourceRowStride: nest.sourceStrides[rows], sourceColumnStride: nest.sourceStrides[items],
                    targetRowStride: nest.targetStrides[rows], targetColumnStride: nest.targetStrides[items])
                unsafe transpose(plane, itemByteCount: itemByteCount, swapping: swapping, isLarge: isLarge)
                continue
            }
            if areRowsShort {
                let row = unsafe Row(
                    source: source, target: target, count: nest.counts[items], sourceStride: nest.sourceStrides[items],
                    targetStride: nest.targetStrides[items])
                unsafe copyRows(
                    row, nest.counts[rows], sourceRowStride: nest.sourceStrides[rows], targetRowStride: nest.targetStrides[rows],
                    itemByteCount: itemByteCount, swapping: swapping)
            } else {
                unsafe copyInnermostLoop(of: nest, source, target, itemByteCount)
            }
        } while beginnings.advance(nest)
    }

    /// Copies the items of the innermost loop; one item if there is none.
    private func copyInnermostLoop(
        of nest: borrowing LoopNest, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ itemByteCount: Int
    ) {
        let axis = nest.rank - 1
        let row = unsafe Row(
            source: source, target: target, count: axis < 0 ? 1 : nest.counts[axis],
            sourceStride: axis < 0 ? itemByteCount : nest.sourceStrides[axis],
            targetStride: axis < 0 ? itemByteCount : nest.targetStrides[axis])
        if unsafe isLarge && row.targetStride == itemByteCount && 64 % itemByteCount == 0 && row.count >= 1024 {
            return unsafe streamRow(row, itemByteCount: itemByteCount, swapping: swapping)
        }
        unsafe copyRow(row, itemByteCount: itemByteCount, swapping: swapping)
    }
}
