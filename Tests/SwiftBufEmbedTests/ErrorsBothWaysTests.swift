// Swift errors in Python, Python's exceptions in Swift, and both in chains.

import SwiftBuf
import SwiftBufEmbed
import Synchronization
import Testing

/// An error of the program's own.
private struct ImagingError: Error, Equatable, CustomStringConvertible {
    let code: Int
    var description: String { "imaging failed with code \(code)" }
}

/// One that says what it is in Python.
private enum Picky: Error, PythonExceptionConvertible {
    case missing

    var pythonExceptionClass: PythonExceptionClass { .keyError }
}

extension EmbedTests {
    @Suite struct ErrorsBothWaysTests {
        /// The error of Python statements that must fail.
        private func error(
            of source: String, _ python: Python, with values: KeyValuePairs<String, (any ConvertibleToPython)?> = [:]
        ) throws -> PythonError {
            do {
                try python.run(source, with: values)
            } catch let error as PythonError {
                return error
            }
            throw Missing(description: "\(source) raised nothing")
        }

        /// A function that throws.
        private func thrower(_ error: any Error, _ python: Python) throws -> PythonObject {
            try python.makeFunction(named: "fail") { _, _ in throw error }
        }

        @Test("an exception is caught by the names of its classes")
        func caughtByClass() throws {
            try withPython { python in
                do {
                    try python.run("{}['a']")
                } catch let error as PythonError where error.isInstance(of: "ArithmeticError") {
                    Issue.record(error)
                } catch let error as PythonError where error.isInstance(of: "LookupError") {
                    #expect(error.baseTypeNames == ["KeyError", "LookupError", "Exception", "BaseException", "object"])
                }
                let own = try error(of: "class E(ValueError): pass\nraise E", python)
                #expect(own.isInstance(of: "__main__.E") && own.isInstance(of: "ValueError") && !own.isInstance(of: "E"))
            }
        }

        @Test("notes arrive in order")
        func notes() throws {
            try withPython { python in
                let noted = try error(of: "e = ValueError('x'); e.add_note('one'); e.add_note('two'); raise e", python)
                #expect(noted.notes == ["one", "two"])
                #expect(try error(of: "raise ValueError", python).notes.isEmpty)
                #expect(try error(of: "e = ValueError(); e.__notes__ = 5; raise e", python).notes.isEmpty)
            }
        }

        @Test("the cause is what an exception was raised from, else what it came while handling, unless that is hidden")
        func causes() throws {
            try withPython { python in
                func source(_ ending: String) -> String {
                    "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b')" + ending
                }
                let from = try error(of: source(" from e"), python)
                #expect(from.cause?.typeName == "KeyError" && from.cause?.message == "'a'" && from.cause?.cause == nil)
                #expect(from.cause?.traceback.contains("KeyError") == true)
                #expect(try error(of: source(""), python).cause?.typeName == "KeyError")
                #expect(try error(of: source(" from None"), python).cause == nil)
                let other = try error(of: source(" from OSError('c')"), python)
                #expect(other.cause?.typeName == "OSError" && other.cause?.cause == nil)
            }
        }

        @Test("causes in a ring, and a very long chain of them, come to an end")
        func ring() throws {
            try withPython { python in
                let ring = try error(
                    of: "a, b = ValueError('a'), ValueError('b'); a.__cause__ = b; b.__cause__ = a; raise a", python)
                #expect(ring.message == "a" && ring.cause?.message == "b" && ring.cause?.cause == nil)
                var long: PythonError? = try error(
                    of: "e = None\nfor i in range(500):\n    f = ValueError(i); f.__cause__ = e; e = f\nraise e", python)
                var length = 0
                while let error = long { (long, length) = (error.cause, length + 1) }
                #expect(length == 32)
            }
        }

        @Test("an exception is described also where Python code that is run for it fails")
        func brokenDescription() throws {
            try withPython { python in
                try python.run("import traceback; kept = traceback.format_exception")
                let broken = try error(
                    of: """
                        def fail(*_): raise KeyError
                        traceback.format_exception = fail
                        class E(Exception):
                            def __getattr__(self, name): raise E(name)
                            def __str__(self): raise E('text')
                        raise E
                        """, python)
                #expect(broken.typeName == "__main__.E" && broken.message == "" && broken.traceback == "" && broken.notes == [])
                #expect(broken.description == "__main__.E: ")
                try python.run("traceback.format_exception = kept")
            }
        }

        @Test("errors are equal if they say the same")
        func equality() throws {
            try withPython { python in
                let (first, second) = (try error(of: "raise ValueError(1)", python), try error(of: "raise ValueError(1)", python))
                #expect(first == second)
                #expect(try first != error(of: "raise ValueError(2)", python))
                #expect(try first != error(of: "raise TypeError(1)", python))
            }
        }

        @Test("a Swift error is an exception of the fitting class, with its description")
        func fittingClass() throws {
            try withPython { python throws in
                func name(_ thrown: any Error) throws -> String {
                    let caught = try error(of: "fail()", python, with: ["fail": thrower(thrown, python)])
                    return "\(caught.typeName): \(caught.message)"
                }
                #expect(try name(ImagingError(code: 3)) == "RuntimeError: imaging failed with code 3")
                #expect(try name(Picky.missing) == "KeyError: 'missing'")
                #expect(try name(BufferError.inUse(by: .writer, wanted: .read)).hasPrefix("BufferError: "))
                #expect(try name(BufferError.outOfMemory(byteCount: 5)).hasPrefix("MemoryError: "))
                #expect(try name(BufferError.invalidShape(.tooLarge)).hasPrefix("ValueError: "))
                #expect(try name(InterpreterError.withoutGIL).hasPrefix("RuntimeError: the Python interpreter was used"))
            }
        }

        @Test("every class that an error can name is Python's class of that name")
        func everyClass() throws {
            struct Classed: Error, PythonExceptionConvertible {
                let pythonExceptionClass: PythonExceptionClass
            }
            try withPython { python in
                for kind in PythonExceptionClass.allCases {
                    let thrown = Classed(pythonExceptionClass: kind)
                    let caught = try error(of: "fail()", python, with: ["fail": thrower(thrown, python)])
                    #expect(caught.typeName.lowercased() == "\(kind)".lowercased())
                }
            }
        }

        @Test("a Swift error that went through Python comes back as the same value")
        func swiftErrorComesBack() throws {
            try withPython { python in
                let fail = try thrower(ImagingError(code: 4), python)
                let caught = try error(of: "fail()", python, with: ["fail": fail])
                #expect(caught.swiftError as? ImagingError == ImagingError(code: 4))
                #expect(try error(of: "raise ValueError", python).swiftError == nil)
                #expect(throws: PythonError.self) { try fail() }
            }
        }

        @Test("the Swift error stays in the chain when Python raises another exception from it, or while handling it")
        func swiftErrorInChain() throws {
            try withPython { python in
                let fail = try thrower(ImagingError(code: 5), python)
                for ending in [" from e", "", " from OSError('between')"] {
                    let caught = try error(
                        of: "try:\n    fail()\nexcept RuntimeError as e:\n    raise ValueError('outer')\(ending)", python,
                        with: ["fail": fail])
                    #expect(caught.typeName == "ValueError")
                    if ending.contains("between") {
                        #expect(caught.swiftError == nil, "Python took it out of the chain")
                    } else {
                        #expect(caught.swiftError as? ImagingError == ImagingError(code: 5))
                        #expect(caught.cause?.swiftError as? ImagingError == ImagingError(code: 5))
                    }
                }
                let far = try error(
                    of: """
                        try: fail()
                        except RuntimeError as e: error = e
                        for i in range(100):
                            outer = ValueError(i); outer.__cause__ = error; error = outer
                        raise error
                        """, python, with: ["fail": fail])
                #expect(far.swiftError as? ImagingError == ImagingError(code: 5))
            }
        }

        @Test("of two Swift errors in one chain each exception has its own, and one without has that of the nearest cause")
        func swiftErrorsInChain() throws {
            try withPython { python in
                let caught = try error(
                    of: """
                        try:
                            try: first()
                            except RuntimeError: second()
                        except RuntimeError as e: raise ValueError from e
                        """, python,
                    with: [
                        "first": thrower(ImagingError(code: 6), python), "second": thrower(ImagingError(code: 7), python),
                    ])
                #expect(caught.swiftError as? ImagingError == ImagingError(code: 7))
                #expect(caught.cause?.swiftError as? ImagingError == ImagingError(code: 7))
                #expect(caught.cause?.cause?.swiftError as? ImagingError == ImagingError(code: 6))
            }
        }

        @Test("a PythonError thrown into Python is the very same exception, with its traceback")
        func sameException() throws {
            try withPython { python in
                let pass = try python.makeFunction(named: "through") { _, arguments in try arguments[0]() }
                let caught = try error(
                    of: """
                        kept = KeyError('mine')
                        def inner(): raise kept
                        try: through(inner)
                        except KeyError as error:
                            import traceback
                            same = error is kept
                            names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
                            raise
                        """, python, with: ["through": pass])
                try python.expect("same and names == ['<module>', 'inner']")
                #expect(caught.typeName == "KeyError" && caught.message == "'mine'")
                #expect(try caught.makePythonObject(python).isIdentical(to: python.evaluate("kept", as: PythonObject.self)))
            }
        }

        @Test("an error is kept by Swift, and raised into Python later, on another thread")
        func raisedLater() throws {
            let interpreter = try sharedInterpreter()
            let kept = try interpreter.withGIL { python in try error(of: "kept = KeyError('later'); raise kept", python) }
            try onAnotherThread {
                try interpreter.withGIL { python in
                    let fail = try thrower(kept, python)
                    try python.run("try: fail()\nexcept KeyError as e: same = e is kept", with: ["fail": fail])
                    try python.expect("same")
                }
            }
            try withPython { _ in }
        }

        @Test("KeyboardInterrupt and SystemExit go through Swift in both directions; except Exception does not stop them")
        func interrupts() throws {
            try withPython { python in
                let pass = try python.makeFunction(named: "through") { _, arguments in try arguments[0]() }
                for name in ["KeyboardInterrupt", "SystemExit"] {
                    let caught = try error(
                        of: "def stop(): raise \(name)\ntry: through(stop)\nexcept Exception: pass", python,
                        with: ["through": pass])
                    #expect(caught.isInstance(of: name))
                    #expect(!caught.isInstance(of: "Exception"))
                }
                struct Interrupted: Error, PythonExceptionConvertible {
                    var pythonExceptionClass: PythonExceptionClass { .keyboardInterrupt }
                }
                let caught = try error(
                    of: "try: fail()\nexcept Exception: pass", python, with: ["fail": thrower(Interrupted(), python)])
                #expect(caught.isInstance(of: "KeyboardInterrupt") && caught.swiftError is Interrupted)
            }
        }

        @Test("a KeyboardInterrupt that comes while an exception or an object is described comes again")
        func interruptWhileDescribing() async {
            await #expect(processExitsWith: .success) {
                try Interpreter.start().withGIL { python in
                    try python.run(
                        """
                        import signal
                        signal.signal(signal.SIGINT, signal.default_int_handler)
                        class Interrupted(Exception):
                            def __str__(self): raise KeyboardInterrupt
                        """)
                    func expectInterrupt() {
                        let caught = #expect(throws: PythonError.self) { try python.run("for _ in range(1000): pass") }
                        #expect(caught?.typeName == "KeyboardInterrupt")
                    }
                    // Not by #expect(throws:), which looks into the error, and so describes the object once more.
                    do { try python.run("raise Interrupted") } catch { _ = error }
                    expectInterrupt()
                    let object = try python.evaluate("Interrupted()", as: PythonObject.self)
                    #expect(String(describing: object) == "<a Python object whose __str__ raised KeyboardInterrupt>")
                    expectInterrupt()
                    try python.run("for _ in range(1000): pass")
                }
            }
        }

        @Test("what Python writes where the Swift error is kept is no error, and no harm")
        func tamperedError() throws {
            try withPython { python in
                for value in ["5", "None", "object()", "__import__('datetime').datetime_CAPI"] {
                    let caught = try error(of: "e = ValueError(); e._swift_error = \(value); raise e", python)
                    #expect(caught.swiftError == nil)
                }
            }
        }

        @Test("a Swift error is released with its exception, 10,000 times")
        func errorsAreReleased() throws {
            final class Payload: Sendable {
                static let alive = Atomic(0)
                init() { Payload.alive.add(1, ordering: .relaxed) }
                deinit { Payload.alive.subtract(1, ordering: .relaxed) }
            }
            struct Loaded: Error {
                let payload = Payload()
            }
            try withPython { python in
                let fail = try python.makeFunction(named: "fail") { _, _ in throw Loaded() }
                try python.run("marker = object()\nimport sys")
                let types = try python.evaluate("sys.getrefcount(RuntimeError)", as: Int.self)
                for _ in 0..<10_000 {
                    do {
                        try fail()
                    } catch let error as PythonError {
                        guard error.swiftError is Loaded else { throw error }
                    }
                }
                #expect(Payload.alive.load(ordering: .relaxed) == 0)
                #expect(try python.evaluate("sys.getrefcount(RuntimeError)", as: Int.self) == types)
            }
        }

        @Test("an exception that Swift keeps is dropped on a thread without the GIL, and after stop()")
        func keptExceptionIsDropped() async throws {
            let interpreter = try sharedInterpreter()
            let keeper = Mutex<PythonError?>(nil)
            try interpreter.withGIL { python in
                let caught = try error(
                    of: "import weakref\nclass E(Exception): pass\ne = E(); alive = weakref.ref(e); raise e", python)
                keeper.withLock { $0 = caught }
                try python.run("del e")
                try python.expect("alive() is not None")
            }
            keeper.withLock { $0 = nil }
            try withPython { python in try python.expect("alive() is None") }
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                var kept: PythonError?
                try interpreter.withGIL { python in
                    do { try python.run("1 / 0") } catch let error as PythonError { kept = error }
                }
                try interpreter.stop()
                #expect(kept?.typeName == "ZeroDivisionError")
                kept = nil
            }
        }
    }
}
