// Whether two formats of records say the same: the same values at the same places, under the same names.

extension Format {
    /// Whether items of both formats are the same bytes: scalars of the same kinds and byte orders, at the same offsets, in members of the
    /// same names.
    ///
    /// How it is written does not matter: prefixes, pads, `l` or `q`, a size of the whole that ends behind the last member.
    ///
    /// The second format is somebody else's: NumPy writes a nested struct without the pad at its end, PEP 3118 has it there. Where both
    /// readings fit the size of the items they have to say the same.
    ///
    /// - Parameters:
    ///   - first: A format that says `itemByteCount`, without a terminating NUL.
    ///   - second: Another one.
    ///   - itemByteCount: Bytes of an item of both.
    /// - Returns: nil if there is no room to find out. False also if one of them is no format, or cannot be read.
    /// - Complexity: O(*n*) in the length of the texts.
    public static func describesSameItems(_ first: Span<UInt8>, _ second: Span<UInt8>, itemByteCount: Int) -> Bool? {
        do throws(FormatTree.Failure) {
            let tree = try FormatTree(of: first)
            let other = try FormatSettlement.settle(second, itemByteCount: itemByteCount, trustsStrides: true)
            return other.saysSame(as: tree, second, first)
        } catch {
            return error == .outOfMemory ? nil : false
        }
    }
}
