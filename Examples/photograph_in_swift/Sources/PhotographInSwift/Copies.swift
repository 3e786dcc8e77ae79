// The sum: how many bytes were shared, and how many copied.

import SwiftBufEmbed

/// Claims that swiftbuf copied nothing.
func showWhatWasCopied(_ python: Python, _ claims: Claims) throws {
    try claims.claim(
        claims.copiedByteCount == 0, "swiftbuf copied \(claims.copiedByteCount) bytes",
        "\(grouped(claims.sharedByteCount)) were handed over, each at its owner's address")
}
