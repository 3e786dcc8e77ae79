// A span of Swift's own memory ends with its borrow: it is no result.

import SwiftBuf

typealias Kept = Span<Float>

func keep(_ s: SharedBuffer<Float>) throws {
    let kept: Kept = try s.withSpan { span in  // ordinary error: no exact matches in call // embedded error: to 'Escapable'
        span
    }
    print(kept.count)
}
