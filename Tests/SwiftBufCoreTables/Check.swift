// A test framework of one struct, because Swift Testing cannot import Embedded modules: it counts facts, and prints those that
// do not hold.

/// Counts which facts hold.
public struct Check {
    /// Facts that held.
    public private(set) var passed = 0
    /// Facts that did not.
    public private(set) var failed = 0

    /// Nothing was stated yet.
    public init() {}

    /// States a fact.
    ///
    /// One that does not hold is printed, with a number that tells which row of a table it was.
    public mutating func that(_ condition: Bool, _ fact: StaticString, _ detail: Int = 0) {
        if condition {
            passed += 1
        } else {
            failed += 1
            print("failed: \(fact) \(detail)")
        }
    }
}
