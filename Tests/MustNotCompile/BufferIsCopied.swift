// A borrow that is a value is one: it has no copies.

import SwiftBuf
import SwiftBufEmbed

func copy(_ photo: PythonObject) throws {
    let image = try BufferBorrow<UInt8>(of: photo)  // error: 'image' used after consume
    let moved = image
    print(image.view.count, moved.view.count)
}
