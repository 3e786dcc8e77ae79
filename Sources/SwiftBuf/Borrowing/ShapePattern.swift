// Which shapes a borrow accepts.

/// The shapes that a borrow accepts: how many dimensions, and how many items along some of them.
///
///     let whatever: ShapePattern = .any
///     let matrix: ShapePattern = .rank(2)
///     let photo: ShapePattern = [nil, nil, 3]  // three dimensions, the last of three items
///
/// Up to eight dimensions can be named one by one.
@frozen
public struct ShapePattern: Equatable, Sendable, ExpressibleByArrayLiteral {
    /// The number of dimensions; below zero for any.
    @usableFromInline let storedRank: Int
    /// Items along each of the first dimensions; below zero for any number.
    @usableFromInline let counts: InlineArray<8, Int>

    /// Any shape.
    @inlinable
    public static var any: ShapePattern { ShapePattern(rank: -1, counts: InlineArray(repeating: -1)) }

    /// Any shape of so many dimensions.
    ///
    /// - Precondition: 0 to 64.
    public static func rank(_ rank: Int) -> ShapePattern {
        precondition(rank >= 0 && rank <= 64, "a buffer has 0 to 64 dimensions")
        return ShapePattern(rank: rank, counts: InlineArray(repeating: -1))
    }

    /// Shapes with these numbers of items; `nil` stands for any number.
    ///
    /// - Precondition: At most eight dimensions, and no number below zero.
    public init(arrayLiteral counts: Int?...) {
        precondition(counts.count <= 8, "a shape pattern names at most eight dimensions")
        var inline = InlineArray<8, Int>(repeating: -1)
        for (axis, count) in counts.enumerated() {
            precondition(count ?? 0 >= 0, "a dimension has no fewer than zero items")
            inline[axis] = count ?? -1
        }
        self.init(rank: counts.count, counts: inline)
    }

    /// How many dimensions; nil for any number of them.
    public var rank: Int? { storedRank < 0 ? nil : storedRank }

    /// How many items along a dimension; nil for any number of them, and for the dimensions behind the first eight.
    ///
    /// - Precondition: `axis` is at least 0.
    public subscript(axis: Int) -> Int? {
        precondition(axis >= 0, "an axis is at least 0")
        return axis < 8 && counts[axis] >= 0 ? counts[axis] : nil
    }

    @inlinable
    init(rank: Int, counts: InlineArray<8, Int>) {
        storedRank = rank
        self.counts = counts
    }

    /// The pattern that one shape alone fits, as far as its first eight dimensions.
    ///
    /// - Parameter shape: `rank` numbers.
    @unsafe
    init(rank: Int, shape: UnsafePointer<Int>?) {
        var inline = InlineArray<8, Int>(repeating: -1)
        if let shape = unsafe shape {
            // SAFETY: by the parameter's contract.
            for axis in 0..<min(rank, 8) { inline[axis] = unsafe shape[axis] }
        }
        self.init(rank: rank, counts: inline)
    }

    /// Whether a shape fits.
    ///
    /// - Parameter shape: `rank` numbers.
    @unsafe
    @inline(__always)
    func accepts(rank: Int, shape: UnsafePointer<Int>) -> Bool {
        if storedRank < 0 { return true }
        guard rank == storedRank else { return false }
        for axis in 0..<min(rank, 8) {
            // SAFETY: by the parameter's contract.
            guard unsafe counts[axis] < 0 || counts[axis] == shape[axis] else { return false }
        }
        return true
    }

    /// Compares the numbers.
    public static func == (first: ShapePattern, second: ShapePattern) -> Bool {
        guard first.storedRank == second.storedRank else { return false }
        for axis in 0..<8 where first.counts[axis] != second.counts[axis] { return false }
        return true
    }

    private var namesDimensions: Bool {
        for axis in 0..<8 where counts[axis] >= 0 { return true }
        return false
    }

    /// Writes `2-D`, or `shape (*, *, 3)` if numbers are named.
    @inline(never)
    func write(to text: inout TextWriter) {
        guard namesDimensions else {
            text.append(storedRank)
            text.append("-D")
            return
        }
        text.append("shape (")
        for axis in 0..<min(storedRank, 8) {
            if axis > 0 { text.append(", ") }
            if counts[axis] < 0 { text.append("*") } else { text.append(counts[axis]) }
        }
        text.append(storedRank > 8 ? ", …)" : storedRank == 1 ? ",)" : ")")
    }
}

#if !hasFeature(Embedded)
    // Embedded Swift's hashes want a newer C library.
    extension ShapePattern: Hashable {
        /// Hashes the numbers.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(storedRank)
            for axis in 0..<8 { hasher.combine(counts[axis]) }
        }
    }
#endif
