// A span of a borrow ends with the borrow: no variable outside keeps it.

import SwiftBufEmbed

func keep(_ python: Python, _ photo: PythonObject) throws {
    var kept = Span<UInt8>()  // error: lifetime-dependent variable 'kept' escapes its scope
    try python.withBuffer(of: photo, as: UInt8.self) { image in
        kept = image.span
    }
    print(kept.count)
}
