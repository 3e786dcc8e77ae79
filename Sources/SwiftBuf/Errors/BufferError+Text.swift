// A few words that need no memory of their own: names and formats inside of errors.

extension BufferError {
    /// A name inside of an error: at most 62 bytes of UTF-8, kept inline.
    ///
    /// A longer text ends in `…`. Making one allocates nothing, and it compares with literals: `error == .noBuffer(typeName: "str")`.
    public struct Text: Equatable, Sendable, ExpressibleByStringLiteral {
        private var bytes: InlineArray<62, UInt8>
        private var count: UInt8
        /// Whether it ended in `…`, so that nothing follows.
        private var isCut = false

        private static var capacity: Int { 62 }

        /// The text of no bytes.
        init() {
            bytes = InlineArray(repeating: 0)
            count = 0
        }

        /// A copy of a literal.
        public init(stringLiteral text: StaticString) {
            self.init(text)
        }

        /// A copy of a literal.
        init(_ text: StaticString) {
            self.init()
            append(text)
        }

        /// Calls `body` with each byte of UTF-8, in order.
        public func forEachByte<Failure: Error>(_ body: (UInt8) throws(Failure) -> Void) throws(Failure) {
            for index in 0..<Int(count) { try body(bytes[index]) }
        }

        @inline(never)
        mutating func append(_ text: StaticString) {
            text.forEachByte { append(byte: $0) }
        }

        @inline(never)
        mutating func append(byte: UInt8) {
            if isCut { return }
            if Int(count) < Self.capacity {
                bytes[Int(count)] = byte
                count += 1
                return
            }
            // The last three bytes are the ellipsis; a character that it would cut in two goes as a whole.
            isCut = true
            var start = Self.capacity - 3
            while start > 0 && bytes[start] & 0xC0 == 0x80 { start -= 1 }
            bytes[start] = 0xE2
            bytes[start + 1] = 0x80
            bytes[start + 2] = 0xA6
            count = UInt8(start + 3)
        }

        /// Compares the bytes.
        public static func == (first: Text, second: Text) -> Bool {
            guard first.count == second.count else { return false }
            for index in 0..<Int(first.count) where first.bytes[index] != second.bytes[index] { return false }
            return true
        }
    }
}

#if !hasFeature(Embedded)
    // Embedded Swift's hashes want a newer C library.
    extension BufferError.Text: Hashable {
        /// Hashes the bytes.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(count)
            forEachByte { hasher.combine($0) }
        }
    }

    extension BufferError.Text: CustomStringConvertible {
        /// The text as a `String`.
        public var description: String {
            var text: [UInt8] = []
            forEachByte { text.append($0) }
            return String(decoding: text, as: UTF8.self)
        }

        /// The start of a text.
        init(_ text: String) {
            self.init()
            for byte in text.utf8 { append(byte: byte) }
        }
    }
#endif
