// A span of Swift's own memory ends with its borrow: it is no result.

import SwiftBuf

func keep(_ samples: SharedBuffer<Float>) throws {
    let kept: Span<Float> = try samples.withSpan { span in  // error: no exact matches in call to instance method 'withSpan'
        span
    }
    print(kept.count)
}
