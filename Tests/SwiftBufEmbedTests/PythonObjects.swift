// Python objects as C sees them, for the tests that call the C API themselves.

import CPython
import CSwiftBuf
import SwiftBufEmbed

/// Lends the object that a Python expression gives.
///
/// - Threads: With the GIL.
func withObject<Result>(
    _ expression: String, _ python: Python, _ body: (UnsafeMutablePointer<PyObject>) throws -> Result
) throws -> Result {
    try python.run("__object = \(expression)")
    // SAFETY: with the GIL. The module and its attribute are there; the reference is dropped after `body`.
    guard let module = unsafe PyImport_AddModule("__main__"),
        let object = unsafe PyObject_GetAttrString(module, "__object")
    else {
        throw Missing(description: "__main__ lost a name.")
    }
    defer { unsafe swiftbuf_drop_reference(object) }
    try python.run("del __object")
    return try unsafe body(object)
}

/// Lends the export block of the Buffer that a Python expression gives.
///
/// - Threads: With the GIL.
func withExport<Result>(
    _ expression: String, _ python: Python, _ body: (UnsafeMutablePointer<swiftbuf_export>) throws -> Result
) throws -> Result {
    try unsafe withObject(expression, python) { object in
        let api = try unsafe swiftbufAPI()
        guard let export = unsafe api.pointee.buffer_export(api, object) else {
            throw Missing(description: "\(expression) is no Buffer of this program.")
        }
        return try unsafe body(export)
    }
}

/// The C ABI that the program's own `_swiftbuf` publishes.
///
/// - Threads: With the GIL.
func swiftbufAPI() throws -> UnsafePointer<swiftbuf_api> {
    // SAFETY: with the GIL; the capsule lives as long as the module, which nothing unloads.
    guard let capsule = unsafe PyCapsule_Import(SWIFTBUF_API_CAPSULE, 0) else {
        PyErr_Clear()
        throw Missing(description: "The program's own _swiftbuf publishes no capsule.")
    }
    return unsafe UnsafePointer(capsule.assumingMemoryBound(to: swiftbuf_api.self))
}

/// Whether an exception of this kind is set; none is afterwards.
///
/// - Threads: With the GIL.
func takeException(_ kind: swiftbuf_exception) -> Bool {
    // SAFETY: with the GIL.
    guard unsafe PyErr_Occurred() != nil else { return false }
    defer { PyErr_Clear() }
    return swiftbuf_raised(kind) != 0
}
