// Python may call a Swift function on any thread: it captures no Python object.
// Ordinary Swift only, which has Python objects that are kept.

import SwiftBufEmbed

func capture(_ python: Python) throws -> PythonObject {
    let list = try python.builtins.list()
    return try python.makeFunction(named: "append") { _, arguments in
        try list.append(arguments[0])  // error: capture of 'list' with non-Sendable type 'PythonObject' in a '@Sendable' closure
    }
}
