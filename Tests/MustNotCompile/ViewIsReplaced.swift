// A view that was consumed is replaced by no other: only the borrow makes one.

import SwiftBuf
import SwiftBufEmbed

func makeBufferView() {
    print(BufferView<UInt8>().count)  // error: is inaccessible // error: missing argument
}

func replaceMutableBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        let taken = consume image
        print(taken.count)
        image = MutableBufferView<UInt8>()  // error: is inaccessible // error: missing argument
    }
}

func makeStridedBufferView() {
    print(StridedBufferView<UInt8>().count)  // error: is inaccessible // error: missing argument
}

func replaceMutableStridedBufferView(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableStridedBuffer(of: photo, as: UInt8.self) { image in
        let taken = consume image
        print(taken.count)
        image = MutableStridedBufferView<UInt8>()  // error: is inaccessible // error: missing argument
    }
}
