// A token belongs to its thread: a Task cannot have it.
// Ordinary Swift only, which has the interpreter.

import SwiftBufEmbed

func send(_ interpreter: Interpreter) throws {
    try interpreter.withGIL { python in  // error: lifetime-dependent variable 'python' escapes its scope
        Task { try python.run("pass") }  // error: passing closure as a 'sending' parameter risks causing data races
    }
}
