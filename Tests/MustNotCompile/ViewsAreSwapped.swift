// What a borrow lends stays in it: two views are not exchanged.

import SwiftBuf
import SwiftBufEmbed

func swapBufferViews(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withBuffer(of: first, as: UInt8.self) { front in
        try python.withBuffer(of: second, as: UInt8.self) { back in
            var (one, other) = (front, back)
            swap(&one, &other)  // error: requires that 'BufferView<UInt8>' conform to 'Escapable'
        }
    }
}

func swapMutableBufferViews(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withMutableBuffer(of: first, as: UInt8.self) { front in
        try python.withMutableBuffer(of: second, as: UInt8.self) { back in
            swap(&front, &back)  // error: requires that 'MutableBufferView<UInt8>' conform to 'Escapable'
        }
    }
}

func swapStridedBufferViews(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withStridedBuffer(of: first, as: UInt8.self) { front in
        try python.withStridedBuffer(of: second, as: UInt8.self) { back in
            var (one, other) = (front, back)
            swap(&one, &other)  // error: requires that 'StridedBufferView<UInt8>' conform to 'Escapable'
        }
    }
}

func swapMutableStridedBufferViews(_ python: Python, _ first: PythonObject, _ second: PythonObject) throws {
    try python.withMutableStridedBuffer(of: first, as: UInt8.self) { front in
        try python.withMutableStridedBuffer(of: second, as: UInt8.self) { back in
            swap(&front, &back)  // error: requires that 'MutableStridedBufferView<UInt8>' conform to 'Escapable'
        }
    }
}
