// One span to write at a time.

import SwiftBufEmbed

func write(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        var first = image.mutableSpan  // error: overlapping accesses to 'image'
        var second = image.mutableSpan
        first[0] = 1
        second[0] = 2
    }
}
