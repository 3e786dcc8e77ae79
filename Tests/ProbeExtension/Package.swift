// swift-tools-version: 6.2
//
// An extension module for Python as a Swift author would write one: Embedded Swift on top of SwiftBuf. The tests build it, import it
// beside the installed _swiftbuf, and read what it needs.

import PackageDescription

let package = Package(
    name: "probe",
    products: [.library(name: "swiftbuf_probe", type: .dynamic, targets: ["SwiftProbe"])],
    dependencies: [.package(name: "swiftbuf", path: "../..", traits: ["Embedded"])],
    targets: [
        .systemLibrary(name: "CPythonHeaders", pkgConfig: "python3"),
        .target(name: "CProbe", dependencies: ["CPythonHeaders"]),
        .target(
            name: "SwiftProbe", dependencies: ["CProbe", .product(name: "SwiftBuf", package: "swiftbuf")],
            swiftSettings: [
                .enableExperimentalFeature("Embedded"), .strictMemorySafety(), .treatAllWarnings(as: .error),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
