// A Python object that is lent to Swift for the time of a call cannot be kept: no variable outside takes it.

import SwiftBuf

func keep(_ arguments: borrowing ExtensionArguments) {
    var kept: PythonArgument?  // error: lifetime-dependent variable 'kept' escapes its scope
    arguments.forEachOfTwo { argument in kept = argument }
    print(kept == nil)
}

extension ExtensionArguments {
    func forEachOfTwo(_ body: (PythonArgument) -> Void) {
        body(self[0])
        body(self[1])
    }
}
