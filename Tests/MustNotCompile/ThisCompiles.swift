// What the other files must not do, done right: without an error asked for, this has to compile.

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
        try python.withMutablyBorrowed(array, as: Float.self) { image in
            image[0] = 1
            var span = image.mutableSpan
            span[1] = 2
        }
        let image = try BorrowedBuffer<Float>(array)
        return image.span[0] + image.row(0)[0]
    }
}
