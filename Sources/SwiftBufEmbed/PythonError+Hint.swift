// What a Swift program can do about an exception: what Python itself cannot know.
//
// SAFETY (all of this file): live objects, with the GIL.

import CPython
import CSwiftBufEmbed

/// What to do about an exception; nil if Python has said it all.
///
/// - Parameter typeName: The class of the exception.
/// - Threads: With the GIL.
func describeHint(of exception: PythonObject, typeName: String) -> String? {
    guard typeName == "ModuleNotFoundError", let name = exception.quietAttribute("name"), name.kind == SWIFTBUF_EMBED_STR,
        let module = (name.quietText?.prefix { $0 != "." }).map(String.init),
        let system = unsafe quietly(PyImport_ImportModule("sys")), let prefix = system.quietAttribute("prefix")?.quietText,
        prefix == system.quietAttribute("base_prefix")?.quietText, !isImported(module, system)
    else { return nil }
    return """
        No virtual environment is in use, so that packages are those of the Python in \(prefix) alone. Activate the environment that \
        has '\(module)' before the program starts (VIRTUAL_ENV), or give Interpreter.start the configuration virtualEnvironment: .at(FOLDER).
        """
}

/// Whether a package has been imported; then what is missing is a part of it.
private func isImported(_ package: String, _ system: PythonObject) -> Bool {
    system.quietAttribute("modules")?.quietItem(package) != nil
}
