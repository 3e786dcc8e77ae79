// What a start asks the operating system, without Foundation.

import CSwiftBufEmbed

/// The questions that are asked before there is an interpreter.
///
/// - Threads: Any.
enum OperatingSystem {
    /// The value of an environment variable.
    static func variable(_ name: String) -> String? {
        // SAFETY: a C string for the time of the call; the value is copied at once.
        guard let value = unsafe swiftbuf_embed_variable(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// The text of a small file; nil if it cannot be read.
    static func readFile(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 65536)
        // SAFETY: C writes no more than the size that it is told.
        let count = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            unsafe swiftbuf_embed_read_file(path, bytes.baseAddress!, bytes.count)
        }
        return count < 0 ? nil : String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The path of the same file without links; nil if there is no such file.
    static func resolve(_ path: String) -> String? {
        var resolved = [CChar](repeating: 0, count: 4096)
        // SAFETY: C writes no more than the size that it is told.
        let result = unsafe resolved.withUnsafeMutableBufferPointer { resolved in
            unsafe swiftbuf_embed_resolve(path, resolved.baseAddress!, resolved.count)
        }
        return result < 0 ? nil : String(upToNUL: resolved)
    }

    /// A path from the root on, without `.` and `..`; links are not followed.
    static func absolutePath(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : "\(resolve(".") ?? "")/\(path)"
        var parts: [Substring] = []
        for part in whole.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Writes a line to standard error.
    static func writeError(_ text: String) {
        // SAFETY: a C string for the time of the call.
        unsafe swiftbuf_embed_write_error(text)
    }
}
