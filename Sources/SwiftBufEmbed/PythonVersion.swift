/// A version of Python: major, minor and patch level.
struct PythonVersion: Equatable, CustomStringConvertible {
    let major: Int
    let minor: Int
    /// Nil if it is not said.
    let patch: Int?

    /// Reads what CPython calls `Py_Version`: a byte for each of the three, and one more.
    init(_ hexadecimal: UInt) {
        major = Int(hexadecimal >> 24) & 0xFF
        minor = Int(hexadecimal >> 16) & 0xFF
        patch = Int(hexadecimal >> 8) & 0xFF
    }

    /// Reads `3.11`, `3.11.7` or `3.11.7.final.0`; nil if the text is something else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        self.major = major
        self.minor = minor
        patch = parts.count > 2 ? Int(parts[2].prefix { $0.isASCII && $0.isNumber }) : nil
    }

    /// Whether extension modules that were built for one load into the other.
    func isSameMinorVersion(as other: PythonVersion) -> Bool {
        major == other.major && minor == other.minor
    }

    /// `major.minor.patch`.
    var description: String {
        "\(major).\(minor)" + (patch.map { ".\($0)" } ?? "")
    }
}
