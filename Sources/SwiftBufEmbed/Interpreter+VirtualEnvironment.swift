// Which virtual environment an interpreter is to use.

extension Interpreter.Configuration {
    /// Which virtual environment an interpreter uses.
    ///
    /// It becomes `sys.prefix`, its `site-packages` stand on `sys.path`, and its `.pth` files are honoured, as they are by its own
    /// `python`. The standard library is always that of the linked libpython.
    ///
    /// - Source: PEP 405.
    public enum VirtualEnvironment: Equatable, Sendable {
        /// The one that the environment variable VIRTUAL_ENV names, as an activated one does; none if it is not set or empty.
        case active
        /// The one in a folder, which has a file `pyvenv.cfg`.
        case at(String)
        /// None: the packages that are installed for the linked Python itself.
        case none
    }
}
