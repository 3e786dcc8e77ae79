// Folders, virtual environments and environment variables for the tests that start an interpreter of their own.

import CThreads
import SwiftBufEmbed
import Synchronization

/// Sets an environment variable of this process, or removes it.
///
/// For exit tests, before they start the interpreter: nothing else runs in their process.
func setVariable(_ name: String, _ value: String?) {
    // SAFETY: C strings for the time of the call, which copies them; see above for the threads.
    guard let value else { return unsafe process_set_variable(name, nil) }
    unsafe process_set_variable(name, value)
}

/// Runs `body` with the path of a new folder, and removes the folder.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = try withPython { python in
        try python.run("import os, tempfile; folder = os.path.realpath(tempfile.mkdtemp(prefix='swiftbuf-'))")
        return try python.evaluate("folder", as: String.self)
    }
    let result: Result<Void, any Error>
    do { result = .success(try await body(folder)) } catch { result = .failure(error) }
    try withPython { python in
        try python.run("import shutil; shutil.rmtree(folder)", with: ["folder": folder])
    }
    try result.get()
}

/// Writes a file below a folder, and the folders between the two.
func write(_ text: String, to path: String, in folder: String) throws {
    try withPython { python in
        try python.run(
            """
            import os
            path = os.path.join(folder, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            """, with: ["folder": folder, "path": path, "text": text])
    }
}

/// What `sys.version_info` and its like say of the linked Python.
func linked(_ expression: String) throws -> String {
    try withPython { python in
        try python.run("import os, sys; major, minor, patch = sys.version_info[:3]")
        return try python.evaluate(expression, as: String.self)
    }
}

/// A virtual environment of the tests'.
struct TestEnvironment {
    let folder: String
    /// Its folder for packages, from `folder` on.
    let packages: String

    /// Makes one by the module `venv` of the linked Python.
    ///
    /// - Parameters:
    ///   - folder: A folder that `venv` makes.
    ///   - options: More options of `venv`.
    init(in folder: String, _ options: String = "") throws {
        try withPython { python in
            try python.run(
                """
                import subprocess, sys
                command = [sys.executable, "-m", "venv", "--without-pip", *options.split(), folder]
                subprocess.run(command, check=True)
                """, with: ["folder": folder, "options": options])
        }
        self.folder = folder
        packages = try linked("f'lib/python{major}.{minor}/site-packages'")
    }

    /// Installs a module of one file.
    func install(_ source: String, as path: String) throws {
        try write(source, to: "\(packages)/\(path)", in: folder)
    }

    /// Makes it one that another installation has made, which is there, with a standard library that does not work.
    ///
    /// - Parameters:
    ///   - other: The folder of that installation, which is made.
    ///   - version: Its version, as an expression of Python.
    func rebase(on other: String, version: String) throws {
        let library = try linked("f'lib/python{major}.{minor}'")
        for module in ["os.py", "encodings/__init__.py", "lib-dynload/none.py"] {
            try write("raise AssertionError('the standard library of another Python')", to: "\(library)/\(module)", in: other)
        }
        try write("", to: linked("f'bin/python{major}.{minor}'"), in: other)
        try configure(["home": "'\(other)/bin'", "version": version])
    }

    /// Rewrites `pyvenv.cfg`, so that it speaks of another Python.
    ///
    /// - Parameter settings: Expressions of Python, by key.
    func configure(_ settings: KeyValuePairs<String, String>) throws {
        var text = "include-system-site-packages = false\n"
        for (key, expression) in settings { text += "\(key) = \(try linked(expression))\n" }
        try write(text, to: "pyvenv.cfg", in: folder)
    }
}

/// Collects what a start warns of.
final class Warnings: Sendable {
    private let collected = Mutex<[InterpreterWarning]>([])

    var all: [InterpreterWarning] { collected.withLock { $0 } }

    func add(_ warning: InterpreterWarning) { collected.withLock { $0.append(warning) } }
}
