// A range of rows is a view of the same borrow: it is no result of it.

import SwiftBuf
import SwiftBufEmbed

func keep(_ python: Python, _ photo: PythonObject) throws {
    let kept: BufferView<UInt8> = try python.withBuffer(of: photo, as: UInt8.self) { image in  // error: requires that
        image.rows(0..<1)
    }
    print(kept.count)
}
