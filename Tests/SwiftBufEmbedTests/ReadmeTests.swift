// The Swift block of the README, line by line. A Python test compares the two, so that what is shown is what runs.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct ReadmeTests {
        @Test("what the README shows of Swift runs, and does what it says")
        func readmeBlockRuns() throws {
            let interpreter = try sharedInterpreter()
            // swift-format-ignore
            do {
let samples = try SharedBuffer<Float>(zeroed: [2, 3])
try samples.withMutableSpan { span in span[0] = 1 }          // Swift writes
try interpreter.withGIL { python in
    try python.run("import numpy; array = numpy.asarray(samples); array[1, 2] = 7", with: ["samples": samples])
    let sum = try python.evaluate("array.sum()", as: Double.self)
    print(sum)                                               // 8.0: NumPy sees what Swift wrote
}
try samples.withSpan { span in print(span[5]) }              // 7.0: Swift sees what NumPy wrote
                let first = try samples.withSpan { span in span[0] }
                let last = try samples.withSpan { span in span[5] }
                #expect(first == 1 && last == 7)
            }
            try withPython { python in try python.expect("float(array.sum()) == 8.0") }
        }
    }
}
