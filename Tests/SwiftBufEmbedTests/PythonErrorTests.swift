// Exceptions of Python code as Swift errors.

import CPython
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct PythonErrorTests {
        /// The error of Python statements that must fail.
        private func error(of source: String, _ python: Python) -> PythonError? {
            do {
                try python.run(source)
            } catch {
                // SAFETY: with the GIL.
                #expect(unsafe PyErr_Occurred() == nil, "an exception stayed set")
                return error as? PythonError
            }
            return nil
        }

        private func typeName(of source: String, _ python: Python) -> String? {
            error(of: source, python)?.typeName
        }

        @Test("an exception arrives with its class, its message and its traceback")
        func exceptionArrives() throws {
            try withPython { python in
                let raised = error(of: "def divide(x):\n    return x / 0\ndivide(1)", python)
                let error = try #require(raised)
                #expect(error.typeName == "ZeroDivisionError")
                #expect(error.message == "division by zero")
                #expect(error.traceback.hasPrefix("Traceback (most recent call last):"))
                #expect(error.traceback.contains("line 2, in divide"))
                #expect(error.description == error.traceback)
            }
        }

        @Test("the class of an exception that is no built-in one carries its module")
        func classCarriesModule() throws {
            try withPython { python in
                let raised = error(of: "import struct; struct.pack('i', 'x')", python)
                let error = try #require(raised)
                #expect(error.typeName == "struct.error")
            }
        }

        @Test("the traceback tells the cause")
        func tracebackTellsTheCause() throws {
            try withPython { python in
                let source = "try:\n    {}['a']\nexcept KeyError as e:\n    raise RuntimeError('outer') from e"
                let raised = error(of: source, python)
                let error = try #require(raised)
                #expect(error.message == "outer")
                #expect(error.traceback.contains("KeyError: 'a'"))
            }
        }

        @Test("a syntax error, KeyboardInterrupt and SystemExit are errors like any other")
        func allExceptionsAreErrors() throws {
            try withPython { python in
                #expect(typeName(of: "1 +", python) == "SyntaxError")
                #expect(typeName(of: "raise KeyboardInterrupt", python) == "KeyboardInterrupt")
                #expect(typeName(of: "raise SystemExit(3)", python) == "SystemExit")
            }
        }

        @Test("an exception that cannot be described is still an error of its class")
        func undescribableException() throws {
            try withPython { python in
                let source = "class E(Exception):\n    def __str__(self): raise ValueError\nraise E"
                let raised = error(of: source, python)
                let error = try #require(raised)
                #expect(error.typeName == "__main__.E")
                #expect(error.message == "")
            }
        }

        @Test("text that no Unicode string can hold is escaped")
        func halfSurrogatePairIsEscaped() throws {
            try withPython { python in
                let raised = error(of: "raise ValueError('a\\ud800b')", python)
                #expect(raised?.message == "a\\ud800b")
            }
        }

        @Test("source with a NUL runs no half of it")
        func sourceWithNUL() throws {
            try withPython { python in
                #expect(typeName(of: "x = 1\n\0y = 2", python) == "ValueError")
                try python.expect("'x' not in globals()")
            }
        }

        @Test("withGIL passes a Swift error on as it is")
        func swiftErrorPasses() throws {
            #expect(throws: Missing.self) { try withPython { _ in throw Missing(description: "x") } }
            try withPython { python in try python.run("pass") }
        }
    }
}
