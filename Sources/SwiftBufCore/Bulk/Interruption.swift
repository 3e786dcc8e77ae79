// How long work is interrupted: it is cut into pieces of bounded work, and between two pieces somebody is asked.
//
// A view with strides of zero, or with items that overlap, has more items than anybody waits for. Who asks the kernels for such work hands
// them a question; the core knows nothing of what is behind it (the Python module looks for signals there). Work that is smaller than a
// piece asks nothing.

/// What long work asks now and then: whether it shall go on; and why it has not come to its end.
///
/// - Threads: The question is asked by the thread that works.
@safe
public struct Interruption {
    /// Answers whether the work shall go on; it may run any code that leaves the items, and what describes them, where they are.
    public typealias Question = @convention(c) (UnsafeMutableRawPointer?) -> Bool

    /// What is done between two questions, in bytes that are copied: some ten milliseconds.
    public static var pieceCost: Int { 1 << 26 }

    private let question: Question?
    private let context: UnsafeMutableRawPointer?
    private var spent = 0
    /// Whether the work was ended, and is not finished: by an answer, or at a NULL pointer.
    public private(set) var hasEnded = false
    /// Whether it was ended because NULL stands where an exporter's suboffsets say that a pointer does.
    public private(set) var hasMetNullPointer = false

    /// Work that nobody interrupts.
    public static var never: Interruption { unsafe Interruption(asking: nil, context: nil) }

    /// Work that `question` may end.
    ///
    /// - Parameter context: Handed to the question; stays good as long as this value is used.
    @unsafe
    public init(asking question: Question?, context: UnsafeMutableRawPointer?) {
        unsafe self.question = question
        unsafe self.context = context
    }

    /// Counts work that was done, and asks if it has become a piece.
    ///
    /// - Returns: Whether to go on.
    @inline(__always)
    mutating func goesOn(after cost: Int) -> Bool {
        spent = spent.addingReportingOverflow(cost).partialValue
        if spent >= 0 && spent < Self.pieceCost { return true }
        return ask()
    }

    /// Ends the work.
    ///
    /// - Returns: That it does not go on.
    @inline(never)
    mutating func endAtNullPointer() -> Bool {
        hasMetNullPointer = true
        hasEnded = true
        return false
    }

    @inline(never)
    private mutating func ask() -> Bool {
        spent = 0
        if let question = unsafe question, unsafe !question(context) { hasEnded = true }
        return !hasEnded
    }
}
