// The picture, drawn by matplotlib: before, after, and what Swift owns.

import SwiftBufEmbed

/// Everything that is drawn.
struct Picture {
    let photograph: Photograph
    /// (height, width), in Swift's memory.
    let detail: PythonObject
    /// (2, 256), in Swift's memory.
    let histograms: PythonObject
    /// A DataFrame of tiles, in which most was smoothed.
    let liveliest: PythonObject
    let smoothingTime: Duration
    let sharedByteCount: Int
    let copiedByteCount: Int

    /// Writes the picture to `demo-swift.png`.
    ///
    /// - Parameter folder: Is made if it is not there.
    /// - Returns: The file's path.
    func write(to folder: String, _ python: Python) throws -> String {
        try python.import("os").makedirs(folder, exist_ok: true)
        let file = try String(python.import("os.path").join(folder, "demo-swift.png"))
        // In inches; the panels with the photograph are about four wide.
        let (upper, lower) = (0.6 + 4.2 * min(1.6, max(0.5, Double(photograph.height) / Double(photograph.width))), 4.7)
        let figure = try python.import("matplotlib.figure")
            .Figure(figsize: PythonTuple(15, upper + lower + 1), facecolor: "white", layout: "constrained")
        try figure.get_layout_engine().set(h_pad: 0.08, w_pad: 0.08)
        try figure.suptitle("One photograph, smoothed by Swift in Python's memory", fontsize: 19, fontweight: "bold")
        let axes = try figure.subplot_mosaic(
            [["before", "after", "detail"], ["close before", "close after", "histogram"]], height_ratios: [upper, lower])

        try drawPhotographs(axes, python)
        try drawDetail(axes["detail"], figure, python)
        try drawClose(axes, python)
        try drawHistograms(axes["histogram"])
        try figure.supxlabel(caption(python), fontsize: 10, color: grey, parse_math: false)
        try figure.savefig(file, dpi: 130)
        return try String(python.import("os.path").relpath(file))
    }

    private func drawPhotographs(_ axes: PythonObject, _ python: Python) throws {
        let size = "\(photograph.width) x \(photograph.height) pixels, \(grouped(photograph.byteCount)) bytes"
        let step = max(photograph.width, photograph.height) / 900 + 1
        for (name, array, title, note) in [
            ("before", photograph.original, "1  decoded by Pillow", size),
            ("after", photograph.pixels, "2  smoothed by Swift, in place", "\(milliseconds(smoothingTime)), without the GIL"),
        ] {
            let panel = try axes[name]
            // Where it lies among all pixels, whatever is left out.
            try panel.imshow(
                array[python.slice(by: step), python.slice(by: step)], interpolation: "antialiased",
                extent: PythonTuple(0, photograph.width, photograph.height, 0))
            try finish(panel, title, note)
            for (number, tile) in try tiles().enumerated() {
                let frame = try python.import("matplotlib.patches").Rectangle(
                    PythonTuple(tile.x, tile.y), tile.width, tile.height, fill: false, edgecolor: orange,
                    linewidth: number == 0 ? 2.5 : 1.2)
                try panel.add_patch(frame)
            }
        }
    }

    private func drawDetail(_ panel: PythonObject, _ figure: PythonObject, _ python: Python) throws {
        let step = max(photograph.width, photograph.height) / 900 + 1
        let image = try panel.imshow(
            detail[python.slice(by: step), python.slice(by: step)], cmap: "RdBu_r", vmin: -12, vmax: 12,
            interpolation: "antialiased", extent: PythonTuple(0, photograph.width, photograph.height, 0))
        try finish(panel, "3  what the filter took away", "a Swift [Float], adopted: NumPy's array is Swift's array")
        let bar = try figure.colorbar(image, ax: panel, shrink: 0.7, pad: 0.02)
        try bar.set_label("levels of luminance", color: grey)
        try bar.outline.set_visible(false)
    }

    private func drawClose(_ axes: PythonObject, _ python: Python) throws {
        guard let tile = try tiles().first else { return }
        let rows = try python.slice(from: tile.y, to: tile.y + tile.height)
        let columns = try python.slice(from: tile.x, to: tile.x + tile.width)
        for (name, array, title, note) in [
            ("close before", photograph.original, "4  where it did most, before", "found by pandas among Swift's structs"),
            ("close after", photograph.pixels, "5  and after", "edges stay, what is between them is smooth"),
        ] {
            let panel = try axes[name]
            try panel.imshow(array[rows, columns], interpolation: "nearest")
            try finish(panel, title, note)
            try panel.spines[python.slice()].set(color: orange, linewidth: 2.5)
        }
    }

    private func drawHistograms(_ panel: PythonObject) throws {
        try panel.fill_between(Array(0..<256), histograms[0], color: "#bbbbbb", linewidth: 0, label: "before")
        try panel.plot(histograms[1], color: blue, linewidth: 1.6, label: "after")
        try finish(panel, "6  how bright the pixels are", "luminance, 0 to 255: counted by Swift, in memory of its own")
        try panel.set(
            xlim: PythonTuple(0, 255), ylim: PythonTuple(1e-4, nil), yscale: "log", xticks: [0, 64, 128, 192, 255],
            ylabel: "share of the pixels")
        try panel.spines[["top", "right"]].set_visible(false)
        try panel.legend(frameon: false, fontsize: 11)
    }

    private func finish(_ panel: PythonObject, _ title: String, _ note: String) throws {
        try panel.set(xticks: [Int](), yticks: [Int]())
        try panel.set_title(title, fontsize: 12.5, fontweight: "bold", loc: "left")
        try panel.set_xlabel(note, fontsize: 10, color: grey, loc: "left")
    }

    private func tiles() throws -> [(x: Int, y: Int, width: Int, height: Int)] {
        try (0..<liveliest.itemCount).map { index in
            let tile = try liveliest.iloc[index]
            return try (Int(tile.x), Int(tile.y), Int(tile.width), Int(tile.height))
        }
    }

    private func caption(_ python: Python) throws -> String {
        let versions = try ["swiftbuf", "numpy", "pandas", "matplotlib"].map { name in
            "\(name) \(try python.import(name).attribute("__version__"))"
        }
        return """
            \(photograph.name): \(grouped(sharedByteCount)) bytes handed over between Swift and Python, \
            \(grouped(copiedByteCount)) copied · \(versions.joined(separator: " · "))
            """
    }
}

// Colours that differ for the colour-blind and in print.
private let (blue, orange, grey) = ("#0072B2", "#E69F00", "#666666")
