// A test framework of one struct, because Swift Testing cannot import Embedded modules: it counts the facts that hold, and keeps and
// prints those that do not.

/// Counts which facts hold.
public struct Check {
    /// Facts that held.
    public private(set) var passed = 0
    /// Facts that did not, each with the number of its row.
    public private(set) var failures: [String] = []

    /// The number of facts that did not hold.
    public var failed: Int { failures.count }

    /// Nothing was stated yet.
    public init() {}

    /// States a fact.
    ///
    /// One that does not hold is printed, with a number that tells which row of a table it was.
    public mutating func that(_ condition: Bool, _ fact: StaticString, _ detail: Int = 0) {
        if condition {
            passed += 1
        } else {
            let failure = "\(fact) \(detail)"
            failures.append(failure)
            print("failed: \(failure)")
        }
    }
}
