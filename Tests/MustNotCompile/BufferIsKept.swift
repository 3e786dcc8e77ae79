// A borrow is lent for the time of the call: the closure cannot give it away.

import SwiftBuf
import SwiftBufEmbed

func keep(_ python: Python, _ photo: PythonObject) throws {
    let kept = try python.withBorrowed(photo, as: UInt8.self) { image in  // error: 'image' is borrowed and cannot be consumed
        image
    }
    print(kept.count)
}
