// Long work without the GIL, so that other threads run meanwhile.

import CPython

/// From this many bytes on, a copy lets other threads run: below it, giving up the GIL costs more than it frees.
let gilReleaseThreshold = 1 << 20

/// Runs `body`, which touches no Python object, without the GIL if it moves many bytes.
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
