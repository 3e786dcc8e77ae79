// A Python object that is lent to Swift for the time of a call is no result of it.

import SwiftBuf

func keep(_ arguments: borrowing ExtensionArguments) -> PythonArgument {  // error: cannot return a ~Escapable result
    arguments[0]
}
