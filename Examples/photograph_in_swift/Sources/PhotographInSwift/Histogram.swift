// New memory of Swift's own, filled once.

import SwiftBuf
import SwiftBufEmbed

/// Counts how bright the pixels are before and after, in Swift's memory, and hands that to NumPy.
///
/// - Returns: An ndarray over Swift's memory, of the shape (2, 256): for each luminance the share of pixels.
func shareHistograms(of photograph: Photograph, _ python: Python, _ claims: Claims) throws -> PythonObject {
    let shared = try SharedBuffer<Float>(shape: [2, 256]) { output in
        for array in [photograph.original, photograph.pixels] {
            try python.withBuffer(of: array, as: UInt8.self, shape: [nil, nil, 3]) { image in
                appendHistogram(of: image.span, to: &output)
            }
        }
    }
    let array = try python.import("numpy").asarray(shared)
    try claims.sameAddress(
        shared.byteCount, at: [shared.withSpan { span in address(of: span) }, addressInPython(of: array)],
        "memory that Swift filled is an ndarray", "two histograms, \(grouped(shared.byteCount)) bytes, shape \(array.shape)")
    let sum = try Double(array.sum())
    try claims.claim((sum - 2).magnitude < 0.001, "NumPy adds up what Swift counted", "\(sum), one for each histogram")
    return array
}

private func appendHistogram(of bytes: Span<UInt8>, to output: inout OutputSpan<Float>) {
    var counts = [Int](repeating: 0, count: 256)
    let pixelCount = bytes.count / 3
    for pixel in 0..<pixelCount {
        counts[Int(bytes.luminance(ofPixel: pixel).rounded())] += 1
    }
    for count in counts { output.append(Float(count) / Float(pixelCount)) }
}
