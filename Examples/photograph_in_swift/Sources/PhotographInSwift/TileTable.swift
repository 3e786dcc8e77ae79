// Swift structs in NumPy and pandas, and what Python writes into them read by Swift.

import SwiftBuf
import SwiftBufEmbed

/// How many tiles the longer side has.
private let tilesAlongSide = 10

/// Measures the photograph's tiles as Swift structs, and lets pandas sort them.
///
/// - Returns: A DataFrame of the three in which most was smoothed, that one first.
func shareTiles(of photograph: Photograph, _ python: Python, _ claims: Claims) throws -> PythonObject {
    let (np, pandas) = (try python.import("numpy"), try python.import("pandas"))
    let tiles = try measureTiles(of: photograph)
    let array = try np.asarray(tiles)
    let offset = try Int(array.dtype.fields["detail"][1])
    try claims.sameAddress(
        tiles.byteCount, at: [tiles.withSpan { span in address(of: span) }, addressInPython(of: array)],
        "Swift structs are a structured array",
        "\(array.size) structs of \(array.itemsize) bytes, fields \(array.dtype.names)")
    try claims.claim(
        addressInPython(of: array["detail"]) == addressInPython(of: array) + offset
            && offset == MemoryLayout<Tile>.offset(of: \.detail),
        "a field is where Swift's property is", "detail at byte \(offset) of each, strides \(array["detail"].strides)")

    try array.setItem(at: "is_flat", to: np.less(array["detail"], np.median(array["detail"])))
    let flatCount = try tiles.withSpan { span in span.indices.count { index in span[index].isFlat.value } }
    try claims.claim(
        flatCount == Int(np.count_nonzero(array["is_flat"])), "NumPy writes a Bool of each struct, and Swift reads it",
        "\(flatCount) tiles are flat")

    let frame = try pandas.DataFrame(array)
    let pixelCount = try Int(frame.width.mul(frame.height).sum())
    try claims.claim(
        pixelCount == photograph.width * photograph.height, "the tiles in pandas cover the photograph",
        "\(grouped(pixelCount)) pixels; a DataFrame of several types keeps its columns in copies of its own")
    let sorted = try frame.sort_values("detail", ascending: false, ignore_index: true)
    claims.show(try String(sorted.head().to_string()))
    return try sorted.head(3)
}

private func measureTiles(of photograph: Photograph) throws -> SharedBuffer<Tile> {
    let before = try BufferBorrow(of: photograph.original, as: UInt8.self, shape: [nil, nil, 3])
    let after = try BufferBorrow(of: photograph.pixels, as: UInt8.self, shape: [nil, nil, 3])
    let (height, width) = (photograph.height, photograph.width)
    let side = (max(height, width) + tilesAlongSide - 1) / tilesAlongSide
    let tilesDown = (height + side - 1) / side
    let tilesAcross = (width + side - 1) / side
    return try SharedBuffer(shape: [tilesDown * tilesAcross]) { output in
        for y in stride(from: 0, to: height, by: side) {
            for x in stride(from: 0, to: width, by: side) {
                output.append(
                    Tile(
                        columns: x..<min(x + side, width), rows: y..<min(y + side, height), before: before.view.span,
                        after: after.view.span, photographWidth: width))
            }
        }
    }
}
