// The Python files of swiftbuf, which the program carries in itself.
//
// SwiftPM makes a constant of each resource. The folder has links to python/swiftbuf, which the wheel takes too.

/// The Python files that the program carries.
enum CarriedFiles {
    /// Path and bytes of each, as they stand below a folder of `sys.path`.
    static let modules: KeyValuePairs<String, [UInt8]> = [
        "swiftbuf/__init__.py": PackageResources.__init___py,
        "swiftbuf/_pickling.py": PackageResources._pickling_py,
    ]

    /// The source that makes the modules importable.
    static var importer: [UInt8] { PackageResources.carried_files_py }
}
