// Which function an error text speaks of.
//
// A byte instead of a text: it travels through everything that can refuse, and nearly nothing does.

/// The function that a caller of Python's side called.
enum FunctionName: UInt8 {
    case zeros, empty, full, copy, resize, release, bufferFromStorage, mapped
    case view, buffer, frombuffer, reshape, cast, broadcastTo, fill, index, count, tobytes, hex, assignment, comparison

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
        case .view: unsafe cText("view")
        case .buffer: unsafe cText("Buffer")
        case .frombuffer: unsafe cText("frombuffer")
        case .reshape: unsafe cText("reshape")
        case .cast: unsafe cText("cast")
        case .broadcastTo: unsafe cText("broadcast_to")
        case .fill: unsafe cText("fill")
        case .index: unsafe cText("index")
        case .count: unsafe cText("count")
        case .tobytes: unsafe cText("tobytes")
        case .hex: unsafe cText("hex")
        case .assignment: unsafe cText("assignment")
        case .comparison: unsafe cText("comparison")
        case .mapped: unsafe cText("mapped")
        }
    }
}
