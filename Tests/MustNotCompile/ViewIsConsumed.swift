// A view that a closure consumes is missing at its end.

import SwiftBuf
import SwiftBufEmbed

func consumeMutableBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in  // error: missing reinitialization
        let taken = consume image
        print(taken.count)
    }
}

func consumeMutableStridedBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableStridedBuffer(of: photo, as: UInt8.self) { image in  // error: missing reinitialization
        let taken = consume image
        print(taken.count)
    }
}
