// A token is lent for the time of withGIL: it is no result.
// Ordinary Swift only, which has the interpreter.

import SwiftBufEmbed

func keep(_ interpreter: Interpreter) throws {
    let kept: Python = try interpreter.withGIL { python in python }  // error: requires that 'Python' conform to 'Escapable'
    try kept.run("pass")
}
