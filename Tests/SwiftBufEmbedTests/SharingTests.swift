// The same memory in Swift, NumPy and memoryview: writes of each are read by the others, and the address is one.

import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct SharingTests {
        @Test("NumPy reads what Swift wrote, and Swift what NumPy wrote, at one address")
        func numPySharesMemory() throws {
            let samples = try SharedBuffer<Float>(shape: [4, 3])
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(samples)", with: ["samples": samples])
                try python.expect("a.dtype == np.float32 and a.shape == (4, 3) and a.strides == (12, 4)")
                try python.expect("a.flags.writeable and a.flags.c_contiguous and a.flags.aligned and not a.flags.owndata")
                let address = try samples.address()
                let seen = try python.evaluate("a.ctypes.data", as: Int.self)
                #expect(seen == address)
                #expect(address % 64 == 0)

                try samples.withMutableSpan { span in span[5] = 1.5 }
                try python.expect("a[1, 2] == 1.5 and a.sum() == 1.5")
                try python.run("a[3, 0] = -2; a[0] += 7")
                let items = try samples.items()
                #expect(items == [7, 7, 7, 0, 0, 1.5, 0, 0, 0, -2, 0, 0])
            }
        }

        @Test("memoryview reads and writes the same memory")
        func memoryviewSharesMemory() throws {
            let counts = try SharedBuffer<Int32>(repeating: 5, shape: [2, 2])
            try withPython { python in
                try python.run("m = memoryview(counts)", with: ["counts": counts])
                try python.expect("m.tolist() == [[5, 5], [5, 5]] and m.format == 'i' and m.nbytes == 16 and not m.readonly")
                try counts.withMutableSpan { span in span[3] = -1 }
                try python.expect("m[1, 1] == -1")
                try python.run("m[0, 1] = 2**31 - 1")
                let item = try counts.item(1)
                #expect(item == .max)
            }
        }

        @Test("a part that NumPy cuts out of the memory is the same memory")
        func partsShareMemory() throws {
            let image = try SharedBuffer<UInt8>(shape: [480, 640, 3])
            try withPython { python in
                try python.importNumPy()
                try python.run("crop = np.asarray(image)[10:20, 30:40, 1].T", with: ["image": image])
                let address = try image.address()
                let seen = try python.evaluate("crop.ctypes.data", as: Int.self)
                #expect(seen == address + (10 * 640 + 30) * 3 + 1)
                try python.run("crop[:] = 9")
                let sum = try image.withSpan { span in span.indices.reduce(0) { sum, index in sum + Int(span[index]) } }
                #expect(sum == 900)
            }
        }

        @Test("two names for one SharedBuffer are two Buffers over one memory")
        func handedOverTwice() throws {
            let samples = try SharedBuffer<Double>(repeating: 0.25, shape: [8])
            try withPython { python in
                try python.run("x[0] = 3.0", with: ["x": samples, "y": samples])
                try python.expect("x is not y and y[0] == 3.0 and y[7] == 0.25")
            }
        }

        @Test("no dimensions are one item")
        func noDimensions() throws {
            let one = try SharedBuffer<Int>(repeating: 7, shape: [])
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(one)", with: ["one": one])
                try python.expect("a.shape == () and a[()] == 7 and memoryview(one).ndim == 0")
                try python.run("a[()] = 8")
                let item = try one.item(0)
                #expect(item == 8)
            }
        }

        @Test("an empty shape has no items and an address all the same")
        func noItems() throws {
            let none = try SharedBuffer<Double>(shape: [3, 0, 2])
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(none)", with: ["none": none])
                try python.expect("a.shape == (3, 0, 2) and a.size == 0 and memoryview(none).nbytes == 0")
                let count = try none.withSpan { span in span.count }
                let address = try none.address()
                let seen = try python.evaluate("a.ctypes.data", as: Int.self)
                #expect(count == 0)
                #expect(address != 0)
                #expect(seen == address)
            }
        }

        @Test("64 dimensions are handed over, 65 are refused when the memory is made")
        func mostDimensions() throws {
            let deep = try SharedBuffer<UInt8>(repeating: 3, shape: Array(repeating: 1, count: 64))
            try withPython { python in
                try python.run("m = memoryview(deep)", with: ["deep": deep])
                try python.expect("m.ndim == 64 and m.tobytes() == b'\\x03'")
            }
            #expect(throws: BufferError.invalidShape(.tooManyDimensions(count: 65))) {
                try SharedBuffer<UInt8>(shape: Array(repeating: 1, count: 65))
            }
        }

        @Test("a shape that describes no memory, or too much of it, is a thrown error")
        func badShapes() {
            #expect(throws: BufferError.invalidShape(.negativeDimension(axis: 1, count: -2))) {
                try SharedBuffer<Int8>(shape: [3, -2])
            }
            #expect(throws: BufferError.invalidShape(.tooLarge)) { try SharedBuffer<Int16>(shape: [1 << 62, 2]) }
            #expect(throws: BufferError.outOfMemory(byteCount: 1 << 62)) { try SharedBuffer<Int8>(shape: [1 << 62]) }
        }
    }
}
