// A view is lent for the time of the call: the closure cannot give it away.

import SwiftBuf
import SwiftBufEmbed

func keep(_ python: Python, _ photo: PythonObject) throws {
    let kept: BufferView<UInt8> = try python.withBuffer(of: photo, as: UInt8.self) { image in  // error: requires that
        image
    }
    print(kept.count)
}
