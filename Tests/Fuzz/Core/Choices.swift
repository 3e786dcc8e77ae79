// An input read as a row of choices: each takes a byte or eight, and what is behind the end is zero.
//
// Small changes of an input are then small changes of what it says, which is what lets coverage guide the fuzzer.

/// The choices that an input makes.
struct Choices: ~Escapable {
    private let bytes: Span<UInt8>
    private var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// One byte.
    mutating func byte() -> Int {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return Int(bytes[position])
    }

    /// A number from 0 up to but without `count`, which is at most 256.
    mutating func below(_ count: Int) -> Int { byte() % count }

    /// True half of the time.
    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// A number of one byte with a sign.
    mutating func small() -> Int { Int(Int8(truncatingIfNeeded: byte())) }

    /// Any number at all.
    mutating func any() -> Int {
        var number: UInt = 0
        for _ in 0..<8 { number = number << 8 | UInt(byte()) }
        return Int(bitPattern: number)
    }

    /// The bytes that are left, over and over; zeros if there are none.
    mutating func raw(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in
            if position >= bytes.count { position = min(start, bytes.count) }
            return UInt8(byte())
        }
    }

    /// Where `raw` begins again.
    private var start = 0

    /// Lets `raw` begin here when it is at the end.
    mutating func mark() { start = position }
}
