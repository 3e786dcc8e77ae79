// Measures in turns, C and Swift and C and Swift, and prints the medians of the ratios.

import CBorrowing
import SwiftBuf
import SwiftBufEmbed

/// The sum of the first items of so many borrows.
func borrow(_ argument: PythonArgument, rounds: Int) throws -> Double {
    var sum = 0.0
    for _ in 0..<rounds {
        sum += try argument.withBorrowed(as: Double.self) { samples in samples.span[0] }
    }
    return sum
}

func sum(_ span: Span<Double>) -> Double {
    var sum = 0.0
    for index in span.indices { sum += span[index] }
    return sum
}

func nanoseconds(_ body: () throws -> Double) rethrows -> Double {
    let start = borrowing_now()
    let result = try body()
    let end = borrowing_now()
    precondition(!result.isNaN, "a borrow was refused")
    return Double(end - start)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

let interpreter = try Interpreter.start()
try interpreter.withGIL { python in
    try python.run(
        """
        import numpy, swiftbuf
        array = numpy.arange(1024.0)
        own = swiftbuf.copy(array)
        large = numpy.arange(1e7)
        """)
    // SAFETY: new references that are kept to the end of the program, used with the GIL.
    let (array, own, large) = unsafe (borrowing_object("array")!, borrowing_object("own")!, borrowing_object("large")!)
    let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1])! : 200_000
    var (foreign, ownRatio, sums): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<15 {
        let c = nanoseconds { unsafe borrowing_rounds(array, rounds) }
        foreign.append(try nanoseconds { try borrow(unsafe PythonArgument(unsafeObject: array), rounds: rounds) } / c)
        ownRatio.append(try nanoseconds { try borrow(unsafe PythonArgument(unsafeObject: own), rounds: rounds) } / c)
        try unsafe PythonArgument(unsafeObject: large).withBorrowed(as: Double.self) { samples in
            let span = samples.span
            let c = unsafe span.withUnsafeBufferPointer { items in
                nanoseconds { unsafe borrowing_sum(items.baseAddress, items.count) }
            }
            sums.append(nanoseconds { sum(span) } / c)
        }
    }
    print("borrow an ndarray      \(median(foreign)) of C by hand (at most 1.15)")
    print("borrow a Buffer        \(median(ownRatio)) of C's ndarray (at most 0.5)")
    print("sum 1e7 doubles        \(median(sums)) of C's loop (at most 1.05)")
}
