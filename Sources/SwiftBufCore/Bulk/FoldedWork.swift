// What is done to loops that are folded into tables: their items are copied, or gathered on both sides and compared as rows.

/// Copying or comparing the items of loops that are worth folding.
@unsafe
struct FoldedWork {
    /// What the loops' offsets count from.
    private let source: UnsafeRawPointer
    private let target: UnsafeRawPointer
    private let sourceByteCount: Int
    private let targetByteCount: Int
    /// How items are compared; nil if they are copied.
    private let pair: ItemPair?
    /// Of a copy: where to, and whether the bytes of each item are reversed.
    private let writable: UnsafeMutableRawPointer?
    private let swapping: Bool
    /// Of a comparison: room for the items of both tables, of each side.
    private let sourceBuffer: UnsafeMutableRawPointer?
    private let targetBuffer: UnsafeMutableRawPointer?
    /// Items of both tables, at most.
    private let most: Int

    /// - Parameters:
    ///   - itemByteCount: Bytes of one item; where `swapping` is true 2, 4, 8 or 16.
    ///   - swapping: Whether the bytes of each item are reversed.
    init(copyingFrom source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, itemByteCount: Int, swapping: Bool) {
        unsafe self.source = source
        unsafe self.target = UnsafeRawPointer(target)
        unsafe sourceByteCount = itemByteCount
        unsafe targetByteCount = itemByteCount
        unsafe pair = nil
        unsafe writable = target
        unsafe self.swapping = swapping
        unsafe sourceBuffer = nil
        unsafe targetBuffer = nil
        unsafe most = FoldedLoops.mostEntries * FoldedLoops.mostEntries
    }

    /// - Parameters:
    ///   - pair: How items are compared, of which none is larger than `byteCount`.
    ///   - byteCount: Bytes of each buffer.
    init(
        comparing source: UnsafeRawPointer, with target: UnsafeRawPointer, _ pair: ItemPair, byteCount: Int,
        _ sourceBuffer: UnsafeMutableRawPointer, _ targetBuffer: UnsafeMutableRawPointer
    ) {
        unsafe self.source = source
        unsafe self.target = target
        unsafe sourceByteCount = pair.firstByteCount
        unsafe targetByteCount = pair.secondByteCount
        unsafe self.pair = pair
        unsafe writable = nil
        unsafe swapping = false
        unsafe self.sourceBuffer = sourceBuffer
        unsafe self.targetBuffer = targetBuffer
        unsafe most = byteCount / max(pair.firstByteCount, pair.secondByteCount, 1)
    }

    /// Does it to all items of the loops, which are changed.
    ///
    /// At most five calls deep: each cuts one loop.
    ///
    /// - Returns: False if a comparison has found a difference.
    @inline(never)
    func run(_ nest: inout LoopNest) -> Bool {
        switch unsafe nest.folding(most) {
        case .cutting(let axis, let side):
            if var last = nest.cut(axis, side) {
                if unsafe !run(&last) { return false }
            }
            return unsafe run(&nest)
        case .tables(let innerAxis, let outerAxes):
            return unsafe run(FoldedLoops(nest, innerAxis: innerAxis, outerAxes: outerAxes))
        }
    }

    private func run(_ loops: FoldedLoops) -> Bool {
        // SAFETY (all of this file): the caller vouches for every item that a sum of offsets leads to; a buffer has room for all
        // items of the tables.
        let isSourcePacked = unsafe loops.isPacked(inTarget: false, sourceByteCount)
        let isTargetPacked = unsafe loops.isPacked(inTarget: true, targetByteCount)
        var beginnings = LoopBeginnings(ofLoopsFrom: loops.rest.rank)
        repeat {
            let sourceOffset = loops.rest.sourceOffset &+ beginnings.source
            let targetOffset = loops.rest.targetOffset &+ beginnings.target
            guard let pair = unsafe pair else {
                unsafe loops.copy(
                    from: source + sourceOffset, to: writable.unsafelyUnwrapped + targetOffset, itemByteCount: sourceByteCount,
                    swapping: swapping)
                continue
            }
            var row = unsafe RowPair(
                first: source + sourceOffset, second: target + targetOffset, count: loops.itemCount,
                firstStride: sourceByteCount, secondStride: targetByteCount)
            if !isSourcePacked {
                let buffer = unsafe sourceBuffer.unsafelyUnwrapped
                unsafe loops.gather(row.first, isTarget: false, to: buffer, itemByteCount: sourceByteCount)
                unsafe row.first = UnsafeRawPointer(buffer)
            }
            if !isTargetPacked {
                let buffer = unsafe targetBuffer.unsafelyUnwrapped
                unsafe loops.gather(row.second, isTarget: true, to: buffer, itemByteCount: targetByteCount)
                unsafe row.second = UnsafeRawPointer(buffer)
            }
            if unsafe !rowsAreEqual(row, pair) { return false }
        } while beginnings.advance(loops.rest)
        return true
    }
}

extension FoldedLoops {
    /// Copies the items of both tables.
    @inline(never)
    fileprivate func copy(
        from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, itemByteCount: Int, swapping: Bool
    ) {
        unsafe tables.span.withUnsafeBufferPointer { (tables) in
            let table = unsafe tables.baseAddress.unsafelyUnwrapped
            switch (itemByteCount, swapping) {
            case (1, _): unsafe copyWords(source, target, table, UInt8.self) { $0 }
            case (2, false): unsafe copyWords(source, target, table, UInt16.self) { $0 }
            case (4, false): unsafe copyWords(source, target, table, UInt32.self) { $0 }
            case (8, false): unsafe copyWords(source, target, table, UInt64.self) { $0 }
            case (16, false): unsafe copyWords(source, target, table, WordPair.self) { $0 }
            case (2, true): unsafe copyWords(source, target, table, UInt16.self) { $0.reversed }
            case (4, true): unsafe copyWords(source, target, table, UInt32.self) { $0.reversed }
            case (8, true): unsafe copyWords(source, target, table, UInt64.self) { $0.reversed }
            case (16, true): unsafe copyWords(source, target, table, WordPair.self) { $0.reversed }
            default:
                for row in 0..<outerCount {
                    for item in 0..<innerCount {
                        unsafe (target + (table[192 &+ row] &+ table[64 &+ item])).copyMemory(
                            from: source + (table[128 &+ row] &+ table[item]), byteCount: itemByteCount)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func copyWords<W: Word>(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ table: UnsafePointer<Int>, _: W.Type,
        _ transform: (W) -> W
    ) {
        for row in 0..<outerCount {
            let source = unsafe source + table[128 &+ row]
            let target = unsafe target + table[192 &+ row]
            for item in 0..<innerCount {
                let word = unsafe source.loadUnaligned(fromByteOffset: table[item], as: W.self)
                unsafe target.storeBytes(of: transform(word), toByteOffset: table[64 &+ item], as: W.self)
            }
        }
    }

    /// Copies the items of one side to where they are packed.
    @inline(never)
    fileprivate func gather(
        _ items: UnsafeRawPointer, isTarget: Bool, to buffer: UnsafeMutableRawPointer, itemByteCount: Int
    ) {
        unsafe tables.span.withUnsafeBufferPointer { (tables) in
            let table = unsafe tables.baseAddress.unsafelyUnwrapped + (isTarget ? 64 : 0)
            switch itemByteCount {
            case 1: unsafe gatherWords(items, buffer, table, UInt8.self)
            case 2: unsafe gatherWords(items, buffer, table, UInt16.self)
            case 4: unsafe gatherWords(items, buffer, table, UInt32.self)
            case 8: unsafe gatherWords(items, buffer, table, UInt64.self)
            case 16: unsafe gatherWords(items, buffer, table, WordPair.self)
            default:
                var place = unsafe buffer
                for row in 0..<outerCount {
                    for item in 0..<innerCount {
                        unsafe place.copyMemory(from: items + (table[128 &+ row] &+ table[item]), byteCount: itemByteCount)
                        unsafe place += itemByteCount
                    }
                }
            }
        }
    }

    @inline(__always)
    private func gatherWords<W: Word>(
        _ items: UnsafeRawPointer, _ buffer: UnsafeMutableRawPointer, _ table: UnsafePointer<Int>, _: W.Type
    ) {
        var place = unsafe buffer
        for row in 0..<outerCount {
            let items = unsafe items + table[128 &+ row]
            for item in 0..<innerCount {
                let word = unsafe items.loadUnaligned(fromByteOffset: table[item], as: W.self)
                unsafe place.storeBytes(of: word, toByteOffset: item &* MemoryLayout<W>.size, as: W.self)
            }
            unsafe place += innerCount &* MemoryLayout<W>.size
        }
    }
}
