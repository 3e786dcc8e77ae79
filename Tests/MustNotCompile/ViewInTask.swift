// A view belongs to the call that lends it: a Task, which may run later, cannot have it.
// Ordinary Swift only, which has tasks.

import SwiftBuf
import SwiftBufEmbed

func readBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withBuffer(of: photo, as: UInt8.self) { image in  // error: 'image' escapes its scope
        _ = Task { print(image.count) }  // error: passing closure as a 'sending' parameter
    }
}

func readMutableBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        _ = Task { print(image.count) }  // error: captures 'inout' // error: as a 'sending' parameter
    }
}

func readStridedBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withStridedBuffer(of: photo, as: UInt8.self) { image in  // error: 'image' escapes its scope
        _ = Task { print(image.count) }  // error: passing closure as a 'sending' parameter
    }
}

func readMutableStridedBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableStridedBuffer(of: photo, as: UInt8.self) { image in
        _ = Task { print(image.count) }  // error: captures 'inout' // error: as a 'sending' parameter
    }
}
