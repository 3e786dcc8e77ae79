// The Swift blocks of the doc comments, word for word: what stands between `// File.swift` and `// end` is one block of that file.
// See DocumentationTests.swift.

import SwiftBuf
import SwiftBufEmbed
import Testing

private enum ImagingError: Error {
    case unreadable
}

// PythonExceptionClass.swift
extension ImagingError: PythonExceptionConvertible {
    var pythonExceptionClass: PythonExceptionClass { .valueError }
}
// end

private struct Point {
    var x, y: Double
}

// ConvertibleToPython.swift
extension Point: ConvertibleToPython {
    func makePythonObject(_ python: Python) throws -> PythonObject {
        try PythonTuple(x, y).makePythonObject(python)
    }
}
// end

// ConvertibleFromPython.swift
extension Point: ConvertibleFromPython {
    init(_ object: PythonObject) throws {
        self.init(x: try object[0, as: Double.self], y: try object[1, as: Double.self])
    }
}
// end

private enum Shown {
    // BufferRawValue.swift
    enum Quality: UInt8, BufferRawValue { case unknown, good, poor }
    // end

    // BufferItem.swift
    struct Tile: BufferRecord {
        var brightness: Float
        var isFlat: BufferItem<Bool>

        static let bufferFields = BufferFields<Tile>([BufferField("brightness", \.brightness), BufferField("is_flat", \.isFlat)])
    }
    // end
}

extension EmbedTests {
    @Suite struct DocumentationCommentTests {
        @Test("what the doc comments show of elements can be shared")
        func elements() throws {
            #expect(Shown.Tile.bufferFields.error == nil)
            let qualities = try SharedBuffer<Shown.Quality>(repeating: .poor, shape: [2])
            let stored = try qualities.items()
            #expect(stored == [2, 2])
        }

        @Test("what the doc comments show of SwiftBuf runs")
        func sharing() throws {
            // SharedBuffer.swift
            let samples = try SharedBuffer<Float>(shape: [480, 640])
            try samples.withMutableSpan { span in span[0] = 1 }
            let adopted = try SharedBuffer(adopting: [Float](repeating: 0, count: 1 << 20), shape: [1024, 1024])
            // end
            let first = try samples.item(0)
            #expect(first == 1 && adopted.byteCount == 4 << 20)
            // ShapePattern.swift
            let whatever: ShapePattern = .any
            let matrix: ShapePattern = .rank(2)
            let photo: ShapePattern = [nil, nil, 3]  // three dimensions, the last of three items
            // end
            #expect(whatever != matrix && matrix == [nil, nil] && photo != .rank(3))
        }

        @Test("what the doc comments show of borrows runs")
        func borrowing() throws {
            try withPython { python in
                try python.importNumPy()
                let photo = try python.evaluate("np.full((4, 5, 3), 7, np.uint8)")
                do {
                    // Python+Borrowing.swift
                    let mean = try python.withBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
                        average(image.span)
                    }
                    // end
                    #expect(mean == 7)
                }
                do {
                    // BufferView.swift
                    func mean(_ image: BufferView<UInt8>) -> Double { average(image.span) }

                    let brightness = try python.withBuffer(of: photo, as: UInt8.self, shape: [nil, nil, 3]) { image in
                        mean(image)
                    }
                    // end
                    #expect(brightness == 7)
                }
                do {
                    // BufferBorrow.swift
                    let image = try BufferBorrow(of: photo, as: UInt8.self, shape: [nil, nil, 3])
                    let mean = average(image.view.span)
                    // end
                    #expect(mean == 7)
                }
                do {
                    // BufferBorrow.swift
                    var image = try MutableBufferBorrow(of: photo, as: UInt8.self)
                    var view = image.view
                    view[0, 0, 0] = 255
                    // end
                }
                let pixels = try [UInt8](photo)
                #expect(pixels[0] == 255)
                do {
                    // Python+BufferDescription.swift
                    func itemCount(of image: PythonObject, _ python: Python) throws -> Int {
                        switch try python.bufferDescription(of: image).elementType {
                        case .uint8: try python.withBuffer(of: image, as: UInt8.self) { view in view.count }
                        case .float32: try python.withBuffer(of: image, as: Float.self) { view in view.count }
                        default: 0
                        }
                    }
                    // end
                    let count = try itemCount(of: photo, python)
                    #expect(count == 60)
                }
                do {
                    var printed: [String] = []
                    func print(_ value: Any) { printed.append("\(value)") }
                    // BufferError.swift
                    do {
                        try python.withBuffer(of: photo, as: Float.self) { image in print(image.count) }
                    } catch BufferError.mismatch(let expected, let found) {
                        // Ask for what is there, or convert it in Python: photo.astype("float32").
                        print("expected \(expected), got \(found)")
                    } catch BufferError.inUse {
                        // Try again when the other borrow is over.
                    }
                    // end
                    #expect(printed.count == 1 && printed[0].hasPrefix("expected ") && printed[0].contains("uint8"))
                }
                try python.withBuffer(of: photo, as: UInt8.self) { samples in
                    // Span+Reducing.swift
                    let energy = samples.span.reduceInAnyOrder(0.0, adding: { $0 += Double($1) * Double($1) }, joining: +=)
                    // end
                    #expect(energy == 59 * 49 + 255 * 255)
                }
                var sum = 0
                func blur(_ pixels: [UInt8]) { sum = pixels.count }
                // Python+GIL.swift
                try python.withoutGIL { blur(pixels) }
                // end
                #expect(sum == 60)
            }
        }

        @Test("what the doc comments show of objects, functions and errors runs")
        func objects() throws {
            var printed: [String] = []
            func print(_ value: Any) { printed.append("\(value)") }
            let samples = try SharedBuffer<Float>(repeating: 2, shape: [3, 4])
            try withPython { python in
                // PythonObject.swift
                let np = try python.import("numpy")
                let array = try np.asarray(samples, dtype: "float32")
                let mean = try Double(array[0].mean())
                // end
                #expect(mean == 2)
                let file = try python.evaluate("__import__('io').StringIO('a\\nb')")
                // PythonIterator.swift
                let lines = try file.makeIterator()
                while let line = try lines.next() { print(line) }
                // end
                try file.seek(0)
                // PythonItems.swift
                for line in try file.iterated() {
                    print(try line.get())
                }
                // end
                // ConvertibleFromPython+Collections.swift
                let (quotient, remainder) = try python.builtins.divmod(7, 2).unpacked(as: (Int, Int).self)
                // end
                #expect(quotient == 3 && remainder == 1)
                let settings = try python.evaluate("{'width': [480, 640], 'names': []}")
                // PythonConversionError.swift
                do {
                    let sizes = try [String: [UInt8]](settings)
                    print(sizes)
                } catch let error as PythonConversionError {
                    print(error)  // key 'width', index 0: expected an int from 0 to 255 (UInt8), got 480 (int)
                }
                // end
                // PythonFunction.swift
                let clamp = try python.makeFunction(named: "clamp") { python, arguments in
                    try arguments.expect(1, keywords: ["limit"])
                    return min(try arguments[0, as: Double.self], try arguments["limit", as: Double.self])
                }
                try python.run("print(clamp(3.5, limit=1.0))", with: ["clamp": clamp])
                // end
                // PythonError.swift
                do {
                    try python.run("{}['a']")
                } catch let error as PythonError where error.isInstance(of: "LookupError") {
                    print(error.message)
                }
                // end
                let point = try Point(x: 1, y: 2).makePythonObject(python)
                print(point)
                let back = try Point(point)
                #expect(back.x == 1 && back.y == 2)
                let failing = try python.makeFunction(named: "read") { _, _ in throw ImagingError.unreadable }
                try python.run("pass", with: ["read": failing])
                python.expect("read()", raises: "ValueError")
            }
            #expect(
                printed == [
                    "a\n", "b", "a\n", "b", "key 'width', index 0: expected an int from 0 to 255 (UInt8), got 480 (int)", "'a'",
                    "(1.0, 2.0)",
                ])
        }

        @Test("what the doc comments show of a start runs")
        func start() async {
            await #expect(processExitsWith: .success) {
                setVariable("VIRTUAL_ENV", nil)
                // Interpreter.swift
                let interpreter = try Interpreter.start()
                try interpreter.withGIL { python in
                    try python.run("print('hello')")
                }
                // end
            }
            await #expect(processExitsWith: .success) {
                // Interpreter+Configuration.swift
                let interpreter = try Interpreter.start(.init(virtualEnvironment: .none, searchPaths: ["plugins"]))
                // end
                try interpreter.stop()
            }
        }
    }
}
