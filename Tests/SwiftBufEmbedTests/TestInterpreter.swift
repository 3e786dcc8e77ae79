// The one interpreter of the test process, and what every test does with it.
//
// No test imports the C library: CPython's headers define some of its types with other members than Swift's module does.

import Foundation
import SwiftBufEmbed
import Testing

/// Something that the tests need and that is not there.
///
/// Never skipped: a test that does not run proves nothing.
struct Missing: Error, CustomStringConvertible {
    let description: String
}

/// Where the tests find NumPy.
///
/// In the environment that SWIFTBUF_TEST_ENVIRONMENT names, or in the installation itself. Not in the one that whoever runs the tests has
/// activated, which may be another Python's.
private let environment: Interpreter.Configuration.VirtualEnvironment =
    ProcessInfo.processInfo.environment["SWIFTBUF_TEST_ENVIRONMENT"].map { .at($0) } ?? .none

private let started = Result { () throws(InterpreterError) in try Interpreter.start(.init(virtualEnvironment: environment)) }

/// The interpreter, started by whichever test comes first.
func sharedInterpreter() throws -> Interpreter {
    try started.get()
}

/// Runs `body` with the GIL, and forgets every name that it gave in Python.
func withPython<Result>(_ body: (Python) throws -> Result) throws -> Result {
    try sharedInterpreter().withGIL { python in
        let result = Swift.Result { try body(python) }
        try python.forgetNames()
        return try result.get()
    }
}

extension Python {
    /// Expects a Python expression to be true; the expression is the failure's text.
    func expect(_ condition: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let holds = try evaluate(condition).isTrue
        #expect(holds, "\(condition)", sourceLocation: sourceLocation)
    }

    /// Expects Python statements to raise an exception of a class, with a text that contains another.
    func expect(
        _ source: String, raises typeName: String, saying text: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            try run(source)
            Issue.record("\(source) raised nothing", sourceLocation: sourceLocation)
        } catch let error as PythonError {
            #expect(error.typeName == typeName, "\(error)", sourceLocation: sourceLocation)
            #expect(text.isEmpty || error.message.contains(text), sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }

    /// Imports NumPy as `np`.
    func importNumPy() throws {
        do {
            try run("import numpy as np")
        } catch let error as PythonError {
            throw Missing(
                description: "NumPy is missing for the Python of the linked libpython: install python3-numpy (\(error.message)).")
        }
    }

    /// Takes every name out of `__main__` that the interpreter did not put there, and what only they kept alive.
    func forgetNames() throws {
        try run(
            """
            for __name in [name for name in globals() if not name.startswith('__')]:
                del globals()[__name]
            import gc as __gc
            __gc.collect()
            """)
    }
}
