/// What a start of the interpreter warns of: it works, but there is something to mend.
public enum InterpreterWarning: Equatable, Sendable {
    /// The virtual environment was made by another patch level of the same Python version.
    ///
    /// Versions are `major.minor.patch`; `interpreter` is the path of the one that belongs to the linked libpython.
    case otherPatchLevel(environment: String, version: String, linkedVersion: String, interpreter: String)
    /// The virtual environment was made by another installation of the same Python.
    ///
    /// `home` is the folder of the interpreter that made it, `interpreter` the path of the one that belongs to the linked libpython.
    case otherInstallation(environment: String, home: String, interpreter: String)
}

extension InterpreterWarning: CustomStringConvertible {
    /// The warning and the remedy in words.
    public var description: String {
        switch self {
        case .otherPatchLevel(let environment, let version, let linkedVersion, let interpreter):
            """
            start: the virtual environment \(environment) was made by Python \(version), but the linked libpython is \
            \(linkedVersion), whose standard library is used; \(remedy(interpreter))
            """
        case .otherInstallation(let environment, let home, let interpreter):
            """
            start: the virtual environment \(environment) was made by the Python in \(home), but the linked libpython is that of \
            \(interpreter), whose standard library is used; \(remedy(interpreter))
            """
        }
    }
}

/// How to get an environment that fits.
func remedy(_ interpreter: String) -> String {
    "make one that fits by: \(interpreter) -m venv FOLDER"
}
