// What a configuration of the interpreter says, one field after the other.

import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct ConfigurationTests {
        @Test("search paths come first on sys.path, in their order")
        func searchPathsComeFirst() async throws {
            try await withFolder { folder in
                try write("answer = 1", to: "first/module.py", in: folder)
                try write("answer = 2", to: "second/module.py", in: folder)
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    let paths = ["\(folder)/first", "\(folder)/second"]
                    setVariable("VIRTUAL_ENV", nil)
                    try Interpreter.start(searchPaths: paths).withGIL { python in
                        try python.run("import module, sys", with: ["folder": folder])
                        try python.expect("module.answer == 1")
                        try python.expect("sys.path[:2] == [folder + '/first', folder + '/second']")
                    }
                }
            }
        }

        @Test("PYTHONPATH is not read by an isolated interpreter, which is the default")
        func isolatedReadsNoVariables() async {
            await #expect(processExitsWith: .success) {
                setVariable("PYTHONPATH", "/path/of/the/user")
                setVariable("PYTHONHOME", "/nowhere")
                try Interpreter.start(.init(virtualEnvironment: .none)).withGIL { python in
                    try python.run("import sys")
                    try python.expect("'/path/of/the/user' not in sys.path")
                    try python.expect("sys.flags.isolated == sys.flags.ignore_environment == sys.flags.no_user_site == 1")
                    try python.expect("sys.flags.utf8_mode == 1")
                }
            }
        }

        @Test("as the user's Python it reads PYTHONPATH and has the user's packages; the encoding is UTF-8 all the same")
        func userReadsVariables() async throws {
            try await withFolder { folder in
                try write("answer = 1", to: "path/module_by_variable.py", in: folder)
                let packages = try linked("f'base/lib/python{major}.{minor}/site-packages'")
                try write("answer = 2", to: "\(packages)/module_of_user.py", in: folder)
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    setVariable("PYTHONPATH", "\(folder)/path")
                    setVariable("PYTHONUSERBASE", "\(folder)/base")
                    setVariable("PYTHONUTF8", "0")
                    setVariable("LC_ALL", "C")
                    let configuration = Interpreter.Configuration(
                        isIsolated: false, virtualEnvironment: .none, searchPaths: ["/first"])
                    try Interpreter.start(configuration).withGIL { python in
                        try python.run(
                            "import sys, module_by_variable, module_of_user, swiftbuf", with: ["folder": folder])
                        try python.expect("module_by_variable.answer == 1 and module_of_user.answer == 2")
                        try python.expect("sys.path[:2] == ['/first', folder + '/path'] and '' not in sys.path")
                        try python.expect("sys.flags.isolated == sys.flags.ignore_environment == sys.flags.no_user_site == 0")
                        try python.expect("sys.flags.utf8_mode == 1")
                    }
                }
            }
        }

        @Test("sys.argv is the program's name: its path, unless another is given")
        func programName() async throws {
            try withPython { python in
                try python.run("import sys", with: ["program": CommandLine.arguments[0]])
                try python.expect("sys.argv == [program]")
            }
            await #expect(processExitsWith: .success) {
                try Interpreter.start(.init(programName: "darkroom", virtualEnvironment: .none)).withGIL { python in
                    try python.run("import _ssl, argparse, sys")
                    try python.expect("sys.argv == ['darkroom'] and argparse.ArgumentParser().prog == 'darkroom'")
                    try python.expect("sys.executable.startswith(sys.prefix + '/bin/python')")
                }
            }
        }

        @Test("the standard library is looked for in a home that is given")
        func homeIsUsed() async throws {
            try await withFolder { folder in
                // An installation that has the standard library of the linked one, by a link.
                try withPython { python in
                    try python.run(
                        """
                        import os, sys
                        library = os.path.dirname(os.__file__)
                        os.mkdir(folder + "/lib")
                        os.symlink(library, folder + "/lib/" + os.path.basename(library))
                        """, with: ["folder": folder])
                }
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    try Interpreter.start(.init(home: folder, virtualEnvironment: .none)).withGIL { python in
                        try python.run("import os, sys, _ssl", with: ["folder": folder])
                        try python.expect("sys.prefix == folder and os.__file__.startswith(folder + '/lib/')")
                    }
                }
            }
        }

        @Test("a home without a standard library is an error that names it")
        func emptyHomeIsRefused() async throws {
            try await withFolder { folder in
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    do throws(InterpreterError) {
                        _ = try Interpreter.start(.init(home: folder, virtualEnvironment: .none))
                        Issue.record("it started")
                    } catch {
                        guard case .failed(let reason) = error else { throw error }
                        #expect(reason.hasPrefix("start: the Python of \(folder) was asked for but did not start: "), "\(reason)")
                    }
                    #expect(throws: InterpreterError.stopped) { try Interpreter.start(.init(virtualEnvironment: .none)) }
                }
            }
        }

        @Test("with Python's signal handlers SIGINT is a KeyboardInterrupt, which reaches Swift as a PythonError")
        func interruptReachesSwift() async {
            await #expect(processExitsWith: .success) {
                let configuration = Interpreter.Configuration(virtualEnvironment: .none, installsSignalHandlers: true)
                try Interpreter.start(configuration).withGIL { python in
                    // A background job inherits that SIGINT is ignored, and Python leaves it so.
                    try python.run(
                        """
                        import signal
                        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
                            signal.signal(signal.SIGINT, signal.default_int_handler)
                        # For this thread, which may be one that Dispatch lets no signal come to: the call itself ends by it.
                        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
                        """)
                    try python.expect("signal.getsignal(signal.SIGINT) == signal.default_int_handler")
                    try python.expect("signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN")
                    python.expect("signal.raise_signal(signal.SIGINT)", raises: "KeyboardInterrupt")
                }
            }
        }

        @Test("a path with a NUL character is refused")
        func nulIsRefused() throws {
            let configurations: [Interpreter.Configuration] = [
                .init(virtualEnvironment: .none, searchPaths: ["a\0b"]), .init(programName: "a\0b", virtualEnvironment: .none),
                .init(home: "a\0b", virtualEnvironment: .none),
            ]
            for configuration in configurations {
                #expect(
                    throws: InterpreterError.failed(
                        #"start: the path or name "a\0b" was given but it contains a NUL character"#)
                ) { try Interpreter.start(configuration) }
            }
        }
    }
}
