// Which function an error text speaks of.
//
// A byte instead of a text: it travels through everything that can refuse, and nearly nothing does.

/// The function that a caller of Python's side called.
enum FunctionName: UInt8 {
    case zeros, empty, full, copy, resize, release, bufferFromStorage

    /// Its name in C and Python.
    var text: UnsafePointer<CChar> {
        switch self {
        case .zeros: unsafe cText("zeros")
        case .empty: unsafe cText("empty")
        case .full: unsafe cText("full")
        case .copy: unsafe cText("copy")
        case .resize: unsafe cText("resize")
        case .release: unsafe cText("release")
        case .bufferFromStorage: unsafe cText("buffer_from_storage")
        }
    }
}
