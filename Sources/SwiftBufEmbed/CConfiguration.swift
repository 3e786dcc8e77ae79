// A configuration as C reads it.

import CSwiftBufEmbed

/// A configuration with its strings, each with its NUL, in one block, and where in it each of them starts.
struct CConfiguration {
    private var bytes: [CChar] = []
    private let interpreter: Int
    private let environment: Int?
    private let programName: Int
    private let home: Int?
    private let searchPaths: Int
    private let searchPathCount: Int
    private let files: Int
    private let importer: Int
    private let isIsolated: Bool
    private let installsSignalHandlers: Bool

    /// Lays out a configuration.
    ///
    /// - Throws: `failed` if a text contains a NUL, which no path has.
    init(
        of configuration: Interpreter.Configuration, linked: LinkedPython, environment found: FoundEnvironment?
    ) throws(InterpreterError) {
        var block = Block()
        interpreter = try block.append(linked.interpreter)
        environment = try block.append(found?.folder)
        programName = try block.append(configuration.programName)
        home = try block.append(configuration.home)
        searchPaths = block.bytes.count
        for path in configuration.searchPaths { _ = try block.append(path) }
        searchPathCount = configuration.searchPaths.count
        files = block.bytes.count
        for (path, source) in CarriedFiles.modules {
            _ = try block.append(path)
            _ = block.append(source)
        }
        importer = block.append(CarriedFiles.importer)
        isIsolated = configuration.isIsolated
        installsSignalHandlers = configuration.installsSignalHandlers
        bytes = block.bytes
    }

    /// Lends the configuration to C.
    func withConfiguration<Result>(_ body: (UnsafePointer<swiftbuf_embed_configuration>) -> Result) -> Result {
        // SAFETY: every offset lies in the block, which lives for the time of the closure.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            let start = bytes.baseAddress!
            var configuration = unsafe swiftbuf_embed_configuration(
                interpreter: start + interpreter,
                environment: environment.map { unsafe start + $0 },
                program_name: start + programName,
                home: home.map { unsafe start + $0 },
                search_paths: start + searchPaths,
                search_path_count: searchPathCount,
                files: start + files,
                file_count: CarriedFiles.modules.count,
                importer: start + importer,
                as_user: isIsolated ? 0 : 1,
                installs_signal_handlers: installsSignalHandlers ? 1 : 0)
            return unsafe body(&configuration)
        }
    }
}

/// C strings, one behind the other.
private struct Block {
    var bytes: [CChar] = []

    /// Appends a text; where it starts.
    mutating func append(_ text: String) throws(InterpreterError) -> Int {
        guard !text.utf8.contains(0) else {
            throw .failed("start: the path or name \(text.debugDescription) was given but it contains a NUL character")
        }
        return append(Array(text.utf8))
    }

    /// Appends a text, if there is one.
    mutating func append(_ text: String?) throws(InterpreterError) -> Int? {
        guard let text else { return nil }
        return try append(text)
    }

    /// Appends bytes, none of which is NUL.
    mutating func append(_ text: [UInt8]) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: text.lazy.map(CChar.init(bitPattern:)))
        bytes.append(0)
        return start
    }
}
