// The filter, on a photograph that was borrowed from Python: its rows on several threads, its columns where they are.

import SwiftBuf

extension EdgeKeepingFilter {
    /// Smooths the rows in place.
    ///
    /// - Parameters:
    ///   - photograph: Three bytes a pixel.
    ///   - whenDone: Called on each thread, with the rows that it has smoothed.
    func smoothRows(
        of photograph: inout MutableBufferView<UInt8>, threadCount: Int, whenDone: @Sendable (Range<Int>) -> Void
    ) {
        let width = photograph.count(alongAxis: 1)
        photograph.modifyRowBlocksConcurrently(threadCount: threadCount) { rows, bytes in
            var line = LineOfPixels(count: width)
            for row in 0..<rows.count {
                let start = row * width * 3
                for column in 0..<width {
                    let place = start + column * 3
                    line[column] = colours(bytes[place], bytes[place + 1], bytes[place + 2])
                }
                smooth(&line)
                for column in 0..<width {
                    let place = start + column * 3
                    (bytes[place], bytes[place + 1], bytes[place + 2]) = bytesOf(line[column])
                }
            }
            whenDone(rows)
        }
    }

    /// Smooths the columns in place.
    ///
    /// - Parameter turned: The photograph transposed, so that columns are rows: their pixels lie far from each other.
    func smoothColumns(of turned: inout MutableStridedBufferView<UInt8>) {
        var line = LineOfPixels(count: turned.count(alongAxis: 1))
        for column in 0..<turned.count(alongAxis: 0) {
            for row in 0..<line.count {
                line[row] = colours(turned[column, row, 0], turned[column, row, 1], turned[column, row, 2])
            }
            smooth(&line)
            for row in 0..<line.count {
                (turned[column, row, 0], turned[column, row, 1], turned[column, row, 2]) = bytesOf(line[row])
            }
        }
    }
}

private func colours(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> SIMD4<Float> {
    SIMD4(Float(red), Float(green), Float(blue), 0)
}

/// Each is a mean of bytes, and so a byte itself when it is rounded.
private func bytesOf(_ colours: SIMD4<Float>) -> (UInt8, UInt8, UInt8) {
    let rounded = colours + 0.5
    return (UInt8(rounded.x), UInt8(rounded.y), UInt8(rounded.z))
}
