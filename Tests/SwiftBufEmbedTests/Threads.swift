// Threads of the test's own: neither Python nor Swift's concurrency has seen them.

import CThreads
import Synchronization

/// Runs `body` on another thread and waits for it.
///
/// It must not be called with the GIL if `body` takes it.
func onAnotherThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    try Concurrent(body).value()
}

/// A computation that runs on a thread of its own.
@safe
struct Concurrent<Value: Sendable>: ~Copyable {
    private let outcome = Outcome<Value>()
    private let thread: UnsafeMutableRawPointer

    /// Starts it.
    init(_ body: @escaping @Sendable () throws -> Value) {
        let job = Job { [outcome] in outcome.set(Result { try body() }) }
        // SAFETY: the thread takes over the reference that is added here.
        unsafe thread = threads_start({ unsafe Job.run($0!) }, Unmanaged.passRetained(job).toOpaque())!
    }

    /// Waits for the end, and gives the result.
    consuming func value() throws -> Value {
        // SAFETY: started in `init`, and joined once, because this value is consumed.
        unsafe threads_join(thread)
        return try outcome.get()
    }
}

/// What a thread runs, as C carries it.
private final class Job: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    static func run(_ context: UnsafeMutableRawPointer) {
        // SAFETY: C calls this once, with the reference that `Concurrent` added.
        unsafe Unmanaged<Job>.fromOpaque(context).takeRetainedValue().body()
    }
}

/// What came out of it.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }
    func get() throws -> Value { try result.withLock { $0! }.get() }
}

/// A flag that one thread raises, and that others wait for, asleep, or look at.
///
/// With it threads meet by construction, however the system schedules them.
@safe
final class Flag: Sendable {
    // SAFETY: made in `init`, freed in `deinit`; C locks it for each use.
    private nonisolated(unsafe) let flag = unsafe threads_flag_make()!

    deinit { unsafe threads_flag_free(flag) }

    var isRaised: Bool { unsafe threads_flag_is_raised(flag) != 0 }

    func raise() { unsafe threads_flag_raise(flag) }

    /// Waits until it is raised; after ten minutes in vain the process ends.
    func wait() { unsafe threads_flag_wait(flag) }
}
