// What the format tables read texts with.

import SwiftBufCore

/// What reading a text gives.
enum Outcome {
    case format(Format)
    case error(FormatError)

    var format: Format? {
        if case .format(let format) = self { format } else { nil }
    }

    var error: FormatError? {
        if case .error(let error) = self { error } else { nil }
    }
}

/// Reads a format.
func parse(_ text: [UInt8]) -> Outcome {
    do throws(FormatError) {
        return .format(try Format.parse(text.span))
    } catch {
        return .error(error)
    }
}

/// Reads a format.
func parse(_ text: String) -> Outcome {
    parse(Array(text.utf8))
}

/// Every reason there is.
let reasons = (UInt8.min...UInt8.max).compactMap { FormatError.Reason(rawValue: $0) }

/// A text, repeated.
func text(_ text: String, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes += Array(text.utf8) }
    return bytes
}

/// The byte at an offset; nil at the end.
func byte(_ text: String, at offset: Int) -> UInt8? {
    let bytes = Array(text.utf8)
    return bytes.indices.contains(offset) ? bytes[offset] : nil
}

/// The bytes of a static text.
func bytes(_ text: StaticString?) -> [UInt8]? {
    text.map { Array($0.description.utf8) }
}
