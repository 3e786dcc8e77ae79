// The Swift blocks of the articles, word for word: what stands between `// Article.md` and `// end` is one block of that article. Those
// of the doc comments, DocumentationCommentTests.swift has.
// A Python test, test_swift_documentation.py, compares the two, so that what is shown is what runs.

import SwiftBuf
import SwiftBufEmbed
import Synchronization
import Testing

// SharingASwiftArray.md, BufferRecord.swift
struct Particle: BufferRecord {
    var position: InlineArray<3, Float>
    var mass: Double
    var id: Int32

    static let bufferFields = BufferFields<Particle>([
        BufferField("position", \.position), BufferField("mass", \.mass), BufferField("id", \.id),
    ])
}
// end

// ReadingAnNdarray.md
func average(_ samples: Span<UInt8>) -> Double {
    var sum = 0
    for index in samples.indices { sum += Int(samples[index]) }
    return Double(sum) / Double(samples.count)
}
// end

// EmbeddingPython.md
enum PhotoError: Error, PythonExceptionConvertible {
    case tooLarge(Int)

    var pythonExceptionClass: PythonExceptionClass { .valueError }
}
// end

extension EmbedTests {
    @Suite struct DocumentationTests {
        // MARK: Share a Swift array with NumPy

        @Test("the tutorial shares a Swift array with NumPy, at one address, and takes it back")
        func sharingASwiftArray() throws {
            let interpreter = try sharedInterpreter()
            var printed: [Double] = []
            func print(_ value: Double) { printed.append(value) }
            // SharingASwiftArray.md
            var samples = [Float](repeating: 0, count: 12)
            samples[5] = 1.5
            let shared = try SharedBuffer(adopting: consume samples, shape: [3, 4])
            // end
            let address = try shared.address()
            // SharingASwiftArray.md
            try interpreter.withGIL { python in
                let np = try python.import("numpy")
                let array = try np.asarray(shared)
                try array.setItem(at: 1, 2, to: 7)
                print(try Double(array.sum()))  // 8.5: NumPy sees what Swift wrote
            }
            try shared.withSpan { span in print(Double(span[6])) }  // 7.0: Swift sees what NumPy wrote
            // end
            #expect(printed == [8.5, 7])
            try interpreter.withGIL { python in
                let np = try python.import("numpy")
                let seen = try Int(np.asarray(shared).ctypes.data)
                #expect(seen == address)
                // SharingASwiftArray.md
                let doubled = try python.makeFunction(named: "doubled") { python, arguments in
                    try python.withBuffer(of: arguments[0], as: Float.self) { items in
                        try SharedBuffer<Float>(shape: items.shape) { output in
                            for index in 0..<items.count { output.append(2 * items.span[index]) }
                        }
                    }
                }
                try python.run("import numpy as np", with: ["a": shared, "doubled": doubled])
                try python.run("b = np.asarray(doubled(a))")
                // end
                try python.expect("b.shape == (3, 4) and b[1, 2] == 14 and b.dtype == np.float32")
                let text = takingError(shared)
                #expect(text == "the adopted array was asked for but one other owner has its memory")
                try python.forgetNames()
            }
            // SharingASwiftArray.md
            let taken = try shared.take()
            print(Double(taken[6]))  // 7.0
            // end
            #expect(printed == [8.5, 7, 7])
            let sameAddress = unsafe taken.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
            #expect(sameAddress == address)
        }

        private func takingError(_ shared: SharedBuffer<Float>) -> String {
            var texts: [String] = []
            func print(_ error: BufferError) { texts.append("\(error)") }
            // SharingASwiftArray.md
            do {
                _ = try shared.take()
            } catch {
                print(error)  // the adopted array was asked for but one other owner has its memory
            }
            // end
            return texts.joined()
        }

        @Test("a struct is a structured dtype with its field names")
        func sharingStructs() throws {
            let interpreter = try sharedInterpreter()
            // SharingASwiftArray.md
            let particles = try SharedBuffer<Particle>(shape: [1000])
            try particles.withMutableSpan { span in
                for index in span.indices { span[index].mass = 0.5 }
            }
            try interpreter.withGIL { python in
                try python.run("import numpy as np", with: ["particles": particles])
                try python.run("a = np.asarray(particles); a['id'] = range(1000)")
                let total = try python.evaluate("float(a['mass'].sum())", as: Double.self)
                print(total)  // 500.0
            }
            try particles.withSpan { span in print(span[999].id) }  // 999
            // end
            let last = try particles.withSpan { span in span[999].id }
            #expect(last == 999)
            try withPython { python in
                try python.expect("float(a['mass'].sum()) == 500.0 and a.dtype.names == ('position', 'mass', 'id')")
                try python.expect("a.dtype.itemsize == 32 and a['position'].shape == (1000, 3)")
            }
        }

        @Test("new memory is zeroed, repeated or filled")
        func newMemory() throws {
            // SharingASwiftArray.md
            let zeros = try SharedBuffer<Float>(shape: [480, 640])
            let grey = try SharedBuffer<UInt8>(repeating: 128, shape: [480, 640, 3])
            let ramp = try SharedBuffer<Int32>(shape: [256]) { output in
                for value in 0..<256 { output.append(Int32(value)) }
            }
            // end
            let ends = try (zeros.item(0), grey.item(480 * 640 * 3 - 1), ramp.item(255))
            #expect(ends == (0, 128, 255))
        }

        // MARK: Read an ndarray safely

        @Test("the tutorial borrows an ndarray, and says both sides of a refusal")
        func readingAnNdarray() throws {
            var printed: [String] = []
            func print(_ value: Any) { printed.append("\(value)") }
            try withPython { python in
                // ReadingAnNdarray.md
                try python.run("import numpy as np; photo = np.full((480, 640, 3), 128, np.uint8)")
                let photo = try python.evaluate("photo")
                let mean = try python.withBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
                    average(image.span)
                }
                print(mean)  // 128.0
                // end
                // ReadingAnNdarray.md
                let table = try python.evaluate("np.ones((3, 4)).T")
                do {
                    try python.withBuffer(of: table, as: Float.self, shape: .rank(2)) { _ in }
                } catch let error as BufferError {
                    print(error)  // expected float32, C-contiguous, 2-D; got float64, Fortran-contiguous, 2-D
                }
                // end
                // ReadingAnNdarray.md
                let first = try python.withStridedBuffer(of: table, as: Double.self, shape: .rank(2)) { items in
                    var sum = 0.0
                    for row in 0..<items.count(alongAxis: 0) { sum += items[row, 0] }
                    return sum
                }
                let all = try python.withBuffer(of: table, as: Double.self, copyIfNeeded: true) { items in items.count }
                print(first)  // 4.0
                print(all)  // 12
                // end
            }
            #expect(
                printed == [
                    "128.0", "expected float32, C-contiguous, 2-D; got float64, Fortran-contiguous, 2-D", "4.0", "12",
                ])
        }

        @Test("the tutorial writes in place, refuses a second borrow, and works without the GIL")
        func writingAnNdarray() throws {
            var printed: [String] = []
            func print(_ value: Any) { printed.append("\(value)") }
            try withPython { python in
                try python.run("import numpy as np; photo = np.full((480, 640, 3), 128, np.uint8)")
                let photo = try python.evaluate("photo")
                // ReadingAnNdarray.md
                try python.withMutableBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
                    image[0, 0, 0] = 255
                    var row = image.mutableRow(1)
                    for index in row.indices { row[index] = 255 - row[index] }
                }
                // end
                try python.expect("photo[0, 0].tolist() == [255, 128, 128]")
                try python.expect("(photo[1] == 127).all() and (photo[2] == 128).all()")
                // ReadingAnNdarray.md
                try python.withMutableBuffer(of: photo, as: UInt8.self) { image in
                    let row = try python.evaluate("photo[7]")
                    do {
                        try python.withBuffer(of: row, as: UInt8.self) { _ in }
                    } catch let error as BufferError {
                        print(error)  // memory to read was asked for but Swift has borrowed it to write
                    }
                }
                // end
                try python.run("photo[:] = 128")
                // ReadingAnNdarray.md
                try python.withMutableBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
                    try python.withoutGIL {
                        image.modifyRowBlocksConcurrently(threadCount: 2) { _, items in
                            for index in items.indices { items[index] = 255 - items[index] }
                        }
                    }
                }
                // end
                try python.expect("(photo == 127).all()")
                // ReadingAnNdarray.md
                let image = try BufferBorrow(of: photo, as: UInt8.self, shape: [nil, nil, 3])
                print(average(image.view.span))  // 127.0
                // end
                // ReadingAnNdarray.md
                let flags = try python.evaluate("np.array([0, 1, 2], np.uint8).view(np.bool_)")
                let truths = try python.withBuffer(of: flags, as: Bool.self) { flags in
                    (0..<flags.count).map { index in flags[index] }
                }
                print(truths)  // [false, true, true]
                // end
            }
            #expect(
                printed == [
                    "memory to read was asked for but Swift has borrowed it to write", "127.0", "[false, true, true]",
                ])
        }

        @Test("the tutorial takes rows, copies and sums, and asks which type the items have")
        func rowsAndSums() throws {
            var printed: [String] = []
            func print(_ value: any CustomStringConvertible) { printed.append("\(value)") }
            try withPython { python in
                try python.run("import numpy as np; photo = np.full((4, 4, 3), 128, np.uint8); photo[1, 1, 1] = 255")
                let photo: PythonObject = try python.evaluate("photo")
                // ReadingAnNdarray.md
                let numbers: PythonObject = try python.evaluate("np.arange(10_000, dtype=np.float32).reshape(100, 100)")
                try python.withBuffer(of: numbers, as: Float.self, shape: .rank(2)) { numbers in
                    print(numbers.rows(0..<50).span.reduceInAnyOrder(0, +))  // 12497500.0
                    print([Float](numbers.rows(99..<100)).count)  // 100
                    print(numbers.rows(0..<1).rows(0..<1).description.prefix(40))  // BufferView of float32, shape [1, 100]: [
                }
                // end
                // ReadingAnNdarray.md
                let biggest: Double
                switch try python.bufferDescription(of: photo).elementType {
                case .uint8:
                    biggest = try python.withBuffer(of: photo, as: UInt8.self) { Double($0.span.reduceInAnyOrder(0, max)) }
                case .float32:
                    biggest = try python.withBuffer(of: photo, as: Float.self) {
                        Double($0.span.reduceInAnyOrder(-.infinity, max))
                    }
                default: biggest = .nan
                }
                print(biggest)  // 255.0
                // end
            }
            #expect(printed == ["12497500.0", "100", "BufferView of float32, shape [1, 100]: [", "255.0"])
        }

        // MARK: Embed Python

        @Test("the tutorial starts the interpreter, uses it and stops it")
        func startAndStop() async {
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", nil)
                // EmbeddingPython.md
                let interpreter = try Interpreter.start()
                try interpreter.withGIL { python in
                    try python.run("import sys; print(sys.version)")
                }
                // end
                // EmbeddingPython.md
                try interpreter.stop()
                do {
                    try interpreter.withGIL { python in try python.run("pass") }
                } catch InterpreterError.stopped {
                    print("the interpreter is stopped")
                }
                // end
                #expect(throws: InterpreterError.stopped) { try interpreter.withGIL { _ in } }
            }
        }

        @Test("the tutorial's configuration starts an interpreter")
        func configuration() async {
            await #expect(processExitsWith: .success) {
                // EmbeddingPython.md
                var configuration = Interpreter.Configuration()
                configuration.virtualEnvironment = .none
                configuration.searchPaths = ["plugins"]
                configuration.warningHandler = { warning in print(warning) }
                let interpreter = try Interpreter.start(configuration)
                // end
                try interpreter.withGIL { python in
                    try python.run("import sys")
                    try python.expect("sys.path[0].endswith('plugins') and sys.prefix == sys.base_prefix")
                }
            }
        }

        @Test("the tutorial uses objects, catches exceptions, and raises Swift errors in Python")
        func objects() throws {
            var printed: [String] = []
            func print(_ value: Any) { printed.append("\(value)") }
            try withPython { python in
                // EmbeddingPython.md
                let json = try python.import("json")
                let settings = try json.loads(#"{"width": 640, "names": ["red", "green"]}"#)
                let width = try Int(settings["width"])
                let names = try [String](settings["names"])
                print(try json.dumps(PythonTuple(width, names, nil), indent: 0).splitlines().__len__())  // 8
                // end
                #expect(width == 640 && names == ["red", "green"])
                // EmbeddingPython.md
                do {
                    let sizes = try settings["names", as: [UInt8].self]
                    print(sizes.count)
                } catch {
                    print(error)  // key 'names', index 0: expected an int (UInt8), got 'red' (str)
                }
                // end
                // EmbeddingPython.md
                let options: PythonDictionary = ["width": 640, "name": "grey", "limit": nil]
                print(try json.dumps(options))  // {"width": 640, "name": "grey", "limit": null}
                // end
                // EmbeddingPython.md
                for name in try [String](settings["names"]) { print(name) }  // red, then green
                for key in try settings.iterated() { print(try key.get()) }  // width, then names
                // end
                // EmbeddingPython.md
                do {
                    try python.run("{}['width']")
                } catch let error as PythonError where error.isInstance(of: "LookupError") {
                    print(error.typeName)  // KeyError
                }
                // end
                // EmbeddingPython.md
                let resize = try python.makeFunction(named: "resize") { python, arguments in
                    try arguments.expect(1, keywords: ["limit"])
                    let width = try arguments[0, as: Int.self]
                    if width > 4096 { throw PhotoError.tooLarge(width) }
                    return width / 2
                }
                try python.run("print(resize(640))", with: ["resize": resize])
                do {
                    try python.run("resize(5000)")
                } catch let error as PythonError {
                    print(error.typeName)  // ValueError
                    if case PhotoError.tooLarge(let width)? = error.swiftError { print(width) }  // 5000
                }
                // end
            }
            #expect(
                printed == [
                    "8", "key 'names', index 0: expected an int (UInt8), got 'red' (str)",
                    #"{"width": 640, "name": "grey", "limit": null}"#, "red", "green", "width", "names", "KeyError", "ValueError",
                    "5000",
                ])
        }

        @Test("a Python object is refused where the GIL is not")
        func withoutTheGIL() throws {
            try withPython { python in
                // EmbeddingPython.md
                let list = try python.builtins.list()
                try python.withoutGIL {
                    do {
                        try list.append(1)
                    } catch InterpreterError.withoutGIL {
                        print("no GIL, no call")
                    }
                }
                try list.append(1)
                // end
                let length = try list.itemCount
                #expect(length == 1)
            }
        }

        // MARK: Ownership and threads

        @Test("memory that Swift has borrowed is neither released, resized nor taken, and two borrows do not conflict unseen")
        func conflicts() throws {
            let interpreter = try sharedInterpreter()
            var printed: [String] = []
            func print(_ value: Any) { printed.append("\(value)") }
            // OwnershipAndThreads.md
            let shared = try SharedBuffer(adopting: [Float](repeating: 0, count: 4))
            try shared.withMutableSpan { span in
                span[0] = 1
                // memory to read was asked for but Swift has borrowed it to write
                do { try shared.withSpan { _ in } } catch { print(error) }
                // the adopted array was asked for but Swift has borrowed it to write
                do { _ = try shared.take() } catch { print(error) }
            }
            try interpreter.withGIL { python in
                try python.run("import numpy as np", with: ["shared": shared])
                try shared.withMutableSpan { _ in
                    do { try python.run("shared.release()") } catch let error as PythonError {
                        print(error.message)  // release: Swift has borrowed this memory to write
                    }
                    // The last two items alone, by way of NumPy: own storage counts as a whole.
                    let half = try python.evaluate("np.asarray(shared)[2:]")
                    do { try python.withBuffer(of: half, as: Float.self) { _ in } } catch { print(error) }
                }
            }
            // end
            #expect(
                printed == [
                    "memory to read was asked for but Swift has borrowed it to write",
                    "the adopted array was asked for but Swift has borrowed it to write",
                    "release: Swift has borrowed this memory to write",
                    "memory to read was asked for but Swift has borrowed it to write",
                ])
            try withPython { python in try python.run("pass") }
        }

        @Test("bytes are told apart by their addresses: what belongs to nobody here by range, own storage as a whole")
        func ranges() throws {
            try withPython { python in
                try python.run("import numpy as np, swiftbuf; a = np.zeros(8); b = swiftbuf.zeros(8, 'd')")
                /// Whether both can be borrowed to write at a time.
                func together(_ first: String, _ second: String) throws -> Bool {
                    let (first, second): (PythonObject, PythonObject) = try (python.evaluate(first), python.evaluate(second))
                    do {
                        try python.withMutableStridedBuffer(of: first, as: Double.self) { _ in
                            try python.withMutableStridedBuffer(of: second, as: Double.self) { _ in }
                        }
                        return true
                    } catch BufferError.inUse(by: .writer, wanted: .write) {
                        return false
                    }
                }
                let answers = try [
                    together("a[:4]", "a[4:]"), together("a[::2]", "a[1::2]"), together("b[:4]", "b[4:]"),
                    together("b[:4]", "np.asarray(b)[4:]"), together("np.asarray(b)[:4]", "np.asarray(b)[4:]"),
                ]
                #expect(answers == [true, false, false, true, true])
            }
        }

        @Test("memory of a SharedBuffer outlives the interpreter; a handle dropped after the stop is left")
        func afterTheStop() async {
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", nil)
                let interpreter = try Interpreter.start()
                let shared = try SharedBuffer<Int32>(shape: [4])
                let kept = Mutex<PythonError?>(nil)
                try interpreter.withGIL { python in
                    try python.run("import swiftbuf; memoryview(shared)[1] = 9", with: ["shared": shared])
                    do { try python.run("1 / 0") } catch let error as PythonError { kept.withLock { $0 = error } }
                }
                try interpreter.stop()
                let item = try shared.item(1)
                #expect(item == 9)
                kept.withLock { $0 = nil }
            }
        }
    }
}
