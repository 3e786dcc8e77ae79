// How the demo ends when it cannot go on: one sentence, and an exit code.

import Foundation
import SwiftBufEmbed

/// The command line or the image cannot be used.
struct Unusable: Error, CustomStringConvertible {
    let description: String
}

/// Runs the demo, and says in one sentence why it failed, if it did.
func exitCode(of run: () throws -> Void) -> Int32 {
    do {
        try run()
        return 0
    } catch let error as Unusable {
        complain(error.description)
        return 2
    } catch let error as PythonError where error.isInstance(of: "ModuleNotFoundError") {
        complain(
            """
            \(error.message) in the interpreter's environment. scripts/demo --swift makes one that has everything; or activate \
            one yourself and type: pip install -r Examples/photograph_in_swift/requirements.txt
            """)
    } catch {
        complain("\(error)")
    }
    return 1
}

private func complain(_ text: String) {
    FileHandle.standardError.write(Data("demo: \(text)\n".utf8))
}
