// A borrow is one: it has no copies.

import SwiftBuf
import SwiftBufEmbed

func copy(_ photo: PythonObject) throws {
    let image = try BorrowedBuffer<UInt8>(photo)  // error: 'image' used after consume
    let moved = image
    print(image.count, moved.count)
}
