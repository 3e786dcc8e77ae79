// The Swift blocks of the README, line by line. A Python test compares the two, so that what is shown is what runs.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct ReadmeTests {
        // swift-format-ignore
        struct Particle: BufferRecord {
            var position: InlineArray<3, Float>
            var mass: Double

            static let bufferFields = BufferFields<Particle>([BufferField("position", \.position), BufferField("mass", \.mass)])
        }

        @Test("what the README shows of Swift runs, and prints what it says")
        func readmeBlockRuns() throws {
            let interpreter = try sharedInterpreter()
            var printed: [Double] = []
            func print(_ value: Double) { printed.append(value) }
            // swift-format-ignore
            do {
try interpreter.withGIL { python in
    let np = try python.import("numpy")
    let samples = try SharedBuffer(adopting: [Float](repeating: 0, count: 1 << 20), shape: [1024, 1024])
    let array = try np.asarray(samples)                                   // the same memory
    try samples.withMutableSpan { span in span[0] = 1 }                   // Swift writes, NumPy sees it
    try print(Double(array.sum()))                                        // 1.0: the sum of all that Swift wrote
    let photo = try np.full(PythonTuple(4, 6, 3), 7, dtype: "uint8")
    let mean = try python.withBuffer(of: photo, as: UInt8.self) { image in  // any exporter: ndarray, bytes, mmap, memoryview
        average(image.span)                                               // typed, bounds-checked, cannot outlive the borrow
    }
    print(mean)                                                           // 7.0: read where NumPy has it
}
            }
            #expect(printed == [1, 7])
        }

        // swift-format-ignore
        func average(_ pixels: Span<UInt8>) -> Double {
            var sum = 0
            for index in pixels.indices { sum += Int(pixels[index]) }
            return Double(sum) / Double(pixels.count)
        }

        @Test("the README's record is a structured dtype")
        func recordIsDtype() throws {
            let particles = try SharedBuffer<Particle>(shape: [2])
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(p)", with: ["p": particles])
                try python.expect("a.dtype.names == ('position', 'mass') and a['position'].shape == (2, 3)")
            }
        }
    }
}
