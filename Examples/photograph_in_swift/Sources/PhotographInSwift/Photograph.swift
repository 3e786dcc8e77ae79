// A photograph in Python's memory: Pillow decodes it, NumPy holds it, and Swift borrows it.

import SwiftBuf
import SwiftBufEmbed

/// A photograph, in colours of one byte each.
///
/// Arrays have the shape (height, width, 3).
struct Photograph {
    /// The file's name, without its folder.
    let name: String
    /// What Pillow decoded; nobody can write to it.
    let original: PythonObject
    /// The same in an array that is there to be changed.
    let pixels: PythonObject
    let height: Int
    let width: Int

    var byteCount: Int { height * width * 3 }

    /// Reads a file.
    ///
    /// - Parameter path: Any image that Pillow reads; nil for the photograph that matplotlib ships.
    /// - Throws: ``Unusable`` if Pillow cannot read it.
    init(_ path: String?, _ python: Python) throws {
        let np = try python.import("numpy")
        let pillow = try python.import("PIL.Image")
        let turning = try python.import("PIL.ImageOps")
        let path = try path ?? String(python.import("matplotlib.cbook").get_sample_data("grace_hopper.jpg", asfileobj: false))
        do {
            // As the camera was held.
            let image = try turning.exif_transpose(pillow.open(path)).convert("RGB")
            original = try np.asarray(image)
        } catch let error as PythonError where !error.isInstance(of: "MemoryError") {
            throw Unusable(description: "\(path) cannot be read as an image: \(error.message)")
        }
        name = try String(python.import("os.path").basename(path))
        pixels = try original.copy()
        (height, width) = try (Int(pixels.shape[0]), Int(pixels.shape[1]))
    }
}

/// Shows that all see the photograph's bytes where they are.
func showAddresses(of photograph: Photograph, _ python: Python, _ claims: Claims) throws {
    let pixels = photograph.pixels
    let view = try python.builtins.memoryview(pixels)
    claims.show("\(photograph.width) x \(photograph.height) pixels, \(grouped(photograph.byteCount)) bytes, owned by NumPy.")
    try claims.sameAddress(
        photograph.byteCount,
        at: [
            addressInPython(of: pixels), addressInSwift(of: pixels, python), addressInSwift(of: view, python),
            addressInPython(of: python.import("numpy").asarray(view)),
        ],
        "NumPy, Swift, and Swift and NumPy by way of a memoryview have the same bytes",
        "\(grouped(photograph.byteCount)) bytes seen four times")
    try claims.sameAddress(
        photograph.byteCount,
        at: [addressInPython(of: photograph.original), addressInSwift(of: photograph.original, python)],
        "what Pillow decoded is lent to Swift as well", "to read, because it is read-only")
}
