// Who keeps the memory, and that it goes exactly once.
//
// Bytes are counted for the whole process, in which other suites allocate too, so those tests run in a process of their own.

import CSwiftBufStorage
import SwiftBuf
import SwiftBufEmbed
import Testing

extension EmbedTests {
    @Suite struct LifetimeTests {
        @Test("memory that Swift dropped stays valid while NumPy holds it, and goes with NumPy's array")
        func pythonDropsLast() async {
            await #expect(processExitsWith: .success) {
                try withPython { python in
                    try python.importNumPy()
                    let before = swiftbuf_memory_allocated_bytes()
                    try {
                        let samples = try SharedBuffer<Double>(repeating: 0.5, shape: [1000])
                        try python.run("a = np.asarray(b); del b", with: ["b": samples])
                    }()
                    #expect(swiftbuf_memory_allocated_bytes() == before + 8000)
                    try python.expect("a.sum() == 500.0")
                    try python.run("a[999] = 1.5")
                    try python.expect("a[999] == 1.5")
                    try python.run("del a")
                    #expect(swiftbuf_memory_allocated_bytes() == before)
                }
            }
        }

        @Test("memory that Python dropped stays valid while Swift holds it, and goes with Swift's last reference")
        func swiftDropsLast() async {
            await #expect(processExitsWith: .success) {
                let before = swiftbuf_memory_allocated_bytes()
                try {
                    let samples = try SharedBuffer<Double>(repeating: 0.5, shape: [1000])
                    try withPython { python in try python.run("b[0] = 2.0; m = memoryview(b)", with: ["b": samples]) }
                    #expect(swiftbuf_memory_allocated_bytes() == before + 8000)
                    let items = try samples.items()
                    #expect(items[0] == 2 && items[999] == 0.5)
                }()
                #expect(swiftbuf_memory_allocated_bytes() == before)
            }
        }

        @Test("the last owner in Python may go on a thread that Swift started")
        func lastOwnerGoesElsewhere() async {
            await #expect(processExitsWith: .success) {
                let before = swiftbuf_memory_allocated_bytes()
                let interpreter = try sharedInterpreter()
                try {
                    let samples = try SharedBuffer<UInt8>(shape: [5 << 20])
                    try interpreter.withGIL { python in try python.run("m = memoryview(b); del b", with: ["b": samples])
                    }
                }()
                #expect(swiftbuf_memory_allocated_bytes() == before + 5 << 20)
                try onAnotherThread { try interpreter.withGIL { python in try python.run("del m") } }
                #expect(swiftbuf_memory_allocated_bytes() == before)
            }
        }

        @Test("a thousand hand-overs leave no byte behind")
        func manyHandOvers() async {
            await #expect(processExitsWith: .success) {
                try withPython { python in
                    let before = swiftbuf_memory_allocated_bytes()
                    for round in 0..<1000 {
                        let samples = try SharedBuffer<Int>(repeating: round, shape: [16, 16])
                        try python.run("b = b.T; m = memoryview(b); total = b[15, 15]", with: ["b": samples])
                        let total = try python.evaluate("total", as: Int.self)
                        #expect(total == round)
                    }
                    try python.run("del b, m")
                    #expect(swiftbuf_memory_allocated_bytes() == before)
                }
            }
        }

        @Test("a SharedBuffer outlives the interpreter")
        func bufferOutlivesInterpreter() async {
            await #expect(processExitsWith: .success) {
                let interpreter = try Interpreter.start()
                let samples = try SharedBuffer<Int32>(shape: [3])
                try interpreter.withGIL { python in try python.run("b[1] = 4", with: ["b": samples]) }
                try interpreter.stop()
                try samples.withMutableSpan { span in span[2] = 5 }
                let items = try samples.items()
                #expect(items == [0, 4, 5])
            }
        }

        @Test("memory that Swift owns too cannot be resized from Python, also when nothing is exported")
        func resizeIsRefused() throws {
            let samples = try SharedBuffer<UInt16>(repeating: 6, shape: [4])
            try withPython { python in
                try python.run("pass", with: ["b": samples])
                python.expect("b.resize(8)", raises: "BufferError", saying: "2 owners")
                try python.expect("b.exports == 0 and b.shape == (4,) and b.tolist() == [6, 6, 6, 6]")
                try python.run("m = memoryview(b)")
                python.expect("b.resize(8)", raises: "BufferError", saying: "1 exports")
                python.expect("b.release()", raises: "BufferError", saying: "1 exports")
            }
        }

        @Test("Python's release() lets go of Python's part alone")
        func releaseLetsGoOfOnePart() throws {
            let samples = try SharedBuffer<UInt16>(repeating: 6, shape: [4])
            try withPython { python in
                try python.run("b.release()", with: ["b": samples])
                python.expect("b[0]", raises: "ValueError")
                let items = try samples.items()
                #expect(items == [6, 6, 6, 6])
            }
        }
    }
}
