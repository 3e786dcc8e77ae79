// What borrowing costs: C and Swift in turns, and the medians of the ratios. Then 64 MB by other ways, for scale.

import CBorrowing
@_spi(SwiftBufKit) import SwiftBuf
import SwiftBufEmbed

/// The sum of the first items of so many borrows.
func borrow(_ argument: PythonArgument, rounds: Int) throws -> Double {
    var sum = 0.0
    for _ in 0..<rounds {
        sum += try argument.withBuffer(as: Double.self) { samples in samples.span[0] }
    }
    return sum
}

func sum(_ span: Span<Double>) -> Double {
    var sum = 0.0
    for index in span.indices { sum += span[index] }
    return sum
}

/// How often C and Swift take turns, each for about a tenth of a millisecond: what interrupts one of them is not in the median.
let turns = 501

/// The sum of floats, one after the other.
func loop(_ span: Span<Float>) -> Float {
    var sum: Float = 0
    for index in span.indices { sum += span[index] }
    return sum
}

/// Prints by how many nanoseconds a borrow takes longer than C's GetBuffer and Release of the same object.
///
/// - Parameters:
///   - array: An ndarray of doubles, a `PyObject`.
///   - own: A Buffer of doubles.
@unsafe
func printExcess(_ array: UnsafeMutableRawPointer, _ own: UnsafeMutableRawPointer, rounds: Int, alive: String) throws {
    for unsafe (name, object, bar) in unsafe [("an ndarray", array, 30.0), ("a Buffer", own, 15.0)] {
        var excess: [Double] = []
        for _ in 0..<turns {
            let c = nanoseconds { unsafe borrowing_plain_rounds(object, rounds) }
            let swift = try nanoseconds { try borrow(unsafe PythonArgument(unsafeObject: object), rounds: rounds) }
            excess.append((swift - c) / Double(rounds))
        }
        printRow("borrow \(name), ns above GetBuffer and Release, \(alive)", median(excess), bar: bar)
    }
}

let interpreter = try Interpreter.start()
try interpreter.withGIL { python in
    try python.run(
        """
        import numpy, swiftbuf
        array = numpy.arange(1024.0)
        own = swiftbuf.copy(array)
        large = numpy.arange(1e7)
        megabytes = numpy.arange(8_000_000.0)
        """)
    // SAFETY: new references that are kept to the end of the program, used with the GIL.
    let (array, own, large) = unsafe (borrowing_object("array")!, borrowing_object("own")!, borrowing_object("large")!)
    let rounds = 2000
    var (foreign, buffer, sums): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<turns {
        let c = nanoseconds { unsafe borrowing_rounds(array, rounds) }
        foreign.append(try nanoseconds { try borrow(unsafe PythonArgument(unsafeObject: array), rounds: rounds) } / c)
        buffer.append(try nanoseconds { try borrow(unsafe PythonArgument(unsafeObject: own), rounds: rounds) } / c)
    }
    for _ in 0..<15 {
        try unsafe PythonArgument(unsafeObject: large).withBuffer(as: Double.self) { samples in
            let span = samples.span
            let c = unsafe span.withUnsafeBufferPointer { items in
                nanoseconds { unsafe borrowing_sum(items.baseAddress, items.count) }
            }
            sums.append(nanoseconds { sum(span) } / c)
        }
    }
    printRow("borrow an ndarray, to the same in C", median(foreign), bar: 1.15)
    printRow("borrow a Buffer, to an ndarray in C", median(buffer), bar: 0.5)
    printRow("sum a span of 10,000,000 doubles, to a loop in C", median(sums), bar: 1.05)

    // Floats: what the library offers for the obvious sum, to NumPy's own, in turns.
    try python.run("floats = numpy.arange(1e7, dtype=numpy.float32) % 7")
    let floats: PythonObject = try python.evaluate("floats")
    var (folds, loops): ([Double], [Double]) = ([], [])
    for _ in 0..<15 {
        let numpy = try nanoseconds {
            try python.run("floats.sum()")
            return 0
        }
        try python.withBuffer(of: floats, as: Float.self) { floats in
            folds.append(nanoseconds { Double(floats.span.reduceInAnyOrder(0, +)) } / numpy)
            loops.append(nanoseconds { Double(loop(floats.span)) } / numpy)
        }
    }
    printRow("sum 10,000,000 floats by reduceInAnyOrder, to NumPy's sum", median(folds), bar: 2)
    printRow("the same by a loop over the span, to NumPy's sum", median(loops))

    // What a borrow takes beyond GetBuffer and Release; then the same with memory of Swift's before and behind the borrowed one.
    try unsafe printExcess(array, own, rounds: rounds, alive: "no SharedBuffer alive")
    let before = try (0..<500).map { _ in try SharedBuffer<Double>(shape: [1024]) }
    try python.run("between = numpy.arange(1024.0); own_between = swiftbuf.copy(between)")
    let behind = try (0..<500).map { _ in try SharedBuffer<Double>(shape: [1024]) }
    try unsafe printExcess(
        borrowing_object("between")!, borrowing_object("own_between")!, rounds: rounds, alive: "1,000 alive")
    withExtendedLifetime((before, behind)) {}

    // How a program gets at the same numbers without borrowing.
    let megabytes = try python.evaluate("megabytes")
    let borrowed = try nanoseconds { try python.withBuffer(of: megabytes, as: Double.self) { samples in sum(samples.span) } }
    let copied = try nanoseconds {
        let bytes = try [UInt8](megabytes.tobytes())
        return Double(bytes.count)
    }
    let listed = try nanoseconds {
        var sum = 0.0
        try megabytes.tolist().forEach { item in sum += try Double(item) }
        return sum
    }
    let subscripted = try nanoseconds {
        var sum = 0.0
        for index in 0..<80_000 { sum += try Double(megabytes[index]) }
        return sum
    }
    printRow("64 MB: copy them as bytes, to borrowing and summing", copied / borrowed)
    printRow("64 MB: item by item of a list, to borrowing and summing", listed / borrowed)
    printRow("64 MB: item by item of the array, to the same (of 1 %)", subscripted * 100 / borrowed)
}
