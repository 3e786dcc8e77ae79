// What the demo claims: each claim is checked, and printed with its proof on one line.
//
// A claim that does not hold ends the demo, so what is printed is what is so.

/// A claim does not hold.
struct WrongResult: Error, CustomStringConvertible {
    /// One sentence.
    let description: String
}

/// Prints sections and claims, and counts them, and the bytes that were shared and copied.
final class Claims {
    private(set) var count = 0
    /// Bytes that somebody else got to see where they are.
    private(set) var sharedByteCount = 0
    /// Bytes that somebody else got to see somewhere else.
    private(set) var copiedByteCount = 0
    private var sectionCount = 0

    func section(_ title: String) {
        sectionCount += 1
        print("\n\(sectionCount). \(title)")
    }

    /// Prints lines that claim nothing.
    func show(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { print("   \(line)") }
    }

    /// Prints a claim with its proof.
    ///
    /// - Throws: ``WrongResult`` if it does not hold.
    func claim(_ holds: Bool, _ claim: String, _ proof: String) throws {
        guard holds else { throw WrongResult(description: "This is not so: \(claim) (\(proof)).") }
        count += 1
        print("   ok  \(claim): \(proof)")
    }

    /// Claims that everybody sees the same bytes, because they are at one address, and counts them.
    ///
    /// - Parameters:
    ///   - byteCount: The bytes that each sees.
    ///   - addresses: Where each sees them; the owner first.
    ///   - proof: What there is to say besides.
    /// - Throws: ``WrongResult`` if two addresses differ.
    func sameAddress(_ byteCount: Int, at addresses: [Int], _ claim: String, _ proof: String) throws {
        for address in addresses.dropFirst() {
            if address == addresses[0] { sharedByteCount += byteCount } else { copiedByteCount += byteCount }
        }
        let equal = addresses.map { "0x" + String($0, radix: 16) }.joined(separator: " = ")
        try self.claim(Set(addresses).count == 1, claim, "\(equal), \(proof)")
    }
}
