// What is borrowed to read has no span to write.

import SwiftBuf
import SwiftBufEmbed

func write(_ photo: PythonObject) throws {
    var image = try BorrowedBuffer<UInt8>(photo)
    image.mutableSpan[0] = 1  // error: value of type 'BorrowedBuffer<UInt8>' has no member 'mutableSpan'
}
