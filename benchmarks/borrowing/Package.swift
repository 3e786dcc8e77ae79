// swift-tools-version: 6.2
//
// What borrowing costs in Swift, against the same in C: a package of its own, so that nobody who uses swiftbuf builds it.

import PackageDescription

let package = Package(
    name: "borrowing",
    dependencies: [.package(name: "swiftbuf", path: "../..")],
    targets: [
        .systemLibrary(name: "CPythonHeaders", pkgConfig: "python3"),
        .target(name: "CBorrowing", dependencies: ["CPythonHeaders"]),
        .executableTarget(
            name: "borrowing",
            dependencies: [
                "CBorrowing", .product(name: "SwiftBuf", package: "swiftbuf"),
                .product(name: "SwiftBufEmbed", package: "swiftbuf"),
            ], swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
