// The Python that the program is linked to.

import CSwiftBufEmbed

/// The Python that the linked libpython belongs to.
struct LinkedPython {
    /// The path of its interpreter.
    let interpreter: String
    /// Its version.
    let version: PythonVersion

    /// Finds it.
    static func find() throws(InterpreterError) -> LinkedPython {
        var path = [CChar](repeating: 0, count: 4096)
        // SAFETY: `report` gives room for the message, and C writes no more than the size that it is told.
        try unsafe report { message, capacity in
            unsafe path.withUnsafeMutableBufferPointer { path in
                unsafe swiftbuf_embed_find_interpreter(path.baseAddress!, path.count, message, capacity)
            }
        }
        return LinkedPython(interpreter: String(upToNUL: path), version: PythonVersion(swiftbuf_embed_linked_version()))
    }
}
