// Swift closures as Python callables.

import SwiftBuf
import SwiftBufEmbed
import Synchronization
import Testing

/// Counts how many of these live.
private final class Counted: Sendable {
    static let alive = Atomic(0)

    init() { Counted.alive.add(1, ordering: .relaxed) }
    deinit { Counted.alive.subtract(1, ordering: .relaxed) }

    static var count: Int { alive.load(ordering: .relaxed) }
}

extension EmbedTests {
    @Suite struct PythonFunctionTests {
        /// A function that returns a tuple of what it got.
        private func echo(_ python: Python) throws -> PythonObject {
            try python.makeFunction(named: "echo") { python, arguments in
                PythonTuple(
                    PythonTuple((0..<arguments.count).map { arguments.positional($0) }), arguments.keywordNames,
                    PythonTuple(arguments.keywordNames.map { arguments.keyword($0) }))
            }
        }

        @Test("a closure gets positional and keyword arguments, and returns any convertible value")
        func argumentsAndResult() throws {
            try withPython { python in
                try python.run("pass", with: ["echo": echo(python)])
                try python.expect("echo() == ((), [], ())")
                try python.expect("echo(1, 'a', None, z=2, a=[3]) == ((1, 'a', None), ['z', 'a'], (2, [3]))")
                try python.expect("echo(*range(100))[0] == tuple(range(100))")
                try python.expect("echo.__name__ == 'echo' and callable(echo)")
            }
        }

        @Test("a closure without a result, and one that returns nil, return None")
        func returnsNothing() throws {
            try withPython { python in
                let calls = Mutex(0)
                try python.run(
                    "pass",
                    with: [
                        "nothing": python.makeFunction(named: "nothing") { _, _ in calls.withLock { $0 += 1 } },
                        "empty": python.makeFunction(named: "empty") { _, _ in nil },
                        "several": python.makeFunction(named: "several") { _, _ in
                            calls.withLock { $0 += 1 }
                            calls.withLock { $0 += 1 }
                        },
                        "early": python.makeFunction(named: "early") { _, arguments in
                            if arguments.count == 0 { return }
                            calls.withLock { $0 += 10 }
                        },
                        "missing": python.makeFunction(named: "missing") { _, arguments in arguments.positional(0) },
                    ])
                try python.expect("nothing() is None and nothing(1, a=2) is None and empty() is None and several() is None")
                try python.expect("early() is None and early(1) is None and missing() is None and missing(3) == 3")
                #expect(calls.withLock { $0 } == 14)
            }
        }

        @Test("a closure may return values of several types")
        func returnsSeveralTypes() throws {
            try withPython { python in
                let choose = try python.makeFunction(named: "choose") { _, arguments in
                    switch try Int(arguments[0]) {
                    case 0: return nil
                    case 1: return "one"
                    default: return 2.5
                    }
                }
                try python.run("pass", with: ["choose": choose])
                try python.expect("choose(0) is None and choose(1) == 'one' and choose(2) == 2.5")
            }
        }

        @Test("arguments that are not there, and those that are not expected, are a TypeError")
        func wrongArguments() throws {
            try withPython { python in
                let clamp = try python.makeFunction(named: "clamp") { _, arguments in
                    try arguments.expect(1...2, keywords: ["limit"])
                    return min(try Double(arguments[0]), try Double(arguments["limit"]))
                }
                try python.run("pass", with: ["clamp": clamp])
                try python.expect("clamp(3.5, limit=1) == 1.0")
                python.expect(
                    "clamp()", raises: "TypeError", saying: "clamp: expected 1 to 2 positional arguments, got 0")
                python.expect("clamp(1, 2, 3)", raises: "TypeError")
                python.expect(
                    "clamp(1)", raises: "TypeError", saying: "clamp: expected the keyword argument 'limit', got none of this name"
                )
                python.expect(
                    "clamp(1, size=2)", raises: "TypeError", saying: "clamp: expected keyword arguments of 'limit', got 'size'")
                python.expect("clamp('a', limit=1)", raises: "TypeError")
                let fourth = try python.makeFunction(named: "fourth") { _, arguments in try arguments[3] }
                let before = try python.makeFunction(named: "before") { _, arguments in try arguments[-1] }
                try python.run("pass", with: ["fourth": fourth, "before": before])
                python.expect(
                    "fourth(1, 2)", raises: "TypeError", saying: "fourth: expected a positional argument 3, got 2 of them")
                python.expect("before(1)", raises: "TypeError")
            }
        }

        @Test("no arguments that Python can make bring a function down")
        func hostileArguments() throws {
            try withPython { python in
                let take = try python.makeFunction(named: "take") { _, arguments in
                    for index in 0..<arguments.count {
                        let argument = try arguments[index]
                        _ = String(describing: argument)
                        _ = try? Int(argument)
                        _ = try? Double(argument)
                        _ = try? Bool(argument)
                        _ = try? String(argument)
                        _ = try? [UInt8](argument)
                        _ = try? argument.itemCount
                        _ = try? argument[0]
                        _ = try? argument.isTrue
                        _ = try? argument.isEqual(to: argument)
                        _ = try? [[String: Int8?]](argument)
                        _ = try? [String: UInt128](argument)
                        _ = try? argument.unpacked(as: (Float, Bool).self)
                        _ = try? arguments[index, as: UInt8.self]
                        if let items = try? argument.iterated() {
                            for item in items.prefix(3) { _ = try? item.get() }
                        }
                        _ = try? argument.makeIterator().next()
                        _ = try? argument(1, a: 2)
                        _ = try? argument.no_such_attribute
                    }
                    return arguments.keywordNames
                }
                try python.run(
                    """
                    class Hostile:
                        def __getattribute__(self, name): raise RecursionError
                        def __str__(self): return 1
                        def __len__(self): return -1
                        def __index__(self): return 'x'
                        def __float__(self): return 'x'
                        def __bool__(self): return 2
                        def __iter__(self): return 3
                        def __getitem__(self, key): raise SystemExit
                        def __call__(self, *a, **k): raise KeyboardInterrupt
                    class Endless:
                        def __getattr__(self, name): return getattr(self, name + 'x')
                    class LongName(str): pass
                    take(Hostile(), Hostile, Endless(), 2**10000, float('nan'), '\\ud800', b'', object(), type, take, NotImplemented)
                    take(take, [take], *[None] * 1000, **{'\\ud800': 1, '': 2, 'a\\0b': 3, LongName('n'): 4})
                    """, with: ["take": take])
            }
        }

        @Test("a call that lets go of its own callable finishes")
        func callableGoesInItsCall() throws {
            try withPython { python in
                let forget = try python.makeFunction(named: "forget") { python, _ in
                    try python.run("del forget")
                    return 5
                }
                try python.run("pass", with: ["forget": forget])
                try python.expect("forget() == 5")
            }
        }

        @Test("a closure that calls itself through Python without end is a RecursionError, at the recursion limit or before")
        func endlessRecursion() throws {
            try withPython { python in
                let calls = Mutex(0)
                let again = try python.makeFunction(named: "again") { _, arguments in
                    calls.withLock { $0 += 1 }
                    return try arguments[0](arguments[0])
                }
                let limit = try python.evaluate("__import__('sys').getrecursionlimit()", as: Int.self)
                for _ in 0..<3 {
                    calls.withLock { $0 = 0 }
                    let error = #expect(throws: PythonError.self) { try again(again) }
                    #expect(error?.typeName == "RecursionError")
                    #expect(calls.withLock { $0 } > limit / 4 && calls.withLock { $0 } <= limit)
                }
                try python.run("pass")
            }
        }

        @Test("Python threads call a closure, which may let go of the GIL and take it again")
        func calledOnPythonThreads() throws {
            let interpreter = try sharedInterpreter()
            let calls = Mutex(0)
            try withPython { python in
                let work = try python.makeFunction(named: "work") { python, arguments in
                    let step = try Int(arguments[0])
                    try python.withoutGIL {
                        calls.withLock { $0 += step }
                        try interpreter.withGIL { python in try python.run("inside += 1") }
                    }
                    try python.run("after += 1")
                }
                try python.run(
                    """
                    import threading
                    inside = after = 0
                    threads = [threading.Thread(target=lambda: [work(1) for _ in range(200)]) for _ in range(4)]
                    for thread in threads: thread.start()
                    for thread in threads: thread.join()
                    """, with: ["work": work])
                #expect(calls.withLock { $0 } == 800)
                try python.expect("inside == 800 and after == 800")
            }
        }

        @Test("a closure is released once, when its callable dies: 10,000 of them, called and dropped, leave none")
        func released() throws {
            let before = Counted.count
            try withPython { python in
                func round() throws {
                    let counted = Counted()
                    let f = try python.makeFunction(named: "f") { [counted] _, arguments in
                        _ = counted
                        return try arguments[0]
                    }
                    #expect(try Int(f(5)) == 5)
                    #expect(Counted.count == before + 1)
                }
                for _ in 0..<10_000 { try round() }
            }
            #expect(Counted.count == before)
        }

        @Test("a callable may die on any thread, and while an exception is on its way")
        func diesElsewhere() throws {
            let interpreter = try sharedInterpreter()
            let before = Counted.count
            try interpreter.withGIL { python in
                let counted = Counted()
                try python.run("held = f", with: ["f": python.makeFunction(named: "f") { [counted] _, _ in _ = counted }])
                try python.run("del f")
            }
            #expect(Counted.count == before + 1)
            try onAnotherThread { try interpreter.withGIL { python in try python.run("del held") } }
            #expect(Counted.count == before)
            try withPython { python in
                // CPython lets go of the arguments while the exception is set.
                let make = try python.makeFunction(named: "make") { python, _ in
                    let counted = Counted()
                    return try python.makeFunction(named: "f") { [counted] _, _ in _ = counted }
                }
                try python.run(
                    "try:\n    len(make())\nexcept TypeError as error:\n    text = str(error)", with: ["make": make])
                try python.expect("'has no len()' in text")
            }
            #expect(Counted.count == before)
        }

        @Test("what a closure captures may use Python when it goes, without losing the exception that is set")
        func deinitRunsPython() throws {
            final class Noting: Sendable {
                let interpreter: Interpreter
                init(_ interpreter: Interpreter) { self.interpreter = interpreter }
                deinit { try? interpreter.withGIL { python in try python.run("gone = True\ntry: {}[1]\nexcept KeyError: pass") } }
            }
            let interpreter = try sharedInterpreter()
            try withPython { python in
                let make = try python.makeFunction(named: "make") { python, _ in
                    let noting = Noting(interpreter)
                    return try python.makeFunction(named: "f") { [noting] _, _ in _ = noting }
                }
                try python.run(
                    """
                    gone = False
                    try: len(make())
                    except TypeError as error: text = str(error)
                    """, with: ["make": make])
                try python.expect("gone and 'has no len()' in text")
            }
        }

        @Test("callables that Python still holds at stop() are called and released while it stops")
        func heldAtStop() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let called = Flag()
                try interpreter.withGIL { python in
                    let counted = Counted()
                    let last = try python.makeFunction(named: "last") { [counted] python, _ in
                        _ = counted
                        try python.run("import sys")
                        called.raise()
                    }
                    try python.run("import atexit; atexit.register(last)", with: ["last": last])
                }
                try interpreter.stop()
                #expect(called.isRaised)
                #expect(Counted.count == 0)
            }
        }

        @Test("a name with a NUL is refused")
        func nulInName() throws {
            try withPython { python in
                _ = #expect(throws: PythonError.self) { try python.makeFunction(named: "a\0b") { _, _ in nil } }
            }
        }
    }
}
