// What is borrowed to read is not written: its span has items to get alone.

import SwiftBufEmbed

func write(_ python: Python, _ photo: PythonObject) throws {
    try python.withBuffer(of: photo, as: UInt8.self) { image in
        image.span[0] = 1  // error: cannot assign through subscript: subscript is get-only
    }
}
