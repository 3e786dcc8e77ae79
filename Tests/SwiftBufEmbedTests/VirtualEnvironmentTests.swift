// Which virtual environment the interpreter uses, and when it refuses one or warns of it.

import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct VirtualEnvironmentTests {
        @Test("the environment that VIRTUAL_ENV names is found, with its packages and .pth files")
        func activeEnvironmentIsFound() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: "\(folder)/environment")
                try environment.install("answer = 42", as: "package_of_environment.py")
                try environment.install("\(folder)/elsewhere", as: "elsewhere.pth")
                try write("answer = 43", to: "elsewhere/module_by_pth.py", in: folder)
                await #expect(processExitsWith: .success) { [folder = environment.folder as String] in
                    setVariable("VIRTUAL_ENV", folder)
                    let warnings = Warnings()
                    let interpreter = try Interpreter.start(.init(warningHandler: warnings.add))
                    try interpreter.withGIL { python in
                        try python.run(
                            """
                            import sys, package_of_environment, module_by_pth
                            from importlib.util import find_spec
                            """, with: ["folder": folder])
                        try python.expect("package_of_environment.answer == 42 and module_by_pth.answer == 43")
                        try python.expect("sys.prefix == sys.exec_prefix == folder != sys.base_prefix == sys.base_exec_prefix")
                        try python.expect("sys.executable == folder + '/bin/python'")
                        try python.expect("sys._base_executable.startswith(sys.base_prefix + '/bin/python')")
                        try python.expect("find_spec('numpy') is None")
                        try python.expectStandardLibrary()
                    }
                    #expect(warnings.all == [])
                }
            }
        }

        @Test("sys.executable is the environment's python, and a subprocess is in the environment too")
        func subprocessIsInEnvironment() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: "\(folder)/environment")
                await #expect(processExitsWith: .success) { [folder = environment.folder as String] in
                    try Interpreter.start(.init(virtualEnvironment: .at(folder))).withGIL { python in
                        try python.run(
                            """
                            import subprocess, sys
                            command = [sys.executable, "-I", "-c", "import sys; print(sys.version); print(sys.prefix)"]
                            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                            """)
                        try python.expect("output == f'{sys.version}\\n{sys.prefix}\\n'")
                    }
                }
            }
        }

        @Test("an environment that was made with --system-site-packages has the packages of the installation too")
        func systemPackagesAreThere() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: "\(folder)/environment", "--system-site-packages")
                await #expect(processExitsWith: .success) { [folder = environment.folder as String] in
                    try Interpreter.start(.init(virtualEnvironment: .at(folder))).withGIL { python in
                        // The folders that the environment's own program searches.
                        try python.run(
                            """
                            import subprocess, sys
                            ask = [folder + "/bin/python", "-I", "-c", "import sys; print(*sys.path, sep=':')"]
                            searched = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip().split(":")
                            shared = {path for path in searched if path.startswith(sys.base_prefix + "/") and "-packages" in path}
                            """, with: ["folder": folder])
                        try python.expect("sys.prefix == folder and set() < shared <= set(sys.path)")
                    }
                }
            }
        }

        @Test("a given environment is used instead of the active one, by an absolute path without dots")
        func givenEnvironmentIsUsed() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: "\(folder)/environment")
                await #expect(processExitsWith: .success) { [folder = environment.folder as String] in
                    setVariable("VIRTUAL_ENV", "/nowhere")
                    try Interpreter.start(.init(virtualEnvironment: .at("\(folder)/./bin/..//"))).withGIL { python in
                        try python.run("import sys", with: ["folder": folder])
                        try python.expect("sys.prefix == folder and sys.executable == folder + '/bin/python'")
                    }
                }
            }
        }

        @Test("no environment is used if none is wanted, or VIRTUAL_ENV is not set or empty")
        func noEnvironment() async throws {
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", "/nowhere")
                try Interpreter.start(.init(virtualEnvironment: .none)).expectNoEnvironment()
            }
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", nil)
                try Interpreter.start().expectNoEnvironment()
            }
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", "")
                try Interpreter.start().expectNoEnvironment()
            }
        }

        @Test("a module that is not found has a hint that no virtual environment is in use, which the exception does not say")
        func missingModuleHasHint() async throws {
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", nil)
                try Interpreter.start().withGIL { python in
                    for source in ["import no_such_module", "import no_such_module.part"] {
                        let error = #expect(throws: PythonError.self) { try python.run(source) }
                        #expect(error?.hint?.hasPrefix("No virtual environment is in use") == true)
                        #expect(error?.hint?.contains("'no_such_module'") == true)
                        #expect(error?.description.hasSuffix(error?.hint ?? "?") == true)
                        #expect(error?.message == "No module named 'no_such_module'" && error?.notes == [])
                        #expect(error?.traceback.contains("virtual environment") == false)
                    }
                    let imported = #expect(throws: PythonError.self) { try python.import("no_such_module") }
                    #expect(imported?.hint != nil)
                    let wrapped = #expect(throws: PythonError.self) {
                        try python.run("try: import no_such_module\nexcept ImportError as e: raise RuntimeError from e")
                    }
                    #expect(wrapped?.hint != nil, "the cause has it")
                    // The package is there: what is missing is a part of it.
                    let part = #expect(throws: PythonError.self) { try python.import("json.no_such_part") }
                    #expect(part?.typeName == "ModuleNotFoundError" && part?.hint == nil)
                    for source in ["raise ImportError('x')", "raise ModuleNotFoundError('x')", "1 / 0"] {
                        let other = #expect(throws: PythonError.self) { try python.run(source) }
                        #expect(other?.hint == nil && other?.description.contains("virtual") == false)
                    }
                }
            }
            try await withFolder { folder in
                _ = try TestEnvironment(in: folder)
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    try Interpreter.start(.init(virtualEnvironment: .at(folder))).withGIL { python in
                        let error = #expect(throws: PythonError.self) { try python.import("no_such_module") }
                        #expect(error?.typeName == "ModuleNotFoundError" && error?.hint == nil)
                    }
                }
            }
        }

        @Test("a folder that is no environment is refused by a sentence that names it, and a start can be tried again")
        func folderWithoutConfigurationIsRefused() async throws {
            try await withFolder { folder in
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    let refusal = InterpreterError.noEnvironment(folder)
                    #expect(throws: refusal) { try Interpreter.start(.init(virtualEnvironment: .at(folder))) }
                    setVariable("VIRTUAL_ENV", folder)
                    #expect(throws: refusal) { try Interpreter.start() }
                    #expect(
                        refusal.description
                            == "start: the virtual environment \(folder) was asked for but there is no file pyvenv.cfg in it")
                    try Interpreter.start(.init(virtualEnvironment: .none)).expectNoEnvironment()
                }
            }
        }

        @Test("an environment of another minor version is refused by an error that names both, whichever tool made it")
        func otherMinorVersionIsRefused() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: folder)
                let version = try linked("f'{major}.{minor + 1}.4'")
                let linkedVersion = try linked("f'{major}.{minor}.{patch}'")
                for settings in [["version": "f'{major}.{minor + 1}.4'"], ["version_info": "f'{major}.{minor + 1}.4.final.0'"]]
                    as [KeyValuePairs]
                {
                    try environment.configure(settings)
                    await #expect(processExitsWith: .success) {
                        [folder = folder as String, version = version as String, linkedVersion = linkedVersion as String] in
                        do throws(InterpreterError) {
                            _ = try Interpreter.start(.init(virtualEnvironment: .at(folder)))
                            Issue.record("it started")
                        } catch {
                            guard case .otherVersion(folder, version, linkedVersion, let interpreter) = error else { throw error }
                            #expect(
                                error.description == """
                                    start: the virtual environment \(folder) was asked for but it is of Python \(version), and the \
                                    linked libpython is \(linkedVersion); make one that fits by: \(interpreter) -m venv FOLDER
                                    """)
                        }
                        try Interpreter.start(.init(virtualEnvironment: .none)).expectNoEnvironment()
                    }
                }
            }
        }

        @Test("an environment of another patch level works, with the linked standard library and its packages, and is warned of")
        func otherPatchLevelIsWarnedOf() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: "\(folder)/environment")
                try environment.rebase(on: "\(folder)/other", version: "f'{major}.{minor}.{patch + 7}'")
                try environment.install("answer = 42", as: "package_of_environment.py")
                let version = try linked("f'{major}.{minor}.{patch + 7}'")
                let linkedVersion = try linked("f'{major}.{minor}.{patch}'")
                await #expect(processExitsWith: .success) {
                    [folder = environment.folder as String, version = version as String, linkedVersion = linkedVersion as String]
                    in
                    let warnings = Warnings()
                    let interpreter = try Interpreter.start(
                        .init(virtualEnvironment: .at(folder), warningHandler: warnings.add))
                    try interpreter.withGIL { python in
                        try python.run("import sys, package_of_environment", with: ["folder": folder])
                        try python.expect("sys.prefix == folder and package_of_environment.answer == 42")
                        try python.expectStandardLibrary()
                    }
                    let warning = try #require(warnings.all.first)
                    guard case .otherPatchLevel(folder, version, linkedVersion, let python) = warning else {
                        Issue.record("\(warning)")
                        return
                    }
                    #expect(
                        warning.description == """
                            start: the virtual environment \(folder) was made by Python \(version), but the linked libpython is \
                            \(linkedVersion), whose standard library is used; make one that fits by: \(python) -m venv FOLDER
                            """)
                    #expect(warnings.all.count == 1)
                }
            }
        }

        @Test("an environment of another installation of the same version works, and is warned of")
        func otherInstallationIsWarnedOf() async throws {
            try await withFolder { folder in
                let environment = try TestEnvironment(in: "\(folder)/environment")
                try environment.rebase(on: "\(folder)/other", version: "f'{major}.{minor}.{patch}'")
                let home = "\(folder)/other/bin"
                await #expect(processExitsWith: .success) { [folder = environment.folder as String, home = home as String] in
                    let warnings = Warnings()
                    let interpreter = try Interpreter.start(
                        .init(virtualEnvironment: .at(folder), warningHandler: warnings.add))
                    try interpreter.withGIL { python in
                        try python.run("import sys", with: ["folder": folder])
                        try python.expect("sys.prefix == folder")
                        try python.expectStandardLibrary()
                    }
                    guard case .otherInstallation(folder, home, _) = try #require(warnings.all.first) else {
                        Issue.record("\(warnings.all)")
                        return
                    }
                    #expect(warnings.all.count == 1)
                }
            }
        }

        @Test("an environment whose Python is not there any more works, and is warned of")
        func missingInstallationIsWarnedOf() async throws {
            try await withFolder { folder in
                try TestEnvironment(in: folder).configure(["home": "'/nowhere/bin'"])
                await #expect(processExitsWith: .success) { [folder = folder as String] in
                    let warnings = Warnings()
                    let interpreter = try Interpreter.start(
                        .init(virtualEnvironment: .at(folder), warningHandler: warnings.add))
                    try interpreter.withGIL { python in try python.expectStandardLibrary() }
                    guard case .otherInstallation(folder, "/nowhere/bin", _) = try #require(warnings.all.first) else {
                        Issue.record("\(warnings.all)")
                        return
                    }
                }
            }
        }

        @Test("a warning is written to standard error unless the program takes it")
        func warningIsWritten() async throws {
            try await withFolder { folder in
                try TestEnvironment(in: folder).configure(["home": "'/nowhere/bin'", "version": "f'{major}.{minor}.{patch}'"])
                let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                    [folder = folder as String] in
                    _ = try Interpreter.start(.init(virtualEnvironment: .at(folder)))
                }
                let written = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
                #expect(written.contains("start: the virtual environment \(folder) was made by the Python in /nowhere/bin, but"))
            }
        }
    }
}

extension Interpreter {
    /// Expects the installation itself.
    fileprivate func expectNoEnvironment() throws {
        try withGIL { python in
            try python.run("import sys")
            try python.expect("sys.prefix == sys.base_prefix == sys.exec_prefix")
        }
    }
}

extension Python {
    /// Expects the standard library of the linked libpython, which alone has extension modules that load.
    fileprivate func expectStandardLibrary() throws {
        try run("import os, sys, _ssl, _ctypes, ssl")
        try expect("os.__file__.startswith(sys.base_prefix + '/') and ssl.__file__.startswith(sys.base_prefix + '/')")
    }
}
