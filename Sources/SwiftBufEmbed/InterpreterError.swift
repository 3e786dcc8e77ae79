/// Why the interpreter cannot do what was asked.
public enum InterpreterError: Error, Equatable, Sendable {
    /// An interpreter runs in this process already.
    case alreadyStarted
    /// The interpreter was stopped, or failed to start; a process has one, once.
    case stopped
    /// The caller is inside ``Interpreter/withGIL(_:)``.
    case inUse
    /// So many values of `BufferBorrow` or `MutableBufferBorrow` live: end them before the interpreter stops.
    case borrowed(count: Int)
    /// The folder is no virtual environment: it has no file `pyvenv.cfg`.
    case noEnvironment(String)
    /// The virtual environment is of another Python version than the linked libpython, whose interpreter is given by its path.
    case otherVersion(environment: String, version: String, linkedVersion: String, interpreter: String)
    /// The calling thread does not have the GIL: outside ``Interpreter/withGIL(_:)``, or inside ``Python/withoutGIL(_:)``.
    case withoutGIL
    /// Python's reason, in one sentence.
    case failed(String)
}

extension InterpreterError: CustomStringConvertible {
    /// The error in words.
    public var description: String {
        switch self {
        case .alreadyStarted: "start: a Python interpreter was asked for but one runs in this process already"
        case .stopped: "the Python interpreter was asked for but it is stopped, and a process has one only once"
        case .inUse: "stop: the interpreter was asked to stop but the caller is inside withGIL"
        case .borrowed(let count):
            """
            stop: the interpreter was asked to stop but Swift holds \(count == 1 ? "a borrow" : "\(count) borrows") of Python's memory: \
            let every BufferBorrow end first
            """
        case .noEnvironment(let folder):
            "start: the virtual environment \(folder) was asked for but there is no file pyvenv.cfg in it"
        case .otherVersion(let environment, let version, let linkedVersion, let interpreter):
            """
            start: the virtual environment \(environment) was asked for but it is of Python \(version), and the linked libpython \
            is \(linkedVersion); \(remedy(interpreter))
            """
        case .withoutGIL: "the Python interpreter was used but this thread does not have the GIL: call withGIL first"
        case .failed(let reason): reason
        }
    }
}
