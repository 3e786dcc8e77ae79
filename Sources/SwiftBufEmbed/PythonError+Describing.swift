// What an exception says, read from the object. Each part is empty where Python code that is run for it fails.
//
// SAFETY (all of this file): a live exception, with the GIL.

import CPython

/// The exception, what it came from, what that came from, and so on.
///
/// Each stands there once, also where they form a ring.
func exceptionChain(from exception: PythonObject) -> [PythonObject] {
    var chain = [exception]
    // Compared alone; `chain` keeps the objects.
    var seen: Set = unsafe [UInt(bitPattern: exception.pointer)]
    while let next = causeOrContext(of: chain[chain.count - 1]), unsafe seen.insert(UInt(bitPattern: next.pointer)).inserted {
        chain.append(next)
    }
    return chain
}

/// What an exception was raised from; or else what was being handled, unless the exception hides it.
private func causeOrContext(of exception: PythonObject) -> PythonObject? {
    // Both return new references, or NULL without an exception set.
    if let cause = unsafe PyException_GetCause(exception.pointer) { return unsafe PythonObject(owning: cause) }
    guard !exception.hasTrue("__suppress_context__"), let context = unsafe PyException_GetContext(exception.pointer) else {
        return nil
    }
    return unsafe PythonObject(owning: context)
}

/// The class's name, with its module if it is no built-in one.
func describe(_ type: PythonObject?) -> String {
    guard let name = type?.quietAttribute("__qualname__")?.quietText, let module = type?.quietAttribute("__module__")?.quietText
    else { return "" }
    return module == "builtins" ? name : "\(module).\(name)"
}

/// The names of the class and its bases.
func describeBases(of exception: PythonObject) -> [String] {
    exception.type?.quietAttribute("__mro__")?.quietItems?.map(describe) ?? []
}

/// The traceback as Python prints it.
func describeTraceback(of exception: PythonObject) -> String {
    let module = unsafe quietly(PyImport_ImportModule("traceback"))
    let lines = module?.quietAttribute("format_exception")?.quietCall(exception)?.quietItems ?? []
    return lines.compactMap(\.quietText).joined()
}

/// What `add_note()` has added.
func describeNotes(of exception: PythonObject) -> [String] {
    exception.quietAttribute("__notes__")?.quietItems?.compactMap(\.quietText) ?? []
}
