// A range of rows is a view of the same borrow: it stays in it, and one range to write exists at a time.

import SwiftBuf
import SwiftBufEmbed

func exchange(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        var top = image.mutableRows(0..<1)  // error: overlapping accesses to 'image'
        var bottom = image.mutableRows(1..<2)
        top[0] = bottom[0]
        bottom[0] = top[0]
    }
}

func assign(_ python: Python, _ photo: PythonObject, _ samples: SharedBuffer<UInt8>) throws {
    try python.withBuffer(of: photo, as: UInt8.self) { image in
        var kept = image.rows(0..<1)  // error: lifetime-dependent variable 'kept' escapes its scope
        try samples.withView { view in kept = view.rows(0..<1) }
        print(kept.count)
    }
}
