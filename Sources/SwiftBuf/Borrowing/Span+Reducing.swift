// Folding many items into one value, fast: sums, products, extremes.
//
// A loop that adds Floats one after the other waits for each sum before it begins the next, because rounding depends on the order. These
// fold sixteen columns of the items side by side, and the sixteen results at the end: the compiler puts several columns into one register.

extension Span where Element: BufferElement {
    /// Folds the items into one value, in an order of the library's: `image.span.reduceInAnyOrder(0, +)`.
    ///
    /// Several partial results are made side by side, so that the work runs at the speed of memory. Of floating-point numbers a sum is
    /// therefore rounded otherwise than by a loop, usually less; it is the same for the same number of items.
    ///
    /// - Parameters:
    ///   - identity: The value that changes no other one under `combine`: 0 for `+`, 1 for `*`. It is used several times.
    ///   - combine: Makes one value of two. It gives the same, rounding apart, in whatever order and grouping items come.
    /// - Returns: The combined items; `identity` for no items.
    /// - Complexity: O(*n*) in the items.
    @inlinable
    public func reduceInAnyOrder(_ identity: Element, _ combine: (Element, Element) -> Element) -> Element {
        reduceInAnyOrder(
            identity, adding: { (partial, item) in partial = combine(partial, item) },
            joining: { (partial, other) in partial = combine(partial, other) })
    }

    /// Folds the items into one value of another type, in an order of the library's.
    ///
    ///     let energy = samples.span.reduceInAnyOrder(0.0, adding: { $0 += Double($1) * Double($1) }, joining: +=)
    ///
    /// In all else ``reduceInAnyOrder(_:_:)``.
    ///
    /// - Parameters:
    ///   - identity: What a partial result begins as. It is used several times.
    ///   - add: Adds an item to a partial result.
    ///   - join: Adds a partial result to another one.
    @inlinable
    public func reduceInAnyOrder<Partial>(
        _ identity: Partial, adding add: (inout Partial, Element) -> Void, joining join: (inout Partial, Partial) -> Void
    ) -> Partial {
        var partials = InlineArray<16, Partial>(repeating: identity)
        var rest = identity
        // SAFETY: every index is below the number of items.
        unsafe withUnsafeBufferPointer { items in
            guard let start = items.baseAddress else { return }
            var index = 0
            while index &+ 16 <= items.count {
                for column in 0..<16 { unsafe add(&partials[unchecked: column], start[index &+ column]) }
                index &+= 16
            }
            while index < items.count {
                unsafe add(&rest, start[index])
                index &+= 1
            }
        }
        var width = 8
        while width > 0 {
            for column in 0..<width { join(&partials[column], partials[column + width]) }
            width /= 2
        }
        join(&rest, partials[0])
        return rest
    }
}
