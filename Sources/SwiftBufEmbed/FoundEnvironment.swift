// A virtual environment on disk: finding it, reading its pyvenv.cfg, and whether it fits the linked Python.

/// A virtual environment that is there.
struct FoundEnvironment {
    /// Its folder: an absolute path, without `.` and `..`.
    let folder: String
    /// The Python that made it, if `pyvenv.cfg` says so.
    let version: PythonVersion?
    /// The folder of the interpreter that made it, if `pyvenv.cfg` says so.
    let home: String?

    /// Reads `pyvenv.cfg`.
    init(at path: String) throws(InterpreterError) {
        folder = OperatingSystem.absolutePath(path)
        guard let text = OperatingSystem.readFile("\(folder)/pyvenv.cfg") else { throw .noEnvironment(folder) }
        let settings = Self.settings(in: text)
        // `venv` writes the one, `virtualenv` and `uv` the other.
        version = (settings["version_info"] ?? settings["version"]).flatMap { PythonVersion($0) }
        home = settings["home"]
    }

    /// Whether it can be used with the linked Python.
    ///
    /// - Returns: What to warn of, or nil if it fits.
    /// - Throws: `otherVersion` if its packages are for another minor version.
    func check(against linked: LinkedPython) throws(InterpreterError) -> InterpreterWarning? {
        if let version, !version.isSameMinorVersion(as: linked.version) {
            throw .otherVersion(
                environment: folder, version: version.description, linkedVersion: linked.version.description,
                interpreter: linked.interpreter)
        }
        if let version, version.patch != nil, version != linked.version {
            return .otherPatchLevel(
                environment: folder, version: version.description, linkedVersion: linked.version.description,
                interpreter: linked.interpreter)
        }
        if let home, !isSameInstallation(home, as: linked) {
            return .otherInstallation(environment: folder, home: home, interpreter: linked.interpreter)
        }
        return nil
    }

    /// Whether the interpreter in a folder, or the folder itself, is the linked one's when links are followed.
    private func isSameInstallation(_ home: String, as linked: LinkedPython) -> Bool {
        let name = linked.interpreter.split(separator: "/").last ?? ""
        guard let interpreter = OperatingSystem.resolve("\(home)/\(name)") else { return false }
        return interpreter == OperatingSystem.resolve(linked.interpreter)
    }

    /// The lines `key = value` of a text.
    private static func settings(in text: String) -> [String: String] {
        var settings: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            settings[trimmed(line[..<equals]).lowercased()] = trimmed(line[line.index(after: equals)...])
        }
        return settings
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }
}

extension Interpreter.Configuration.VirtualEnvironment {
    /// Finds it; nil if none is wanted, or none is active.
    func find() throws(InterpreterError) -> FoundEnvironment? {
        switch self {
        case .none: return nil
        case .at(let path): return try FoundEnvironment(at: path)
        case .active:
            guard let path = OperatingSystem.variable("VIRTUAL_ENV"), !path.isEmpty else { return nil }
            return try FoundEnvironment(at: path)
        }
    }
}
