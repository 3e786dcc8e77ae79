// Times of a body, and what is said of them.

import CBorrowing

/// How long a body takes, in nanoseconds.
func nanoseconds(_ body: () throws -> Double) rethrows -> Double {
    let start = borrowing_now()
    let result = try body()
    let end = borrowing_now()
    precondition(!result.isNaN, "a borrow was refused")
    return Double(end - start)
}

/// The middle of some values.
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// A number with two digits behind the point; 0 for one below.
func twoDigits(_ value: Double) -> String {
    if value < 0 { return "0.00" }
    let hundredths = Int(value * 100 + 0.5)
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

/// Prints one row: what, the ratio, and the bar if there is one.
func printRow(_ name: String, _ ratio: Double, bar: Double? = nil) {
    let padded = name + String(repeating: " ", count: max(2, 66 - name.count))
    print("\(padded)\(twoDigits(ratio))\(bar.map { "   at most \(twoDigits($0))" } ?? "")")
}
