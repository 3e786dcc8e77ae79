// Comparing two items of text, UCS-2 or UCS-4, as the str objects that they are read as: by code points, without trailing NULs.

/// An item that is read as a str.
@unsafe
struct UnicodeText {
    private let start: UnsafeRawPointer
    private let unitByteCount: Int
    /// Units, without the NULs at the end.
    private var count: Int
    private let swapped: Bool
    private var position = 0

    /// The str that an item is; `nil` if it is none.
    init?(at address: UnsafeRawPointer, byteCount: Int, scalar: Scalar) {
        guard scalar.kind == .ucs2 || scalar.kind == .ucs4 else { return nil }
        unsafe start = address
        unsafe unitByteCount = scalar.kind.byteCount
        unsafe count = byteCount / scalar.kind.byteCount
        unsafe swapped = scalar.swapped
        while unsafe count > 0 && unit(count - 1) == 0 { unsafe count -= 1 }
    }

    /// Whether both are the same code points.
    static func areEqual(_ first: UnicodeText, _ second: UnicodeText) -> Bool {
        var (first, second) = unsafe (first, second)
        while let point = unsafe first.next() {
            guard unsafe second.next() == point else { return false }
        }
        return unsafe second.next() == nil
    }

    /// The next code point; two surrogates of UCS-2 that belong together are one.
    private mutating func next() -> UInt32? {
        guard unsafe position < count else { return nil }
        let first = unsafe unit(position)
        unsafe position += 1
        guard unsafe unitByteCount == 2 && first & 0xFC00 == 0xD800 && position < count else { return first }
        let second = unsafe unit(position)
        guard second & 0xFC00 == 0xDC00 else { return first }
        unsafe position += 1
        return 0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF)
    }

    private func unit(_ index: Int) -> UInt32 {
        // SAFETY: the caller of `init` vouches for the bytes of the item, and the index is below the count.
        let address = unsafe start + index * unitByteCount
        if unsafe unitByteCount == 2 {
            let unit = unsafe address.loadUnaligned(as: UInt16.self)
            return unsafe UInt32(swapped ? unit.byteSwapped : unit)
        }
        let unit = unsafe address.loadUnaligned(as: UInt32.self)
        return unsafe swapped ? unit.byteSwapped : unit
    }
}
