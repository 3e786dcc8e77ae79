// A borrow that is a value is one: it has no copies.
// Ordinary Swift only, which has a borrow that is a value.

import SwiftBuf
import SwiftBufEmbed

func copy(_ photo: PythonObject) throws {
    let image = try BufferBorrow<UInt8>(of: photo)  // error: 'image' used after consume
    let moved = image
    show(image)
    show(moved)
}

func show(_ image: borrowing BufferBorrow<UInt8>) { print(image.view.count) }
