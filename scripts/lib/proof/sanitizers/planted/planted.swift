// Mistakes that a sanitizer has to report, in Embedded Swift.

/// Memory that several functions reach, so that the compiler cannot leave it out.
nonisolated(unsafe) private var kept: UnsafeMutablePointer<Int>?

/// Reads what it has given back.
@_cdecl("planted_use_after_free")
public func useAfterFree() -> Int {
    kept = .allocate(capacity: 1)
    kept!.initialize(to: 1)
    let pointer = kept!
    kept!.deallocate()
    return pointer.pointee
}

/// Forgets what it has allocated.
@_cdecl("planted_leak")
public func leak() {
    kept = .allocate(capacity: 100)
    kept = nil
}

/// Writes what other threads that call it write too.
@_cdecl("planted_race")
public func race() {
    if kept == nil { kept = .allocate(capacity: 1) }
    for step in 0..<5_000_000 { kept!.pointee = step }
}
