// How an interpreter starts.

extension Interpreter {
    /// How an interpreter starts: isolated from the user's settings, with the packages of the active virtual environment, unless said
    /// otherwise.
    ///
    ///     let interpreter = try Interpreter.start(.init(virtualEnvironment: .none, searchPaths: ["plugins"]))
    ///
    /// - Ownership: A plain value; it is read when the interpreter starts, and not afterwards.
    /// - Source: PEP 587.
    public struct Configuration: Sendable {
        /// Whether the user's settings are left aside.
        ///
        /// If true, the default, no environment variable of Python, such as PYTHONPATH, is read, and the packages that the user
        /// installed with `pip install --user` are not there. If false, Python starts as it does for this user on the command line;
        /// the text encoding is UTF-8 all the same.
        public var isIsolated: Bool

        /// What `sys.argv[0]` is, by which many Python programs call themselves in a message.
        ///
        /// By default, the program's path.
        public var programName: String

        /// Where the standard library is, as PYTHONHOME says it: a folder, or two with a colon between them, above `lib/python3.X`.
        ///
        /// If nil, the default, it is found beside the linked libpython. A program that brings its own Python names its folder here.
        public var home: String?

        /// Where installed packages come from.
        ///
        /// By default, the virtual environment that is active.
        public var virtualEnvironment: VirtualEnvironment

        /// Folders that come first on `sys.path`, in this order.
        public var searchPaths: [String]

        /// Whether Python installs its signal handlers.
        ///
        /// If false, the default, signals are the program's. If true, SIGINT (Ctrl-C) raises `KeyboardInterrupt` in the Python code
        /// that the thread which started the interpreter runs, or runs next; SIGPIPE and SIGXFSZ are ignored. Start it on the
        /// program's main thread then: the system delivers signals there first, and so ends what Python waits for.
        public var installsSignalHandlers: Bool

        /// Gets what a start warns of.
        ///
        /// By default, it is written to standard error.
        ///
        /// - Threads: Called on the thread that starts the interpreter, without the GIL, before ``Interpreter/start(_:)`` returns.
        public var warningHandler: @Sendable (InterpreterWarning) -> Void

        /// Makes a configuration; what is not said keeps its default.
        ///
        /// - Parameters:
        ///   - isIsolated: Whether the user's settings, such as PYTHONPATH, are left aside.
        ///   - programName: `sys.argv[0]`; nil is the program's path.
        ///   - home: Where the standard library is; nil is beside the linked libpython.
        ///   - virtualEnvironment: Where installed packages come from.
        ///   - searchPaths: Folders that come first on `sys.path`.
        ///   - installsSignalHandlers: Whether SIGINT raises `KeyboardInterrupt`.
        ///   - warningHandler: Gets what a start warns of; nil writes it to standard error.
        public init(
            isIsolated: Bool = true,
            programName: String? = nil,
            home: String? = nil,
            virtualEnvironment: VirtualEnvironment = .active,
            searchPaths: [String] = [],
            installsSignalHandlers: Bool = false,
            warningHandler: (@Sendable (InterpreterWarning) -> Void)? = nil
        ) {
            self.isIsolated = isIsolated
            self.programName = programName ?? CommandLine.arguments.first ?? ""
            self.home = home
            self.virtualEnvironment = virtualEnvironment
            self.searchPaths = searchPaths
            self.installsSignalHandlers = installsSignalHandlers
            self.warningHandler = warningHandler ?? { warning in OperatingSystem.writeError(warning.description) }
        }
    }
}
