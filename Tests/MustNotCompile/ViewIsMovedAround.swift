// What a borrow lends stays in it: no three moves exchange two views.

import SwiftBuf
import SwiftBufEmbed

func moveMutableBufferViews(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withMutableBuffer(of: first, as: UInt8.self) { front in  // error: 'front' escapes its scope
        try python.withMutableBuffer(of: second, as: UInt8.self) { back in  // error: 'back' escapes its scope
            let third = consume front
            front = consume back
            back = consume third
        }
    }
}

func moveMutableStridedBufferViews(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withMutableStridedBuffer(of: first, as: UInt8.self) { front in  // error: 'front' escapes its scope
        try python.withMutableStridedBuffer(of: second, as: UInt8.self) { back in  // error: 'back' escapes its scope
            let third = consume front
            front = consume back
            back = consume third
        }
    }
}
