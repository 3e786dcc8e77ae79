// A Python object is used with the GIL, which belongs to one thread: a Task cannot have it.
// Ordinary Swift only, which has tasks.

import SwiftBufEmbed

func send(_ interpreter: Interpreter) throws {
    try interpreter.withGIL { python in
        let list = try python.builtins.list()
        Task { try list.append(1) }  // error: conformance of 'PythonObject' to 'Sendable' is unavailable
    }
}
