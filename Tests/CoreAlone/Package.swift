// swift-tools-version: 6.2
//
// The core by itself: the same sources in a package that knows no Python. That it builds and passes its tables shows that nothing
// in the core looks upward. `scripts/test core` lays it out: this file, beside links to Sources and Tests.

import PackageDescription

let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "CoreAlone",
    targets: [
        .target(name: "CSwiftBufStorage", path: "Sources/CSwiftBufStorage"),
        .target(
            name: "SwiftBufCore", dependencies: ["CSwiftBufStorage"], path: "Sources/SwiftBufCore", swiftSettings: settings),
        .target(name: "CFiles", path: "Tests/CFiles"),
        .target(
            name: "SwiftBufCoreTables", dependencies: ["SwiftBufCore", "CSwiftBufStorage", "CFiles"],
            path: "Tests/SwiftBufCoreTables", swiftSettings: settings),
        .executableTarget(
            name: "swiftbuf-core-check", dependencies: ["SwiftBufCoreTables"], path: "Tests/SwiftBufCoreCheck",
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
