// What the other files must not do, done right: without an error asked for, this has to compile.
// Ordinary Swift only, which has the interpreter.

import SwiftBuf
import SwiftBufEmbed

struct Point: BufferRecord {
    var x: Float
    var y: Float

    static let bufferFields = BufferFields<Point>([BufferField("x", \.x), BufferField("y", \.y)])
}

func use(_ interpreter: Interpreter, _ samples: SharedBuffer<Float>) throws -> Float {
    try interpreter.withGIL { python in
        let array = try python.import("numpy").asarray(samples)
        try python.withMutableBuffer(of: array, as: Float.self) { image in
            image[0] = 1
            var span = image.mutableSpan
            span[1] = 2
        }
        let image = try BufferBorrow<Float>(of: array)
        return first(of: image.view) + image.view.row(0)[0]
    }
}

/// A view to read is a parameter without `borrowing`, and handed on, as a Span is.
func first(of image: BufferView<Float>) -> Float {
    let same = image
    return item(0, of: same) + image.span[0]
}

func item(_ index: Int, of image: BufferView<Float>) -> Float { image[index] }
