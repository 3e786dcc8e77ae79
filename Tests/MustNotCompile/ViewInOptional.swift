// No optional outside of the borrow keeps a view.

import SwiftBuf
import SwiftBufEmbed

func keepBufferView(_ python: Python, _ photo: PythonObject) throws {
    var kept: BufferView<UInt8>? = nil  // error: lifetime-dependent variable 'kept' escapes its scope
    try python.withBuffer(of: photo, as: UInt8.self) { image in
        kept = image
    }
    if kept == nil { print("nothing") }
}

func keepMutableBufferView(_ python: Python, _ photo: PythonObject) throws {
    var kept: MutableBufferView<UInt8>? = nil
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in  // error: missing reinitialization
        kept = consume image
    }
    if kept == nil { print("nothing") }
}

func keepStridedBufferView(_ python: Python, _ photo: PythonObject) throws {
    var kept: StridedBufferView<UInt8>? = nil  // error: lifetime-dependent variable 'kept' escapes its scope
    try python.withStridedBuffer(of: photo, as: UInt8.self) { image in
        kept = image
    }
    if kept == nil { print("nothing") }
}

func keepMutableStridedBufferView(_ python: Python, _ photo: PythonObject) throws {
    var kept: MutableStridedBufferView<UInt8>? = nil
    try python.withMutableStridedBuffer(of: photo, as: UInt8.self) { image in  // error: missing reinitialization
        kept = consume image
    }
    if kept == nil { print("nothing") }
}
