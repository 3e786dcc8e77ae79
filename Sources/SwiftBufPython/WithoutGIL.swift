// Long work without the GIL, so that other threads run meanwhile, and with an eye on signals.

import CPython
import SwiftBufCore

/// From this many bytes on, a copy lets other threads run: below it, giving up the GIL costs more than it frees.
let gilReleaseThreshold = 1 << 20

/// Runs `body`, which touches no Python object and does no more than a piece of work, without the GIL if it moves many bytes.
///
/// - Precondition: What keeps the memory and the dimensions in place is counted: other threads may run.
@inline(__always)
func withoutGIL<Result>(forByteCount byteCount: Int, _ body: () -> Result) -> Result {
    let state = unsafe byteCount >= gilReleaseThreshold ? PyEval_SaveThread() : nil
    let result = body()
    if let state = unsafe state {
        unsafe PyEval_RestoreThread(state)
    }
    return result
}

/// Runs `body`, which touches no Python object, without the GIL if it moves many bytes.
///
/// Between two pieces of its work signals are looked at, whose handlers are Python code and may raise; small work has no two pieces.
///
/// - Precondition: What keeps the memory and the dimensions in place is counted: other threads may run, and so may Python code of this one.
/// - Throws: What a signal's handler raised, or `BufferError` for a NULL pointer; then the work is not finished.
@inline(__always)
func withoutGIL<Result>(
    forByteCount byteCount: Int, _ body: (inout Interruption) -> Result
) throws(ExceptionIsSet) -> Result {
    var state = unsafe byteCount >= gilReleaseThreshold ? PyEval_SaveThread() : nil
    var hasEnded = false
    var hasMetNullPointer = false
    let result = unsafe withUnsafeMutablePointer(to: &state) { state in
        // SAFETY: the state is there during the call.
        var interruption = unsafe Interruption(asking: lookForSignals, context: state)
        let result = body(&interruption)
        hasEnded = interruption.hasEnded
        hasMetNullPointer = interruption.hasMetNullPointer
        return result
    }
    if let state = unsafe state {
        unsafe PyEval_RestoreThread(state)
    }
    if hasEnded {
        if hasMetNullPointer { throw pointerIsNull() }
        throw ExceptionIsSet()
    }
    return result
}

/// Says that the exporter has no pointer where its suboffsets say that one stands.
@inline(never)
func pointerIsNull() -> ExceptionIsSet {
    raise(
        .bufferError,
        "expected a pointer to items, which the exporter's suboffsets promise, got NULL: the exporter is wrong, copy its items another way"
    )
    return ExceptionIsSet()
}

/// Runs the handlers of signals that have come; with the GIL, which is given up again if it was.
///
/// - Parameter context: What PyEval_SaveThread has given, or nil.
/// - Returns: False, with an exception set, if a handler has raised one.
private func lookForSignals(_ context: UnsafeMutableRawPointer?) -> Bool {
    // SAFETY: `withoutGIL` lends its own variable.
    let state = unsafe context.unsafelyUnwrapped.assumingMemoryBound(to: OpaquePointer?.self)
    guard let saved = unsafe state.pointee else { return PyErr_CheckSignals() == 0 }
    unsafe PyEval_RestoreThread(saved)
    let goesOn = PyErr_CheckSignals() == 0
    unsafe state.pointee = PyEval_SaveThread()
    return goesOn
}
