// Swift 6.3 lets a MutableSpan outlive its memory, Array's own too. The documents name this hole: when this file stops compiling, they can
// promise more, and the file belongs among those that must not compile.

import SwiftBuf
import SwiftBufEmbed

func keep(_ python: Python, _ photo: PythonObject) throws -> UInt8 {
    var kept = MutableSpan<UInt8>()
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in kept = image.mutableSpan }
    return kept[0]
}

func keep(_ samples: SharedBuffer<Float>) throws -> Float {
    var kept = MutableSpan<Float>()
    try samples.withMutableSpan { span in
        kept = span
        span = MutableSpan()
    }
    return kept[0]
}

func keep(_ numbers: inout [Float]) -> Float {
    var kept = MutableSpan<Float>()
    do { kept = numbers.mutableSpan }
    numbers = []
    return kept[0]
}
