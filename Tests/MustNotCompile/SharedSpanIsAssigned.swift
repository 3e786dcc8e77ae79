// A span of Swift's own memory ends with its borrow.

import SwiftBuf

func keep(_ samples: SharedBuffer<Float>) throws {
    var kept = Span<Float>()  // error: lifetime-dependent variable 'kept' escapes its scope
    try samples.withSpan { span in
        kept = span
    }
    print(kept.count)
}
