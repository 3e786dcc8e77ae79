// A member of a format by its name, as a part of each item: where it stands, its shape, and the text of one element.

/// A named member of a format: a part of each item, with a format of its own.
public struct FormatField: Sendable {
    /// Where the member starts, in bytes from the start of the item.
    public var byteOffset: Int
    /// Bytes of one element; a member without a shape is one.
    public var itemByteCount: Int
    /// Where in the text the format of one element stands, without its shape and name, and without a count that is a length of an
    /// array: `h` of `(2,3)h:m:`, `4s` of `4s:name:`, `T{…}` with all that is in it.
    public var textRange: Range<Int>
    /// The prefix that is in force where that text starts: one of `^ = < >`, or 0 for native.
    ///
    /// With it in front, the element's text means by itself what it means here.
    public var prefix: UInt8
    /// How many dimensions the member has: its shape, and then its count.
    public var rank: Int
    /// Elements along each dimension, in the first ``rank`` of these.
    ///
    /// They are packed in C order.
    public var shape: InlineArray<64, Int>
    /// The node of one element.
    public var element: Int
}

extension Format {
    /// Finds a member by its name.
    ///
    /// - Parameters:
    ///   - name: As it stands between the colons; UTF-8.
    ///   - text: A format that `parse` accepts.
    ///   - reading: What is granted beyond PEP 3118.
    /// - Returns: nil if there is none, if it has more than 64 dimensions, or if the text is no format.
    /// - Complexity: O(*n*) in the length of the text; a ``FormatTree`` finds many names sooner.
    public static func field(named name: Span<UInt8>, in text: Span<UInt8>, as reading: FormatReading = []) -> FormatField? {
        guard let tree = try? FormatTree(layoutOf: text, as: reading), let member = tree.member(named: name, in: text) else {
            return nil
        }
        return tree.field(at: member)
    }
}

extension FormatTree {
    /// A member as a field.
    ///
    /// - Parameter member: The index of its node.
    /// - Returns: nil if it has more than 64 dimensions.
    public borrowing func field(at member: Int) -> FormatField? {
        var shape = InlineArray<64, Int>(repeating: 0)
        var rank = 0
        var index = member
        var node = self[index]
        // From the start of the item: the tuple of the members stands there in all formats.
        let byteOffset = node.byteOffset
        while node.isListOrRun {
            guard rank < shape.count else { return nil }
            shape[rank] = node.count
            rank &+= 1
            index &+= 1
            node = self[index]
        }
        let end = node.textOffset &+ node.textByteCount
        return FormatField(
            byteOffset: byteOffset, itemByteCount: node.byteCount,
            // SAFETY: a text does not end before it starts.
            textRange: unsafe Range(uncheckedBounds: (node.textOffset, end)), prefix: node.prefix, rank: rank, shape: shape,
            element: index)
    }
}
