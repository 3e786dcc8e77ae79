// A Swift array, adopted: Python sees it where it is.

import SwiftBuf
import SwiftBufEmbed

/// Works out what the filter took away, as a Swift array, and hands that to NumPy.
///
/// - Returns: An ndarray over Swift's memory, of the shape (height, width): luminance before minus luminance after.
func shareDetail(of photograph: Photograph, _ python: Python, _ claims: Claims) throws -> PythonObject {
    let detail = try detail(of: photograph)
    let addressBefore = address(of: detail.span)
    // Consumed: whoever kept the array would make it two, and one of them a copy.
    let shared = try SharedBuffer(adopting: consume detail, shape: [photograph.height, photograph.width])
    let array = try python.import("numpy").asarray(shared)
    try claims.sameAddress(
        shared.byteCount, at: [addressBefore, shared.withSpan { span in address(of: span) }, addressInPython(of: array)],
        "a Swift array, adopted, is an ndarray",
        "what the filter took away, \(grouped(shared.byteCount)) bytes, dtype \(array.dtype)")
    return array
}

private func detail(of photograph: Photograph) throws -> [Float] {
    // Two borrows as values: each ends with its scope.
    let before = try BufferBorrow(of: photograph.original, as: UInt8.self, shape: [nil, nil, 3])
    let after = try BufferBorrow(of: photograph.pixels, as: UInt8.self, shape: [nil, nil, 3])
    let (from, to) = (before.view.span, after.view.span)
    return (0..<photograph.height * photograph.width).map { pixel in
        from.luminance(ofPixel: pixel) - to.luminance(ofPixel: pixel)
    }
}
