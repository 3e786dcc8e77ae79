// A Python object that is lent to Swift for the time of a call cannot be kept: no variable outside takes it.

import SwiftBuf

func keep(_ arguments: borrowing ExtensionArguments) throws {
    var kept: PythonArgument?  // error: lifetime-dependent variable 'kept' escapes its scope
    try arguments.forEachOfTwo { argument in kept = argument }
    print(kept == nil)
}

extension ExtensionArguments {
    func forEachOfTwo(_ body: (PythonArgument) -> Void) throws {
        body(try self[0])
        body(try self[1])
    }
}
