// Formats that are somebody else's: kept, not understood.

extension Format {
    /// Items of which only the size is known: they can be shaped, copied and exported, not read one by one.
    ///
    /// - Parameter byteCount: Bytes of one item; above zero.
    public init(opaque byteCount: Int) {
        self.init(
            itemByteCount: byteCount, alignment: 1, kind: nil, isByteSwapped: false, holdsReferences: false, isOpaque: true,
            isNativeSingleLetter: false)
    }
}
