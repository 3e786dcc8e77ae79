// swift-tools-version: 6.2
//
// A program that uses swiftbuf as any other would: a dependency, and no flags. Run it by `scripts/demo --swift`.

import PackageDescription

let package = Package(
    name: "photograph_in_swift",
    dependencies: [
        .package(name: "swiftbuf", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "PhotographInSwift",
            dependencies: [
                .product(name: "SwiftBuf", package: "swiftbuf"),
                .product(name: "SwiftBufEmbed", package: "swiftbuf"),
            ],
            // The program's own choice: what could be unsafe in it has to say so.
            swiftSettings: [.strictMemorySafety(), .treatAllWarnings(as: .error)])
    ]
)
