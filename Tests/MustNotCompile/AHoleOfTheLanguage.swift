// Swift 6.3 lets a MutableSpan outlive its memory, Array's own too, and a mutable view, where one is assigned to another one of a longer
// life. The documents name this hole: when this file stops compiling, they can promise more, and the file belongs among those that must
// not compile.

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

func keep(_ outer: SharedBuffer<Float>, _ inner: SharedBuffer<Float>) throws -> Float {
    try outer.withMutableView { kept in
        try inner.withMutableView { view in kept = view.mutableRows(0..<1) }
        return kept[0]
    }
}

func replace(_ kept: inout MutableSpan<Float>) {
    var numbers: [Float] = [1]
    kept = numbers.mutableSpan
}
