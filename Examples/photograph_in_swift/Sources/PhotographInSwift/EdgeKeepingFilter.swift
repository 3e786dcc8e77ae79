// The filter, on one line of pixels: it smooths what is flat, and keeps edges.
//
// A recursive filter: each pixel takes a part of its neighbour's value, the less the more they differ; once forward, once backward,
// so that no direction is preferred. A line needs no other line.

import SwiftBuf

/// Smooths lines of pixels, and keeps their edges.
struct EdgeKeepingFilter: Sendable {
    /// How much a pixel takes from its neighbour, by how much the two differ: the sum over three colours, 0 to 765.
    private let weights: [Float]

    /// - Parameters:
    ///   - reach: How much a pixel takes from an equal neighbour: from 0, nothing, to 1, all.
    ///   - tolerance: What becomes of that with each level by which they differ: from 0, edges are all that is kept, to 1, none is.
    init(reach: Float, tolerance: Float) {
        weights = Array(sequence(first: reach) { weight in weight * tolerance }.prefix(3 * 255 + 1))
    }

    /// Smooths one line.
    func smooth(_ line: inout LineOfPixels) {
        if line.count < 2 { return }
        var original = line[0]
        for index in 1..<line.count {
            let difference = line[index] - original
            original = line[index]
            let weight = weights[min(Int(sumOfMagnitudes(difference)), weights.count - 1)]
            line.weights[index] = weight
            line[index] += weight * (line[index - 1] - original)
        }
        for index in (0..<line.count - 1).reversed() {
            line[index] += line.weights[index + 1] * (line[index + 1] - line[index])
        }
    }
}

/// Room to work on one line.
struct LineOfPixels {
    /// Red, green, blue, and one that is 0.
    private var colours: [SIMD4<Float>]
    /// How much each pixel takes from the one before it.
    var weights: [Float]

    var count: Int { colours.count }

    init(count: Int) {
        colours = Array(repeating: .zero, count: count)
        weights = Array(repeating: 0, count: count)
    }

    subscript(index: Int) -> SIMD4<Float> {
        get { colours[index] }
        set { colours[index] = newValue }
    }
}

private func sumOfMagnitudes(_ colours: SIMD4<Float>) -> Float {
    colours.x.magnitude + colours.y.magnitude + colours.z.magnitude
}
