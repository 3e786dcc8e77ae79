// swift-tools-version: 6.2
//
// The fuzzers: the same sources as the package's, compiled with libFuzzer's coverage, and what calls them. No client of swiftbuf
// fetches or builds any of it. `scripts/proofs/fuzz` lays it out: this file, beside links to Sources and Tests.

import PackageDescription

let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
]

/// Whether the address sanitizer is inside as well, which takes several times as long.
let checksAddresses = Context.environment["FUZZ_ADDRESS"] == "1"

/// How swiftbuf's own sources are compiled: watched by libFuzzer, which is guided by what they do.
///
/// The branches of the naive models say nothing, and are quicker without. No function moves into a module that is not watched.
let watched: [SwiftSetting] =
    settings + [.unsafeFlags(["-sanitize=fuzzer\(checksAddresses ? ",address" : "")", "-Xfrontend", "-disable-cmo"])]
let watchedC: [CSetting] = [.unsafeFlags(["-fsanitize=fuzzer-no-link\(checksAddresses ? ",address" : "")"])]

let models = settings + (checksAddresses ? [.unsafeFlags(["-sanitize=address"])] : [])
let modelsC: [CSetting] = checksAddresses ? [.unsafeFlags(["-fsanitize=address"])] : []

/// libFuzzer brings the main function.
let linked: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer\(checksAddresses ? ",address" : "")"])]

let package = Package(
    name: "Fuzz",
    targets: [
        .target(name: "CSwiftBufStorage", path: "Sources/CSwiftBufStorage", cSettings: watchedC),
        .target(
            name: "SwiftBufCore", dependencies: ["CSwiftBufStorage"], path: "Sources/SwiftBufCore", swiftSettings: watched),

        // Targets in Swift alone.
        .target(name: "FuzzCore", dependencies: ["SwiftBufCore"], path: "Tests/Fuzz/Core", swiftSettings: models),
        .executableTarget(
            name: "fuzz-core", dependencies: ["FuzzCore"], path: "Tests/Fuzz/CoreMain", cSettings: modelsC,
            linkerSettings: linked),

        // Targets in Python, in an interpreter that has _swiftbuf inside.
        .systemLibrary(name: "CPython", path: "Sources/CPython", pkgConfig: "python3"),
        .systemLibrary(name: "CPythonEmbed", path: "Sources/CPythonEmbed", pkgConfig: "python3-embed"),
        .target(
            name: "CSwiftBufABI", dependencies: ["CPython", "CSwiftBufStorage"], path: "Sources/CSwiftBufABI",
            cSettings: watchedC),
        .target(
            name: "CSwiftBuf", dependencies: ["CSwiftBufABI", "CPython", "CSwiftBufStorage"], path: "Sources/CSwiftBuf",
            cSettings: watchedC),
        .target(
            name: "SwiftBufPython",
            dependencies: ["SwiftBufCore", "CSwiftBuf", "CSwiftBufABI", "CSwiftBufStorage", "CPython"],
            path: "Sources/SwiftBufPython", swiftSettings: watched),
        .executableTarget(
            name: "fuzz-python", dependencies: ["SwiftBufPython", "CSwiftBuf", "CPythonEmbed"], path: "Tests/Fuzz/PythonMain",
            cSettings: modelsC, linkerSettings: linked),
    ],
    swiftLanguageModes: [.v6]
)
