// A few words that need no memory of their own: names and formats inside of errors.

/// A text of at most 62 bytes of UTF-8, kept inline.
///
/// Errors carry such texts, because in a module for Python running out of memory is an error like any other, and making one must not
/// need any. What is longer ends in `…`.
public struct ShortText: Equatable, Sendable {
    private var bytes: InlineArray<62, UInt8>
    private var count: UInt8
    /// Whether it ended in `…`, so that nothing follows.
    private var isCut = false

    private static var capacity: Int { 62 }

    /// The text of no bytes.
    public init() {
        bytes = InlineArray(repeating: 0)
        count = 0
    }

    /// A copy of a literal.
    public init(_ text: StaticString) {
        self.init()
        append(text)
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { count == 0 }

    /// Calls `body` with each byte, in order.
    func forEachByte(_ body: (UInt8) -> Void) {
        for index in 0..<Int(count) { body(bytes[index]) }
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
    public static func == (first: ShortText, second: ShortText) -> Bool {
        guard first.count == second.count else { return false }
        for index in 0..<Int(first.count) where first.bytes[index] != second.bytes[index] { return false }
        return true
    }
}

#if !hasFeature(Embedded)
    extension ShortText: CustomStringConvertible {
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
