// The command line: [--output FOLDER] [IMAGE].

/// What the command line says.
struct Options {
    /// The photograph; nil for the one that matplotlib ships.
    private(set) var image: String?
    /// The folder of the picture.
    private(set) var output = "demo-output"

    init(_ arguments: some Collection<String>) throws {
        var images: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--output":
                guard let folder = rest.popFirst() else { throw Unusable(description: "--output needs a folder.") }
                output = folder
            case "--":
                images += rest
                rest = rest[rest.endIndex...]
            case _ where argument.hasPrefix("-"):
                throw Unusable(description: "\(argument) is no option of this: [--output FOLDER] [IMAGE].")
            default:
                images.append(argument)
            }
        }
        guard images.count <= 1 else { throw Unusable(description: "one image at a time, not \(images.count).") }
        image = images.first
    }
}
