// The bytes of a literal, which Swift keeps in one of two forms.

extension StaticString {
    /// Calls `body` with each byte of UTF-8, in order.
    @inline(never)
    func forEachByte(_ body: (UInt8) -> Void) {
        guard hasPointerRepresentation else {
            for byte in UTF8.encode(unicodeScalar) ?? UTF8.encodedReplacementCharacter { body(byte) }
            return
        }
        // SAFETY: a literal lives as long as the program, and has that many bytes.
        for index in 0..<utf8CodeUnitCount { body(unsafe utf8Start[index]) }
    }
}
