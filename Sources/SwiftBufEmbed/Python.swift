// The proof that the calling thread has the GIL.
//
// Copyable on purpose: a noncopyable one is as safe, but Swift 6.3.1 crashes where it should say that a Task captures it.

/// The interpreter, while the calling thread has the GIL.
///
/// ``Interpreter/withGIL(_:)`` lends it, and nothing else makes one. It can be handed to functions, but neither kept beyond the call
/// nor taken to another thread or task: the compiler refuses both. Inside ``withoutGIL(_:)`` its methods throw.
///
/// - Threads: The one that called ``Interpreter/withGIL(_:)``.
public struct Python: ~Escapable {
    @_lifetime(immortal)
    init() {}
}

@available(*, unavailable, message: "the GIL belongs to one thread")
extension Python: Sendable {}
