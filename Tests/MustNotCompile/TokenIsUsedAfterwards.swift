// A token is lent for the time of withGIL: no variable outside keeps it.
// Ordinary Swift only, which has the interpreter.

import SwiftBufEmbed

func use(_ interpreter: Interpreter) throws {
    var kept: Python?  // error: lifetime-dependent variable 'kept' escapes its scope
    try interpreter.withGIL { python in
        kept = python
    }
    try kept?.run("pass")
}
