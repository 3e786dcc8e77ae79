// A Python object that is lent to Swift for the time of a call is no result of it.

import SwiftBuf

func keep(_ arguments: borrowing ExtensionArguments) throws -> PythonArgument {  // error: cannot return a ~Escapable result
    try arguments[0]
}
