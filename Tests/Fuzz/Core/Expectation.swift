// What ends a run: a fact that does not hold. libFuzzer then keeps the input that led to it.

import Glibc

/// Ends the process with the fact's words unless it holds.
@inline(__always)
func expect(_ condition: Bool, _ fact: StaticString) {
    if !condition { fail(fact) }
}

@inline(never)
func fail(_ fact: StaticString) -> Never {
    printToStandardError("does not hold: ")
    printToStandardError(fact)
    printToStandardError("\n")
    abort()
}

private func printToStandardError(_ text: StaticString) {
    // SAFETY: a static string is there for as long as the process.
    _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
}
