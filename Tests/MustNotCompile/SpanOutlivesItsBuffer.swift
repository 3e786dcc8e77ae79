// A borrow that is a value takes its spans along when it goes.
// Ordinary Swift only, which has a borrow that is a value.

import SwiftBuf
import SwiftBufEmbed

func use(_ photo: PythonObject) throws {
    let image = try BufferBorrow<UInt8>(of: photo)
    let span = image.view.span
    let other = image  // error: noncopyable 'image' cannot be consumed when captured by an escaping closure or borrowed
    print(span[0], other.view.count)
}
