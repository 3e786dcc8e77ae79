// What a borrow lends stays in it: no view of another borrow takes its place, and no variable outside keeps it.

import SwiftBuf
import SwiftBufEmbed

func assignBufferView(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withBuffer(of: first, as: UInt8.self) { front in
        var outer = front  // error: lifetime-dependent variable 'outer' escapes its scope
        try python.withBuffer(of: second, as: UInt8.self) { back in
            outer = back
        }
        print(outer.count)
    }
}

func assignMutableBufferView(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withMutableBuffer(of: first, as: UInt8.self) { front in
        try python.withMutableBuffer(of: second, as: UInt8.self) { back in  // error: missing reinitialization
            front = back
        }
    }
}

func assignStridedBufferView(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withStridedBuffer(of: first, as: UInt8.self) { front in
        var outer = front  // error: lifetime-dependent variable 'outer' escapes its scope
        try python.withStridedBuffer(of: second, as: UInt8.self) { back in
            outer = back
        }
        print(outer.count)
    }
}

func assignMutableStridedBufferView(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withMutableStridedBuffer(of: first, as: UInt8.self) { front in
        try python.withMutableStridedBuffer(of: second, as: UInt8.self) { back in  // error: missing reinitialization
            front = back
        }
    }
}
