// Where an item is: indices to addresses, with the bounds checked.

extension BorrowedItems {
    /// Items along each dimension.
    var shapeArray: [Int] {
        // SAFETY: `rank` numbers.
        unsafe Array(UnsafeBufferPointer(start: shape, count: rank))
    }

    @inlinable
    @inline(__always)
    func count(alongAxis axis: Int) -> Int {
        precondition(axis >= 0 && axis < rank, "there is no such dimension")
        return unsafe shape[axis]
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
    func rowCount(_ index: Int) -> Int {
        precondition(rank >= 1, "no dimensions have no rows")
        // SAFETY: there is a first dimension.
        precondition(index >= 0 && (unsafe index < shape[0]), "the index is out of bounds")
        return unsafe count / shape[0]
    }

    @inlinable
    @inline(__always)
    func check(_ index: Int, _ axis: Int) {
        // SAFETY: the rank was checked.
        precondition(UInt(bitPattern: index) < UInt(bitPattern: unsafe shape[axis]), "the index is out of bounds")
    }

    // The number in C order.

    @inlinable
    @inline(__always)
    func packedIndex(_ index: Int) -> Int {
        precondition(rank == 1, "one index was given, but the buffer has not one dimension")
        check(index, 0)
        return index
    }

    @inlinable
    @inline(__always)
    func packedIndex(_ first: Int, _ second: Int) -> Int {
        precondition(rank == 2, "two indices were given, but the buffer has not two dimensions")
        check(first, 0)
        check(second, 1)
        return unsafe first &* shape[1] &+ second
    }

    @inlinable
    @inline(__always)
    func packedIndex(_ first: Int, _ second: Int, _ third: Int) -> Int {
        precondition(rank == 3, "three indices were given, but the buffer has not three dimensions")
        check(first, 0)
        check(second, 1)
        check(third, 2)
        return unsafe (first &* shape[1] &+ second) &* shape[2] &+ third
    }

    // The address, by strides.

    @inlinable
    @inline(__always)
    func place(_ index: Int) -> UnsafeMutableRawPointer {
        precondition(rank == 1, "one index was given, but the buffer has not one dimension")
        check(index, 0)
        return unsafe base + index &* strides[0]
    }

    @inlinable
    @inline(__always)
    func place(_ first: Int, _ second: Int) -> UnsafeMutableRawPointer {
        precondition(rank == 2, "two indices were given, but the buffer has not two dimensions")
        check(first, 0)
        check(second, 1)
        return unsafe base + (first &* strides[0] &+ second &* strides[1])
    }

    @inlinable
    @inline(__always)
    func place(_ first: Int, _ second: Int, _ third: Int) -> UnsafeMutableRawPointer {
        precondition(rank == 3, "three indices were given, but the buffer has not three dimensions")
        check(first, 0)
        check(second, 1)
        check(third, 2)
        return unsafe base + (first &* strides[0] &+ second &* strides[1] &+ third &* strides[2])
    }

    /// Whether the items of each row, those of the last dimension, are packed.
    @inlinable
    func hasPackedRows(of itemByteCount: Int) -> Bool {
        // SAFETY: there is a last dimension.
        rank == 0 || (unsafe shape[rank - 1] <= 1 || strides[rank - 1] == itemByteCount)
    }

    /// Whether all items are packed in C order.
    @inlinable
    func isPacked(itemByteCount: Int) -> Bool {
        if count == 0 { return true }
        var packed = itemByteCount
        for step in 0..<rank {
            let axis = rank - 1 - step
            if unsafe shape[axis] > 1 && strides[axis] != packed { return false }
            packed = unsafe packed &* shape[axis]
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
        let (columnCount, columnStride) = unsafe (shape[last], strides[last])
        while true {
            // SAFETY: the indices are those of an item.
            for column in 0..<columnCount { try unsafe body(row + column &* columnStride) }
            var axis = last - 1
            while true {
                if axis < 0 { return }
                indices[axis] += 1
                unsafe row += strides[axis]
                if unsafe indices[axis] < shape[axis] { break }
                unsafe row -= indices[axis] &* strides[axis]
                indices[axis] = 0
                axis -= 1
            }
        }
    }
}
