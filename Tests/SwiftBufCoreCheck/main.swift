// Runs the core's tables in the mode that it was built in; CI builds it as Embedded Swift.

import SwiftBufCoreTables

/// States everything, and prints the closing line.
///
/// A fact that does not hold ends the program with a trap.
func run() {
    var check = Check()
    allTables(&check)
    print("\(check.passed) passed, \(check.failed) failed")
    precondition(check.failed == 0, "some facts about the core do not hold")
}

run()
