// A span of a borrow ends with the borrow: it is no result.

import SwiftBufEmbed

func keep(_ python: Python, _ photo: PythonObject) throws {
    let kept: Span<UInt8> = try python.withBuffer(of: photo, as: UInt8.self) { image in  // error: requires that 'Span<UInt8>'
        image.span
    }
    print(kept[0])
}
