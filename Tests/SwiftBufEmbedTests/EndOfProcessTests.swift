// How a program ends that does not stop its interpreter: what Python wrote into a pipe arrives, as far as anybody can see to it.

import Foundation
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct EndOfProcessTests {
        /// Starts Python, which writes a word into the pipe that is standard output, and says another one at its end.
        private static func write() throws -> Interpreter {
            let interpreter = try Interpreter.start()
            try interpreter.withGIL { python in
                try python.run(
                    """
                    import atexit, sys
                    atexit.register(print, 'goodbye')
                    sys.stdout.write('hello\\n')
                    """)
            }
            return interpreter
        }

        private func expectOutput(
            _ result: ExitTest.Result?, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let output = try #require(result).standardOutputContent
            #expect(String(decoding: output, as: UTF8.self) == expected, sourceLocation: sourceLocation)
        }

        @Test("at exit(), which the end of main calls, atexit functions run, and what Python wrote is flushed")
        func exitWithoutTheGIL() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                _ = try Self.write()
                exit(0)
            }
            try expectOutput(result, "hello\ngoodbye\n")
        }

        @Test("exit() in the middle of a call does the same, with its status")
        func exitWithTheGIL() async throws {
            let result = await #expect(processExitsWith: .exitCode(7), observing: [\.standardOutputContent]) {
                try Self.write().withGIL { (_: Python) -> Void in exit(7) }
            }
            try expectOutput(result, "hello\ngoodbye\n")
        }

        @Test("exit() on a thread that Python does not know does the same")
        func exitOnAnotherThread() async throws {
            let result = await #expect(processExitsWith: .exitCode(5), observing: [\.standardOutputContent]) {
                _ = try Self.write()
                Thread { exit(5) }.start()
                DispatchSemaphore(value: 0).wait()
            }
            try expectOutput(result, "hello\ngoodbye\n")
        }

        @Test("exit() does the same while another thread is inside, and has let go of the GIL")
        func exitWhileAThreadIsInside() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                let interpreter = try Self.write()
                let isInside = DispatchSemaphore(value: 0)
                Thread {
                    try? interpreter.withGIL { python in
                        try python.run("print('worked')")
                        try python.withoutGIL {
                            isInside.signal()
                            DispatchSemaphore(value: 0).wait()
                        }
                    }
                }.start()
                isInside.wait()
                exit(0)
            }
            try expectOutput(result, "hello\nworked\ngoodbye\n")
        }

        @Test("after stop() nothing runs twice")
        func afterStop() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                try Self.write().stop()
            }
            try expectOutput(result, "hello\ngoodbye\n")
        }

        @Test("a function of atexit that raises stops neither the others nor the flushing")
        func raisingFunction() async throws {
            let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                try Self.write().withGIL { python in try python.run("atexit.register(lambda: 1 / 0)") }
                exit(0)
            }
            try expectOutput(result, "hello\ngoodbye\n")
        }

        @Test("a trap loses what Python did not flush, and nothing that it did")
        func trap() async throws {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardOutputContent]) {
                try Self.write().withGIL { python in
                    try python.run("print('flushed', flush=True); print('lost')")
                    fatalError("for the test")
                }
            }
            try expectOutput(result, "hello\nflushed\n")
        }
    }
}
