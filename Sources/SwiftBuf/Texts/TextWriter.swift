// Sentences that need no memory of their own: what an error says, for Python and for Swift alike.

/// A text of at most 511 bytes of UTF-8, kept inline; what is longer is cut off.
struct TextWriter {
    private var bytes = InlineArray<512, UInt8>(repeating: 0)
    private var count = 0

    @inline(never)
    mutating func append(_ text: StaticString) {
        text.forEachByte { append(byte: $0) }
    }

    @inline(never)
    mutating func append(_ text: StaticString, _ name: BufferError.Text) {
        append(text)
        append(name: name)
    }

    @inline(never)
    mutating func append(name: BufferError.Text) {
        name.forEachByte { append(byte: $0) }
    }

    @inline(never)
    mutating func append(_ number: Int) {
        if number < 0 { append(byte: UInt8(ascii: "-")) }
        // The digits come from the last to the first.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var left = number.magnitude
        var first = digits.count
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(left % 10)
            left /= 10
        } while left > 0
        for index in first..<digits.count { append(byte: digits[index]) }
    }

    @inline(never)
    private mutating func append(byte: UInt8) {
        // The last byte stays a NUL.
        guard count < bytes.count - 1 else { return }
        bytes[count] = byte
        count += 1
    }

    /// Lends the text as C wants it.
    func withCString(_ body: (UnsafePointer<CChar>) -> Void) {
        // SAFETY: the bytes lie in this value during the call, and a NUL stands behind the last one.
        unsafe bytes.span.withUnsafeBufferPointer { bytes in
            unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped).withMemoryRebound(to: CChar.self, capacity: bytes.count)
            {
                unsafe body($0)
            }
        }
    }

    #if !hasFeature(Embedded)
        /// The text.
        var string: String {
            var text: [UInt8] = []
            for index in 0..<count { text.append(bytes[index]) }
            return String(decoding: text, as: UTF8.self)
        }
    #endif
}
