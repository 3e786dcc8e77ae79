// swift-tools-version: 6.2
//
// One package, two modes. Without a trait every target is ordinary Swift: for Swift programs, which embed
// the interpreter, and for the tests. With the trait "Embedded" the core and the Python type are compiled
// as Embedded Swift, without a Swift runtime: that is what the wheel carries.
//
//     swift build                                                            ordinary
//     swift build -c release --traits Embedded --product _swiftbuf           the extension module

import PackageDescription

/// What every Swift target is compiled with, in both modes.
let strict: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// What the targets add that also compile as Embedded Swift.
let twoModes: [SwiftSetting] =
    strict + [
        // `Layout` is a ~Escapable pair of spans. Clients of the package need no such flag.
        .enableExperimentalFeature("Lifetimes"),
        .enableExperimentalFeature("Embedded", .when(traits: ["Embedded"])),
    ]

let strictC: [CSetting] = [
    .treatAllWarnings(as: .error),
    .enableWarning("all"),
    .enableWarning("extra"),
]

let package = Package(
    name: "swiftbuf",
    products: [
        .library(name: "SwiftBuf", targets: ["SwiftBuf"]),
        .library(name: "SwiftBufEmbed", targets: ["SwiftBufEmbed"]),
        .library(name: "SwiftBufFoundation", targets: ["SwiftBufFoundation"]),
        // The extension module. Its entry point is PyInit__swiftbuf.
        .library(name: "_swiftbuf", type: .dynamic, targets: ["SwiftBufPython"]),
    ],
    traits: [
        .trait(name: "Embedded", description: "Compile the core and the Python type as Embedded Swift.")
    ],
    targets: [
        // The core: no Python in the process.
        .target(name: "CSwiftBufStorage", cSettings: strictC),
        .target(name: "SwiftBufCore", dependencies: ["CSwiftBufStorage"], swiftSettings: twoModes),

        // The Python type.
        .systemLibrary(
            name: "CPython", pkgConfig: "python3",
            providers: [.apt(["libpython3-dev"]), .brew(["python3"])]),
        .target(name: "CSwiftBufABI", dependencies: ["CPython", "CSwiftBufStorage"], cSettings: strictC),
        .target(name: "CSwiftBuf", dependencies: ["CSwiftBufABI", "CPython", "CSwiftBufStorage"], cSettings: strictC),
        .target(
            name: "SwiftBufPython",
            dependencies: ["SwiftBufCore", "CSwiftBuf", "CSwiftBufABI", "CSwiftBufStorage", "CPython"],
            swiftSettings: twoModes),

        // The public Swift API. Not on top of the Python type: an extension takes that from `_swiftbuf`, through the C ABI.
        .target(
            name: "SwiftBuf",
            dependencies: ["SwiftBufCore", "CSwiftBufABI", "CSwiftBufStorage", "CPython"],
            swiftSettings: twoModes),

        // Foundation's Data, for those who use Foundation anyway.
        .target(name: "SwiftBufFoundation", dependencies: ["SwiftBuf"], swiftSettings: strict),

        // The interpreter in a Swift program: ordinary Swift only.
        .systemLibrary(
            name: "CPythonEmbed", pkgConfig: "python3-embed",
            providers: [.apt(["libpython3-dev"]), .brew(["python3"])]),
        .target(
            name: "CSwiftBufEmbed", dependencies: ["CPythonEmbed"], cSettings: strictC,
            linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(
            name: "SwiftBufEmbed",
            dependencies: [
                "SwiftBuf", "SwiftBufPython", "CSwiftBuf", "CSwiftBufABI", "CSwiftBufStorage", "CSwiftBufEmbed", "CPython",
                "CPythonEmbed",
            ],
            // Links to python/swiftbuf, and what makes them importable.
            resources: [
                .embedInCode("PythonFiles/swiftbuf/__init__.py"),
                .embedInCode("PythonFiles/swiftbuf/_pickling.py"),
                .embedInCode("PythonFiles/carried_files.py"),
            ],
            // `Python` is a ~Escapable token. Clients of the package need no such flag.
            swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),

        // Tests. The tables compile in both modes; the executable runs them in Embedded mode.
        .target(
            name: "SwiftBufCoreTables", dependencies: ["SwiftBufCore", "CSwiftBufStorage", "CFiles"],
            path: "Tests/SwiftBufCoreTables", swiftSettings: twoModes),
        .target(name: "CFiles", path: "Tests/CFiles", cSettings: strictC),
        .executableTarget(
            name: "swiftbuf-core-check", dependencies: ["SwiftBufCoreTables"],
            path: "Tests/SwiftBufCoreCheck", swiftSettings: twoModes),
        .testTarget(
            name: "SwiftBufCoreTests", dependencies: ["SwiftBufCoreTables", "SwiftBufCore"],
            swiftSettings: strict),
        .testTarget(
            name: "SwiftBufEmbedTests",
            dependencies: [
                "SwiftBufEmbed", "SwiftBuf", "SwiftBufFoundation", "SwiftBufCore", "CSwiftBuf", "CSwiftBufStorage", "CPython",
                "CThreads", "CHostileExporter",
            ],
            exclude: ["CThreads", "CHostileExporter"], swiftSettings: strict),
        .target(
            name: "CHostileExporter", dependencies: ["CPython"], path: "Tests/SwiftBufEmbedTests/CHostileExporter",
            cSettings: strictC),
        .target(name: "CThreads", path: "Tests/SwiftBufEmbedTests/CThreads", cSettings: strictC),
    ],
    swiftLanguageModes: [.v6]
)
