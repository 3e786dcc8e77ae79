// The targets by their names, for the program in C that libFuzzer calls.

import SwiftBufCore

private let targets: [(name: String, run: @Sendable (Span<UInt8>) -> Void)] = [
    ("format", fuzzFormat),
    ("layout", fuzzLayout),
    ("bulk", fuzzBulk),
]

/// The number of a target; -1 if there is none of that name.
@_cdecl("swiftbuf_fuzz_target")
func fuzzTarget(_ name: UnsafePointer<CChar>) -> CInt {
    let name = unsafe String(cString: name)
    return CInt(targets.firstIndex { $0.name == name } ?? -1)
}

/// Does what an input says.
@_cdecl("swiftbuf_fuzz_one")
func fuzzOne(_ target: CInt, _ bytes: UnsafePointer<UInt8>?, _ count: Int) {
    // SAFETY: libFuzzer lends the bytes during the call.
    targets[Int(target)].run(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: count)))
}
