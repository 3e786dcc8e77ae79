// The words of a format string: white space, prefixes, numbers, shapes, names, braces. `current` alone reads
// the text, and asks for its end first; `position` only grows, and never past the end.

extension FormatParser {
    /// The next byte; nil at the end of the text.
    var current: UInt8? {
        byte(at: position)
    }

    private func byte(at offset: Int) -> UInt8? {
        offset < text.count ? text[offset] : nil
    }

    /// An error that names a place, with the byte there.
    func error(_ reason: FormatError.Reason, at offset: Int) -> FormatError {
        FormatError(reason, byteOffset: offset, byte: byte(at: offset))
    }

    /// The product of two numbers that are not negative; `offset` is the place to blame for an overflow.
    func product(_ a: Int, _ b: Int, at offset: Int) throws(FormatError) -> Int {
        let (product, overflows) = a.multipliedReportingOverflow(by: b)
        guard !overflows else { throw error(.sizeOverflow, at: offset) }
        return product
    }

    /// Refuses a text that is no C string.
    func refuseNul() throws(FormatError) {
        for offset in text.indices where text[offset] == 0 {
            throw error(.embeddedNul, at: offset)
        }
    }

    /// Whether the text is one byte, or `@` and one byte, and no letter that only struct knows: `F` and `D`.
    var isKnownSingleLetter: Bool {
        guard text.count == 1 || (text.count == 2 && text[0] == UInt8(ascii: "@")) else { return false }
        let letter = text[text.count &- 1]
        return letter != UInt8(ascii: "F") && letter != UInt8(ascii: "D")
    }

    /// Whether the byte has a place in the grammar, but not where a code is expected.
    func isPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ":"), UInt8(ascii: "}"): true
        default: isWhitespace(byte) || FormatMode(prefix: byte) != nil
        }
    }

    /// C's `isspace` in the "C" locale, as struct has it.
    private func isWhitespace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (UInt8(ascii: "\t")...UInt8(ascii: "\r")).contains(byte)
    }

    mutating func skipWhitespace() {
        while let byte = current, isWhitespace(byte) { position &+= 1 }
    }

    /// Reads a prefix, if there is one: the mode from here on.
    ///
    /// - Returns: Whether there was one.
    mutating func readPrefix() -> Bool {
        guard let byte = current, let prefix = FormatMode(prefix: byte) else { return false }
        mode = prefix
        position &+= 1
        return true
    }

    /// Reads decimal digits; nil if there are none.
    ///
    /// - Throws: `countOverflow` above `Int.max`.
    mutating func readNumber() throws(FormatError) -> Int? {
        let start = position
        var number = 0
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            let digit = Int(byte &- UInt8(ascii: "0"))
            let (tens, tensOverflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflows) = tens.addingReportingOverflow(digit)
            guard !tensOverflow, !sumOverflows else { throw error(.countOverflow, at: start) }
            number = sum
            position &+= 1
        }
        return position == start ? nil : number
    }

    /// Reads the next number of a shape: from the `(` or a `,` on; white space around the numbers is ignored, as NumPy does.
    ///
    /// - Returns: The number, and where it stands; nil behind the `)`.
    mutating func readDimension() throws(FormatError) -> (count: Int, offset: Int)? {
        if current == UInt8(ascii: ")") {
            position &+= 1
            return nil
        }
        guard current == UInt8(ascii: "(") || current == UInt8(ascii: ",") else { throw error(.badShape, at: position) }
        position &+= 1
        skipWhitespace()
        let offset = position
        guard let number = try readNumber() else { throw error(.badShape, at: offset) }
        skipWhitespace()
        // A first number is not followed by a second `(`.
        guard current != UInt8(ascii: "(") else { throw error(.badShape, at: position) }
        return (number, offset)
    }

    /// Reads `:name:`, if there is one; between the colons stands anything but a colon.
    ///
    /// - Returns: Where the name stands; nil if there is none.
    mutating func readName() throws(FormatError) -> Range<Int>? {
        let start = position
        guard current == UInt8(ascii: ":") else { return nil }
        repeat { position &+= 1 } while current != nil && current != UInt8(ascii: ":")
        guard current != nil else { throw error(.unterminatedName, at: start) }
        let end = position
        position &+= 1
        // SAFETY: the first colon is not the second, so `start` is below `end`.
        return unsafe Range(uncheckedBounds: (start &+ 1, end))
    }

    /// Reads over a pair of braces and all between them, from the `{`.
    mutating func skipBraces() throws(FormatError) {
        let start = position
        var open = 0
        while let byte = current {
            position &+= 1
            if byte == UInt8(ascii: "{") { open &+= 1 }
            if byte == UInt8(ascii: "}") { open &-= 1 }
            if open == 0 { return }
        }
        throw error(.unbalanced, at: start)
    }
}
