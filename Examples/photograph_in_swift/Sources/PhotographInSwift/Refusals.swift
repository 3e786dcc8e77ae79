// What cannot be is refused before a byte is touched, and says what was asked for and what is so.

import SwiftBuf
import SwiftBufEmbed

/// Shows borrows that are refused.
func showRefusals(of photograph: Photograph, _ python: Python, _ claims: Claims) throws {
    let pixels = photograph.pixels
    try claims.refused("writing to what Pillow decoded") {
        try python.withMutableBuffer(of: photograph.original, as: UInt8.self) { _ in }
    }
    try claims.refused("reading bytes as Float") {
        try python.withBuffer(of: pixels, as: Float.self) { _ in }
    }
    try claims.refused("a span over red and blue alone") {
        let redAndBlue = try pixels[python.ellipsis, python.slice(by: 2)]
        try python.withBuffer(of: redAndBlue, as: UInt8.self) { _ in }
    }
    try claims.refused("writing to a slice of what is being read") {
        try python.withBuffer(of: pixels, as: UInt8.self) { _ in
            try python.withMutableBuffer(of: pixels[0], as: UInt8.self) { _ in }
        }
    }
}

extension Claims {
    /// Claims that a borrow is refused, and prints why.
    fileprivate func refused(_ what: String, _ borrow: () throws -> Void) throws {
        do {
            try borrow()
        } catch let error as BufferError {
            return try claim(true, "\(what) is refused", "\(error)")
        }
        try claim(false, "\(what) is refused", "it was done")
    }
}
