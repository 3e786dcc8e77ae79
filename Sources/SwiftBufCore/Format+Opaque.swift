// Formats that are somebody else's: kept, not understood.

extension Format {
    /// Items of which only the size is known: they can be shaped, copied and exported, not read one by one.
    ///
    /// - Parameters:
    ///   - byteCount: Bytes of one item; above zero.
    ///   - text: What the exporter says of them. An `O` anywhere in it may be a reference to an object, and is taken for one.
    public init(opaque byteCount: Int, text: Span<UInt8>) {
        var holdsReferences = false
        for index in text.indices where text[index] == UInt8(ascii: "O") { holdsReferences = true }
        self.init(
            itemByteCount: byteCount, alignment: 1, kind: nil, isByteSwapped: false, isReadable: false,
            holdsReferences: holdsReferences, isOpaque: true, isNativeSingleLetter: false)
    }
}
