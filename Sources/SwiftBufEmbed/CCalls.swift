// What C functions answer, as Swift has it: errors and strings.

import CSwiftBufEmbed

/// Makes C's answer an error.
///
/// - Parameter call: Gets room for a text and its size in bytes, and leaves a NUL-terminated one there.
func report(_ call: (UnsafeMutablePointer<CChar>, Int) -> swiftbuf_embed_result) throws(InterpreterError) {
    var text = [CChar](repeating: 0, count: 4096)
    // SAFETY: C writes no more than the size that it is told.
    let result = unsafe text.withUnsafeMutableBufferPointer { text in unsafe call(text.baseAddress!, text.count) }
    switch result {
    case SWIFTBUF_EMBED_DONE: return
    case SWIFTBUF_EMBED_ALREADY_STARTED: throw .alreadyStarted
    case SWIFTBUF_EMBED_STOPPED: throw .stopped
    case SWIFTBUF_EMBED_IN_USE: throw .inUse
    case SWIFTBUF_EMBED_BORROWED: throw .borrowed(count: Int(swiftbuf_embed_borrows()))
    default: throw .failed(String(upToNUL: text))
    }
}

extension String {
    /// The text that C left in a room, which is as long as the first NUL says.
    init(upToNUL room: [CChar]) {
        self.init(decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
