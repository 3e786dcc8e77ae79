// Where an item is: indices to addresses, with the bounds checked.
//
// What fails calls a function that names the index and its bounds (BorrowedItems+Traps.swift). A subscript of packed items does so in debug
// builds alone: LLVM vectorises a loop whose exits are plain traps, and none that calls something with the index of the moment.

extension BorrowedItems {
    /// Items along each dimension.
    var shapeArray: [Int] {
        (0..<rank).map { axis in extent(axis) }
    }

    /// Items along a dimension that is there.
    @inlinable
    @inline(__always)
    func extent(_ axis: Int) -> Int {
        // SAFETY: `rank` numbers.
        axis == 0 ? rowCount : unsafe shape[axis]
    }

    @inlinable
    @inline(__always)
    func count(alongAxis axis: Int) -> Int {
        guard axis >= 0 && axis < rank else { trapWithoutAxis(axis, rank: rank) }
        return extent(axis)
    }

    /// An item, by its number in C order; the items are packed.
    @unsafe
    @inlinable
    @inline(__always)
    func pointer<Element>(at index: Int = 0) -> UnsafeMutablePointer<Element> {
        unsafe base.assumingMemoryBound(to: Element.self) + index
    }

    /// How many packed items have one index in the first dimension, which is checked.
    @inlinable
    @inline(__always)
    func rowItemCount(_ index: Int) -> Int {
        checkRank(atLeast: 1)
        check(index, 0)
        return count / rowCount
    }

    @inlinable
    @inline(__always)
    func checkRank(atLeast minimum: Int) {
        guard rank >= minimum else { trapWithoutAxis(minimum - 1, rank: rank) }
    }

    @inlinable
    @inline(__always)
    func checkRank(_ indexCount: Int) {
        precondition(rank == indexCount, "a buffer takes as many indices as it has dimensions")
    }

    /// Holds an index against a dimension that is there.
    @inlinable
    @inline(__always)
    func check(_ index: Int, _ axis: Int) {
        let count = extent(axis)
        guard UInt(bitPattern: index) < UInt(bitPattern: count) else { trapOutOfBounds(index, axis: axis, count: count) }
    }

    @inlinable
    func isInBounds(_ index: Int, _ axis: Int) -> Bool {
        check(index, axis)
        return true
    }

    /// Holds an index against a dimension of packed items.
    @inlinable
    @inline(__always)
    func checkPacked(_ index: Int, _ axis: Int) {
        assert(isInBounds(index, axis))
        precondition(UInt(bitPattern: index) < UInt(bitPattern: extent(axis)), "the index is out of bounds")
    }

    /// Holds a range against the rows.
    @inlinable
    @inline(__always)
    func checkRows(_ rows: Range<Int>) {
        checkRank(atLeast: 1)
        guard rows.lowerBound >= 0 && rows.upperBound <= rowCount else {
            trapRowsOutOfBounds(rows.lowerBound, rows.upperBound, count: rowCount)
        }
    }

    // The number in C order.

    @inlinable
    @inline(__always)
    func packedIndex(_ index: Int) -> Int {
        checkRank(1)
        checkPacked(index, 0)
        return index
    }

    @inlinable
    @inline(__always)
    func packedIndex(_ first: Int, _ second: Int) -> Int {
        checkRank(2)
        checkPacked(first, 0)
        checkPacked(second, 1)
        return unsafe first &* shape[1] &+ second
    }

    @inlinable
    @inline(__always)
    func packedIndex(_ first: Int, _ second: Int, _ third: Int) -> Int {
        checkRank(3)
        checkPacked(first, 0)
        checkPacked(second, 1)
        checkPacked(third, 2)
        return unsafe (first &* shape[1] &+ second) &* shape[2] &+ third
    }

    @inlinable
    @inline(__always)
    func packedIndex(_ first: Int, _ second: Int, _ third: Int, _ fourth: Int) -> Int {
        checkRank(4)
        checkPacked(first, 0)
        checkPacked(second, 1)
        checkPacked(third, 2)
        checkPacked(fourth, 3)
        return unsafe ((first &* shape[1] &+ second) &* shape[2] &+ third) &* shape[3] &+ fourth
    }

    @inlinable
    func packedIndex(at indices: some Collection<Int>) -> Int {
        checkRank(indices.count)
        var (number, axis) = (0, 0)
        for index in indices {
            check(index, axis)
            number = number &* extent(axis) &+ index
            axis += 1
        }
        return number
    }

    // The address, by strides.

    @inlinable
    @inline(__always)
    func place(_ index: Int) -> UnsafeMutableRawPointer {
        checkRank(1)
        check(index, 0)
        return unsafe base + index &* strides[0]
    }

    @inlinable
    @inline(__always)
    func place(_ first: Int, _ second: Int) -> UnsafeMutableRawPointer {
        checkRank(2)
        check(first, 0)
        check(second, 1)
        return unsafe base + (first &* strides[0] &+ second &* strides[1])
    }

    @inlinable
    @inline(__always)
    func place(_ first: Int, _ second: Int, _ third: Int) -> UnsafeMutableRawPointer {
        checkRank(3)
        check(first, 0)
        check(second, 1)
        check(third, 2)
        return unsafe base + (first &* strides[0] &+ second &* strides[1] &+ third &* strides[2])
    }

    @inlinable
    @inline(__always)
    func place(_ first: Int, _ second: Int, _ third: Int, _ fourth: Int) -> UnsafeMutableRawPointer {
        checkRank(4)
        check(first, 0)
        check(second, 1)
        check(third, 2)
        check(fourth, 3)
        return unsafe base + (first &* strides[0] &+ second &* strides[1] &+ third &* strides[2] &+ fourth &* strides[3])
    }

    @inlinable
    func place(at indices: some Collection<Int>) -> UnsafeMutableRawPointer {
        checkRank(indices.count)
        var place = unsafe base
        var axis = 0
        for index in indices {
            check(index, axis)
            unsafe place += index &* strides[axis]
            axis += 1
        }
        return unsafe place
    }

    /// An item, by its number in C order.
    func place(number: Int) -> UnsafeMutableRawPointer {
        var (place, left) = unsafe (base, number)
        for axis in (0..<rank).reversed() {
            unsafe place += left % extent(axis) &* strides[axis]
            left /= extent(axis)
        }
        return unsafe place
    }

    /// Whether the items of each row, those of the last dimension, are packed.
    @inlinable
    func hasPackedRows(of itemByteCount: Int) -> Bool {
        // SAFETY: there is a last dimension.
        rank == 0 || (unsafe extent(rank - 1) <= 1 || strides[rank - 1] == itemByteCount)
    }

    /// Whether all items are packed in C order.
    @inlinable
    func isPacked(itemByteCount: Int) -> Bool {
        if count == 0 { return true }
        var packed = itemByteCount
        for step in 0..<rank {
            let axis = rank - 1 - step
            if unsafe extent(axis) > 1 && strides[axis] != packed { return false }
            packed = packed &* extent(axis)
        }
        return true
    }

    /// Calls `body` with the address of each item, in C order.
    @inlinable
    func forEachPlace<Failure: Error>(_ body: (UnsafeMutableRawPointer) throws(Failure) -> Void) throws(Failure) {
        if count == 0 { return }
        if rank == 0 { return try unsafe body(base) }
        var indices = InlineArray<64, Int>(repeating: 0)
        var row = unsafe base
        let last = rank - 1
        let (columnCount, columnStride) = unsafe (extent(last), strides[last])
        while true {
            // SAFETY: the indices are those of an item.
            for column in 0..<columnCount { try unsafe body(row + column &* columnStride) }
            var axis = last - 1
            while true {
                if axis < 0 { return }
                indices[axis] += 1
                unsafe row += strides[axis]
                if indices[axis] < extent(axis) { break }
                unsafe row -= indices[axis] &* strides[axis]
                indices[axis] = 0
                axis -= 1
            }
        }
    }
}
