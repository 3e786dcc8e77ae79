// The GIL: who has it, letting go of it, and the gate that stop() closes.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct GILTests {
        @Test("withoutGIL lets another thread run Python meanwhile")
        func anotherThreadRuns() throws {
            let interpreter = try sharedInterpreter()
            let ran = Flag()
            try interpreter.withGIL { python in
                let other = Concurrent {
                    try interpreter.withGIL { python in try python.run("ran_elsewhere = True") }
                    ran.raise()
                }
                // With the GIL kept, this would wait for ever.
                try python.withoutGIL { ran.wait() }
                try other.value()
            }
            try withPython { python in try python.expect("ran_elsewhere") }
        }

        @Test("the GIL is back after withoutGIL, also when it throws, and the result comes out")
        func gilIsBack() throws {
            try withPython { python in
                #expect(try python.withoutGIL { 42 } == 42)
                #expect(throws: Missing.self) { try python.withoutGIL { throw Missing(description: "x") } }
                try python.run("pass")
            }
        }

        @Test("a token that is used inside withoutGIL is refused")
        func tokenIsRefused() throws {
            try withPython { python in
                try python.withoutGIL { expectEveryUseRefused(python) }
                try python.run("pass")
            }
        }

        @Test("a token is refused also after Python made a second interpreter, which blinds CPython's own check of the GIL")
        func secondInterpreter() async {
            await #expect(processExitsWith: .success) {
                try withPython { python in
                    try python.run("import sys, importlib")
                    try python.run(
                        "importlib.import_module('_interpreters' if sys.version_info >= (3, 13) else '_xxsubinterpreters').create()"
                    )
                    try python.withoutGIL { expectEveryUseRefused(python) }
                    try python.run("pass")
                }
            }
        }

        @Test("withGIL nests inside withoutGIL, and there the outer token works as well")
        func nesting() throws {
            let interpreter = try sharedInterpreter()
            try withPython { outer in
                try outer.withoutGIL {
                    try interpreter.withGIL { inner in
                        try inner.run("x = 1")
                        try outer.run("x += 1")
                        try inner.withoutGIL { expectEveryUseRefused(outer) }
                        try inner.run("x += 1")
                    }
                    expectEveryUseRefused(outer)
                }
                try outer.expect("x == 3")
            }
        }

        @Test("stop() inside withoutGIL is refused")
        func stopInsideIsRefused() throws {
            let interpreter = try sharedInterpreter()
            try interpreter.withGIL { python in
                try python.withoutGIL {
                    _ = #expect(throws: InterpreterError.inUse) { try interpreter.stop() }
                }
            }
        }

        @Test("stop() waits for a thread that let go of the GIL, which may go on with Python, and lets nobody else in")
        func stopWaitsForWork() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let (working, closed) = (Flag(), Flag())
                let worker = Concurrent {
                    try interpreter.withGIL { python in
                        try python.withoutGIL {
                            working.raise()
                            closed.wait()
                            // The gate is closed, but this thread is inside.
                            try interpreter.withGIL { python in try python.run("nested = 1") }
                        }
                        return try python.evaluate("nested", as: Int.self)
                    }
                }
                working.wait()
                let stopper = Concurrent { try interpreter.stop() }
                while (try? interpreter.withGIL { _ in }) != nil {}
                #expect(throws: InterpreterError.stopped) { try interpreter.withGIL { _ in } }
                closed.raise()
                #expect(try worker.value() == 1)
                try stopper.value()
            }
        }

        @Test("stop() on another thread than the one that started ends, with all that Python does at its end")
        func stopElsewhere() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let called = Flag()
                try interpreter.withGIL { python in
                    let last = try python.makeFunction(named: "last") { python, _ in
                        try interpreter.withGIL { python in try python.run("import threading; threading.current_thread()") }
                        _ = try python.withoutGIL { 1 }
                        called.raise()
                    }
                    try python.run("import atexit, threading; atexit.register(last)", with: ["last": last])
                    try python.run("worker = threading.Thread(target=print); worker.start(); worker.join()")
                }
                try onAnotherThread { try interpreter.stop() }
                #expect(called.isRaised)
                #expect(throws: InterpreterError.stopped) { try interpreter.withGIL { _ in } }
            }
        }

        @Test("stop() on another thread ends also while a daemon thread of Python runs; CPython 3.13.0, which cannot, says so")
        func stopElsewhereAmongDaemons() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let cannot = try interpreter.withGIL { python in
                    try python.run("import sys, threading")
                    try python.run("threading.Thread(target=threading.Event().wait, daemon=True).start()")
                    return try python.evaluate("sys.version_info[:3] == (3, 13, 0)", as: Bool.self)
                }
                try onAnotherThread {
                    do {
                        try interpreter.stop()
                        #expect(!cannot)
                    } catch InterpreterError.failed(let message) {
                        #expect(cannot && message.contains("while its threads run"))
                    }
                }
                #expect(throws: InterpreterError.stopped) { try interpreter.withGIL { _ in } }
            }
        }

        @Test("stop() while threads come and go ends: each gets in or is told that it is stopped")
        func stopAmongMany() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let enter: @Sendable (Flag) throws -> Int = { cameAndWent in
                    var rounds = 0
                    do {
                        while true {
                            try interpreter.withGIL { python in
                                _ = try python.withoutGIL { rounds }
                                _ = try python.builtins.list()
                            }
                            rounds += 1
                            cameAndWent.raise()
                        }
                    } catch InterpreterError.stopped {
                        return rounds
                    }
                }
                let flags = (Flag(), Flag())
                let first = Concurrent { try enter(flags.0) }
                let second = Concurrent { try enter(flags.1) }
                flags.0.wait()
                flags.1.wait()
                try interpreter.stop()
                let rounds = try (first.value(), second.value())
                #expect(rounds.0 > 0 && rounds.1 > 0)
            }
        }
    }
}

/// Expects each operation of a token to be refused for want of the GIL.
private func expectEveryUseRefused(_ python: Python, sourceLocation: SourceLocation = #_sourceLocation) {
    func refused(_ use: (Python) throws -> Void) {
        do {
            try use(python)
            Issue.record("it was done", sourceLocation: sourceLocation)
        } catch {
            #expect(error as? InterpreterError == .withoutGIL, sourceLocation: sourceLocation)
        }
    }
    let samples = try? SharedBuffer<Int>(shape: [1])
    refused { python in try python.run("pass") }
    refused { python in _ = try python.evaluate("1", as: PythonObject.self) }
    refused { python in _ = try python.evaluate("1", as: Int.self) }
    refused { python in _ = try python.evaluate("1", as: Double.self) }
    refused { python in _ = try python.evaluate("1", as: Bool.self) }
    refused { python in _ = try python.evaluate("1", as: String.self) }
    refused { python in _ = try python.import("sys") }
    refused { python in _ = try python.builtins }
    refused { python in _ = try python.none }
    refused { python in _ = try python.ellipsis }
    refused { python in _ = try python.slice() }
    refused { python in _ = try python.makeFunction(named: "f") { _, _ in nil } }
    refused { python in try python.withoutGIL {} }
    refused { python in _ = try 1.makePythonObject(python) }
    refused { python in _ = try 0.5.makePythonObject(python) }
    refused { python in _ = try true.makePythonObject(python) }
    refused { python in _ = try "a".makePythonObject(python) }
    refused { python in _ = try [1].makePythonObject(python) }
    refused { python in _ = try ([1] as [UInt8]).makePythonObject(python) }
    refused { python in _ = try ["a": 1].makePythonObject(python) }
    refused { python in _ = try PythonTuple(1).makePythonObject(python) }
    refused { python in _ = try PythonList(1).makePythonObject(python) }
    refused { python in _ = try samples?.makePythonObject(python) }
}
