// The layout of members one after the other, as struct's and C's: a running size and the largest alignment.
// All arithmetic reports overflow.

/// The members placed so far, in a `T{}` or outside of any.
struct FormatRecord {
    /// The size up to here, in bytes.
    private(set) var byteCount = 0
    /// The largest alignment of an aligned member, in bytes: a power of two.
    private(set) var byteAlignment = 1
    /// How many values stand in the tuple of these members; `Int.max` for more.
    private(set) var valueCount = 0
    /// How many Python objects the values are made of, all those inside of others included; `Int.max` for more.
    private(set) var objectCount = 0

    /// Pads up to the member's alignment, then adds the member.
    ///
    /// Also done for a member of 0 bytes: `0i` only aligns.
    ///
    /// - Returns: Whether the size is at most `Int.max`.
    mutating func append(byteCount added: Int, byteAlignment alignment: Int) -> Bool {
        byteAlignment = max(byteAlignment, alignment)
        return pad(to: alignment) && add(added)
    }

    /// Counts the values of a member that is no pad.
    mutating func appendValues(_ count: Int, objectCount added: Int) {
        valueCount = saturatingSum(valueCount, count)
        objectCount = saturatingSum(objectCount, added)
    }

    /// Whether reading an item takes no more objects than its bytes can hold, up to some that have no bytes.
    ///
    /// Each scalar of a byte or more may stand in lists of its own, as deep as they may be. What has no bytes can be any number
    /// of objects: `(1000000,1000000)T{}`.
    var hasFewObjects: Bool {
        objectCount / (Format.valueDepthLimit &+ 1) <= saturatingSum(byteCount, 1024)
    }

    /// Pads up to the alignment of the whole, as C does at the end of a struct.
    ///
    /// - Returns: Whether the size is at most `Int.max`.
    mutating func padAtEnd() -> Bool {
        pad(to: byteAlignment)
    }

    /// `alignment` is a power of two.
    private mutating func pad(to alignment: Int) -> Bool {
        add((0 &- byteCount) & (alignment &- 1))
    }

    private mutating func add(_ added: Int) -> Bool {
        let (sum, overflows) = byteCount.addingReportingOverflow(added)
        guard !overflows else { return false }
        byteCount = sum
        return true
    }
}
