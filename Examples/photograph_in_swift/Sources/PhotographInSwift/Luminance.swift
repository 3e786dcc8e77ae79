// How bright a pixel looks.

extension Span<UInt8> {
    /// The luminance of a pixel, 0 to 255.
    ///
    /// The weights are those of ITU-R BT.709.
    ///
    /// - Parameter pixel: Its number; three bytes are one.
    func luminance(ofPixel pixel: Int) -> Float {
        0.2126 * Float(self[3 * pixel]) + 0.7152 * Float(self[3 * pixel + 1]) + 0.0722 * Float(self[3 * pixel + 2])
    }
}
