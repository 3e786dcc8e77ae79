// One borrow, several threads: each gets rows of its own.

#if !hasFeature(Embedded) && canImport(Dispatch)
    import Dispatch

    extension MutableBufferView {
        /// Changes the rows on several threads at once: the first dimension is cut into as many parts as threads.
        ///
        /// Inside of `python.withoutGIL { }` Python runs meanwhile.
        ///
        /// - Parameters:
        ///   - threadCount: How many threads work at most; above zero.
        ///   - body: Called once for each part, on any thread, with the numbers of its rows and their items in C order. No two calls get
        ///     the same item.
        /// - Precondition: There is a first dimension.
        /// - Threads: Any. Returns when all parts are done.
        public mutating func modifyRowBlocksConcurrently(
            threadCount: Int, _ body: @Sendable (_ rows: Range<Int>, _ items: inout MutableSpan<Element.BufferStored>) -> Void
        ) {
            precondition(threadCount > 0, "threadCount is at least 1")
            let rowCount = count(alongAxis: 0)
            if rowCount == 0 { return }
            let partCount = min(threadCount, rowCount)
            let itemsPerRow = count / rowCount
            // SAFETY: `self` is borrowed to be changed until this returns, so that the memory stays; the parts do not overlap.
            nonisolated(unsafe) let base: UnsafeMutablePointer<Element.BufferStored> = unsafe items.pointer()
            DispatchQueue.concurrentPerform(iterations: partCount) { part in
                let rows = part * rowCount / partCount..<(part + 1) * rowCount / partCount
                var span = unsafe MutableSpan(
                    _unsafeStart: base + rows.lowerBound * itemsPerRow, count: rows.count * itemsPerRow)
                body(rows, &span)
            }
        }
    }
#endif
