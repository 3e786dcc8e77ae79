// Python's == may raise, which Swift's == cannot say.
// Ordinary Swift only, which has objects of Python's.

import SwiftBufEmbed

func compare(_ first: PythonObject, _ second: PythonObject) throws -> Bool {
    first == second  // error: Python's == may raise: use try isEqual(to:)
}
