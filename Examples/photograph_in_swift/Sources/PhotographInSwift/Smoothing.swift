// Python's array, changed in place by Swift: borrowed, with the GIL released, on two threads.

import SwiftBuf
import SwiftBufEmbed

/// How often all rows and all columns are smoothed.
private let rounds = 2

/// Smooths the photograph in place, and shows how.
///
/// - Returns: How long the filter took.
func smooth(_ photograph: Photograph, _ interpreter: Interpreter, _ python: Python, _ claims: Claims) throws -> Duration {
    let pixels = photograph.pixels
    let addressBefore = try addressInPython(of: pixels)
    let byOneThread = try pixels.copy()
    let reports = try Reports(interpreter, python)

    let times = try smooth(pixels, threadCount: 2, python) { rows in reports.add(rows) }
    let timesOfOne = try smooth(byOneThread, threadCount: 1, python) { _ in }

    try claims.sameAddress(
        photograph.byteCount, at: [addressBefore, addressInPython(of: pixels)], "the array is where it was",
        "its rows took \(milliseconds(times.rows)) on two threads, and \(milliseconds(timesOfOne.rows)) on one")
    let (rows, count, threads) = try (reports.rowCount(python), reports.count(python), reports.threadCount(python))
    try claims.claim(
        rows == rounds * photograph.height && count == rounds * min(2, photograph.height),
        "Python ran meanwhile: each part took the GIL to report its rows",
        "\(grouped(rows)) rows in \(count) reports, threads seen: \(threads)")
    let np = try python.import("numpy")
    try claims.claim(
        Bool(np.array_equal(pixels, byOneThread)), "two threads and one make the same photograph",
        "\(grouped(photograph.byteCount)) bytes equal")
    let changed = try Int(np.count_nonzero(np.not_equal(pixels, photograph.original)))
    claims.show("\(grouped(changed)) of \(grouped(photograph.byteCount)) bytes are others than before.")
    return times.rows + times.columns
}

private func smooth(
    _ pixels: PythonObject, threadCount: Int, _ python: Python, whenDone: @Sendable (Range<Int>) -> Void
) throws -> (rows: Duration, columns: Duration) {
    let filter = EdgeKeepingFilter(reach: 0.92, tolerance: 0.95)
    let clock = ContinuousClock()
    var times = (rows: Duration.zero, columns: Duration.zero)
    for _ in 0..<rounds {
        try python.withMutableBuffer(of: pixels, as: UInt8.self, shape: [nil, nil, 3]) { photograph in
            try python.withoutGIL {
                times.rows += clock.measure {
                    filter.smoothRows(of: &photograph, threadCount: threadCount, whenDone: whenDone)
                }
            }
        }
        // NumPy turns it without moving a byte.
        try python.withMutableStridedBuffer(of: pixels.transpose(1, 0, 2), as: UInt8.self, shape: [nil, nil, 3]) { turned in
            try python.withoutGIL {
                times.columns += clock.measure { filter.smoothColumns(of: &turned) }
            }
        }
    }
    return times
}
