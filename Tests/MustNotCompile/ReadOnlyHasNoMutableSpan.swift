// What is borrowed to read has no span to write.

import SwiftBuf
import SwiftBufEmbed

func write(_ image: BufferView<UInt8>) throws {
    image.mutableSpan[0] = 1  // error: value of type 'BufferView<UInt8>' has no member 'mutableSpan'
}
