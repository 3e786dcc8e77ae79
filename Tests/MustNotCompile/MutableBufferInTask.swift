// A borrow belongs to the call that lends it: a Task, which may run later, cannot have it.
// Ordinary Swift only, which has tasks.

import SwiftBufEmbed

func write(_ python: Python, _ photo: PythonObject) throws {
    try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
        _ = Task {  // error: escaping closure captures 'inout' parameter // error: passing closure as a 'sending' parameter
            image[0] = 1
        }
    }
}
