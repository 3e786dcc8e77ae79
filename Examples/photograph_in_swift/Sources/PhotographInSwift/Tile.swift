// A Swift struct that Python sees as a structured dtype with the same fields.

import SwiftBuf

/// A square part of the photograph.
struct Tile: BufferRecord {
    /// Its left upper corner.
    var x: Int32
    var y: Int32
    /// Its size in pixels; at the right and at the bottom smaller ones are left over.
    var width: Int32
    var height: Int32
    /// The mean luminance, 0 to 255.
    var brightness: Float
    /// By how many levels the filter changed a pixel, in the mean.
    var detail: Double
    /// Whether there is less in it than in half of the tiles: Python works it out.
    var isFlat: BufferItem<Bool>

    static let bufferFields = BufferFields<Tile>([
        BufferField("x", \.x), BufferField("y", \.y), BufferField("width", \.width), BufferField("height", \.height),
        BufferField("brightness", \.brightness), BufferField("detail", \.detail), BufferField("is_flat", \.isFlat),
    ])
}

extension Tile {
    /// Measures one.
    ///
    /// - Parameters:
    ///   - before: The whole photograph, three bytes a pixel.
    ///   - after: The same, smoothed.
    ///   - photographWidth: Pixels in a row of it.
    init(
        columns: Range<Int>, rows: Range<Int>, before: Span<UInt8>, after: Span<UInt8>, photographWidth: Int
    ) {
        var (sum, change) = (0.0, 0.0)
        for row in rows {
            for column in columns {
                let pixel = row * photographWidth + column
                let luminance = before.luminance(ofPixel: pixel)
                sum += Double(luminance)
                change += Double((luminance - after.luminance(ofPixel: pixel)).magnitude)
            }
        }
        let pixelCount = Double(rows.count * columns.count)
        self.init(
            x: Int32(columns.lowerBound), y: Int32(rows.lowerBound), width: Int32(columns.count), height: Int32(rows.count),
            brightness: Float(sum / pixelCount), detail: change / pixelCount, isFlat: false)
    }
}
