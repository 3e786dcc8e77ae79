// Which interpreter it is, and that there is one.

import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct InterpreterTests {
        @Test("the standard library belongs to the linked libpython, whatever python3 is on PATH")
        func standardLibraryBelongsToLinkedLibrary() throws {
            try withPython { python in
                // What /proc says is loaded, against what the standard library that was found says it was built with.
                try python.run(
                    """
                    import os, sys, sysconfig
                    with open("/proc/self/maps") as maps:
                        loaded = {line.split()[-1] for line in maps if "/libpython3" in line}
                    built = os.path.join(sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME"))
                    """)
                try python.expect("loaded == {os.path.realpath(built)}")
                // The prefix of the installation: that of the process may be an environment's.
                try python.expect("sys.base_prefix == sys.base_exec_prefix")
                try python.expect("all(path.startswith(sys.base_prefix + '/') for path in loaded)")
                try python.expect("os.__file__.startswith(sys.base_prefix + '/')")
            }
        }

        @Test("sys.executable is the interpreter of the same version and prefix, so that a subprocess is the same Python")
        func executableIsTheSamePython() throws {
            try withPython { python in
                try python.run(
                    """
                    import subprocess, sys
                    command = [sys.executable, "-I", "-c", "import sys; print(sys.version); print(sys.prefix)"]
                    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                    """)
                try python.expect("output == f'{sys.version}\\n{sys.prefix}\\n'")
            }
        }

        @Test("extension modules of the standard library and NumPy import")
        func extensionModulesImport() throws {
            try withPython { python in
                try python.run("import _ssl, _ctypes")
                try python.importNumPy()
                try python.expect("np.__file__.startswith(__import__('sys').prefix + '/')")
            }
        }

        @Test("the current folder is not on sys.path")
        func currentFolderIsNotSearched() throws {
            try withPython { python in
                try python.run("import os, sys")
                try python.expect("'' not in sys.path and '.' not in sys.path and os.getcwd() not in sys.path")
                try python.expect("sys.flags.isolated == 1 and sys.flags.utf8_mode == 1")
            }
        }

        @Test("a second start is refused")
        func secondStartIsRefused() throws {
            _ = try sharedInterpreter()
            #expect(throws: InterpreterError.alreadyStarted) { try Interpreter.start() }
        }

        @Test("SIGINT stays the program's, also after Python's module signal was imported")
        func interruptStaysTheProgram() async {
            await #expect(processExitsWith: .signal(2)) {
                try withPython { python in
                    // A background job inherits that SIGINT is ignored; nothing but Python's own handler is wrong.
                    try python.run(
                        """
                        import asyncio, signal
                        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
                            signal.signal(signal.SIGINT, signal.SIG_DFL)
                        # For this thread, which may be one that Dispatch lets no signal come to: the call itself ends by it.
                        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
                        """)
                    try python.expect("signal.getsignal(signal.SIGINT) == signal.SIG_DFL")
                    try python.run("signal.raise_signal(signal.SIGINT)")
                }
            }
        }

        @Test("the signals that Python ignores by its own handlers are not ignored")
        func otherSignalsStayTheProgram() throws {
            try withPython { python in
                try python.run("import signal")
                try python.expect("signal.getsignal(signal.SIGXFSZ) == signal.SIG_DFL")
            }
        }

        @Test("the thread that starts the interpreter is Python's main thread")
        func starterIsMainThread() async {
            await #expect(processExitsWith: .success) {
                try Interpreter.start().withGIL { python in
                    try python.run("import threading")
                    try python.expect("threading.main_thread().ident == threading.get_ident()")
                }
            }
        }

        @Test("after stop() the interpreter refuses to be entered, stopped or started, and the process goes on")
        func stopIsFinal() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                try interpreter.withGIL { python in try python.run("import threading, atexit") }
                try interpreter.stop()
                #expect(throws: InterpreterError.stopped) { try interpreter.withGIL { _ in } }
                #expect(throws: InterpreterError.stopped) { try interpreter.stop() }
                #expect(throws: InterpreterError.stopped) { try Interpreter.start() }
            }
        }

        @Test("stop() inside withGIL is refused, because it would wait for itself")
        func stopInsideIsRefused() throws {
            let interpreter = try sharedInterpreter()
            try interpreter.withGIL { python in
                #expect(throws: InterpreterError.inUse) { try interpreter.stop() }
                try python.run("pass")
            }
        }

        @Test("what one call defines the next one finds")
        func namesStay() throws {
            try withPython { python in
                try python.run("x = n + 1", with: ["n": 41, "text": "ä\u{1F600}", "half": 0.5])
                let x = try python.evaluate("x", as: Int.self)
                let half = try python.evaluate("half", as: Double.self)
                let text = try python.evaluate("text * 2", as: String.self)
                #expect(x == 42)
                #expect(half == 0.5)
                #expect(text == "ä\u{1F600}ä\u{1F600}")
            }
        }
    }
}
