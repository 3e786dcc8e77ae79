// Several threads run the closure that changes rows: it changes no variable outside.
// Ordinary Swift only, which has threads of Dispatch.

import SwiftBufEmbed

func sum(_ python: Python, _ photo: PythonObject) throws {
    var sum = 0
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        image.modifyRowBlocksConcurrently(threadCount: 2) { rows, items in
            sum += rows.count  // error: mutation of captured var 'sum' in concurrently-executing code
        }
    }
    print(sum)
}
