// Nobody reads while somebody writes.

import SwiftBufEmbed

func write(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        let before = image.span
        image[0] = 1  // error: overlapping accesses to 'image'
        print(before[0])
    }
}
