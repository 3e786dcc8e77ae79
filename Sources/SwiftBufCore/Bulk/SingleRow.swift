// Views that are one row each, as most are: they are copied, filled and compared without loops being made of them first.
//
// Making, ordering and merging loops takes longer than a copy of some KiB. A row is what the merged loops would come to; views with more
// bytes take the way of all others, on which long work is cut into pieces and goes past the caches.

extension Layout {
    /// The items as one row, as far as it takes no more than a look at each dimension: how many there are, and the bytes from one to the next.
    ///
    /// `nil` too for rows that do not go upwards: none is worth a way of its own. Views of one shape that are rows have the same items in the
    /// same places of theirs.
    @inline(__always)
    var row: (count: Int, byteStride: Int)? {
        var count = 1
        var byteStride = itemByteCount
        var axis = rank
        while axis > 0 {
            axis -= 1
            if shape[axis] == 1 { continue }
            if count == 1 {
                byteStride = byteStrides[axis]
                if byteStride <= 0 { return nil }
            } else if byteStrides[axis] != count &* byteStride {
                return nil
            }
            // What goes upwards lies in memory, of which there is no more than an Int counts.
            count = count &* shape[axis]
        }
        return (count, byteStride)
    }
}

/// Bytes of a row that is small, at most.
private var mostBytesOfASmallRow: Int { 16384 }

extension Items {
    /// The items as one row of few bytes; `nil` if they are none.
    @inline(__always)
    private var smallRow: (count: Int, byteStride: Int)? {
        guard let row = layout.row, row.count <= mostBytesOfASmallRow else { return nil }
        let (byteCount, isTooLarge) = row.count.multipliedReportingOverflow(by: layout.itemByteCount)
        return isTooLarge || byteCount > mostBytesOfASmallRow ? nil : row
    }

    /// Copies the items of a small row to a row.
    ///
    /// - Returns: Whether to go on; `nil`, with nothing done, if they are no such rows.
    @inline(__always)
    func copySmallRow(to target: borrowing Items, swapping unitByteCount: Int, _ interruption: inout Interruption) -> Bool? {
        guard let row = smallRow, let targetRow = target.layout.row else { return nil }
        let itemByteCount = layout.itemByteCount
        if unitByteCount > 1 && unitByteCount != itemByteCount { return nil }
        // SAFETY (all of this file): `init` has the caller's word for all items.
        if unitByteCount <= 1 && row.byteStride == itemByteCount && targetRow.byteStride == itemByteCount {
            unsafe target.base.copyMemory(from: base, byteCount: row.count &* itemByteCount)
        } else {
            let items = unsafe Row(
                source: UnsafeRawPointer(base), target: target.base, count: row.count, sourceStride: row.byteStride,
                targetStride: targetRow.byteStride)
            unsafe copyRow(items, itemByteCount: itemByteCount, swapping: unitByteCount > 1)
        }
        return interruption.goesOn(after: row.count &* itemByteCount)
    }

    /// Fills the items of a small row.
    ///
    /// - Returns: False, with nothing done, if they are no such row.
    @inline(__always)
    func fillSmallRow(with item: UnsafeRawPointer) -> Bool {
        guard indirectRank == 0, let row = smallRow else { return false }
        let items = unsafe Row(
            source: item, target: base, count: row.count, sourceStride: 0, targetStride: row.byteStride)
        unsafe copyRow(items, itemByteCount: layout.itemByteCount, swapping: false)
        return true
    }

    /// Compares the items of a small row with those of a row.
    ///
    /// - Returns: False as well if the work was ended; `nil`, with nothing done, if they are no such rows.
    @inline(__always)
    func equalsSmallRow(_ other: borrowing Items, _ pair: ItemPair, _ interruption: inout Interruption) -> Bool? {
        guard let row = smallRow, let otherRow = other.layout.row else { return nil }
        let rows = unsafe RowPair(
            first: UnsafeRawPointer(base), second: UnsafeRawPointer(other.base), count: row.count, firstStride: row.byteStride,
            secondStride: otherRow.byteStride)
        return unsafe rowsAreEqual(rows, pair) && interruption.goesOn(after: row.count &* pair.itemCost)
    }
}

extension ItemPair {
    /// As many bytes are copied while two items are compared.
    var itemCost: Int {
        // What is compared one by one takes as long as so many.
        comparison == .items ? 64 : max(firstByteCount, secondByteCount, 1)
    }
}
