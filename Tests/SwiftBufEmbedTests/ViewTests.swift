// What a view offers beyond its spans: rows, indices of any number, copies, folds and words.

import SwiftBuf
import SwiftBufEmbed
import Testing

/// Items of the numbers 0, 1, 2, ….
private func counting(_ shape: [Int]) throws -> SharedBuffer<Int32> {
    try SharedBuffer<Int32>(shape: shape) { output in
        while !output.isFull { output.append(Int32(output.count)) }
    }
}

/// What a process printed when it ended.
private func words(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}

extension EmbedTests {
    @Suite struct ViewTests {
        @Test("a range of rows is a view of the same items, to read and to write, packed and strided")
        func rows() throws {
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.arange(24, dtype=np.int32).reshape(4, 2, 3); t = a[::-1, :, ::2]")
                let (packed, strided): (PythonObject, PythonObject) = try (python.evaluate("a"), python.evaluate("t"))
                try python.withBuffer(of: packed, as: Int32.self) { view in
                    #expect(view.rowIndices == 0..<4)
                    let middle = view.rows(1..<3)
                    #expect(middle.shape == [2, 2, 3] && middle.count == 12 && middle.count(alongAxis: 0) == 2)
                    #expect(middle[0, 0, 0] == 6 && middle[1, 1, 2] == 17 && middle.row(1)[0] == 12)
                    #expect(Array(middle.rows(1..<2)) == [12, 13, 14, 15, 16, 17])
                    #expect(Array(view.rows(4..<4)) == [] && view.rows(2..<2).shape == [0, 2, 3])
                }
                try python.withMutableBuffer(of: packed, as: Int32.self) { view in
                    var last = view.mutableRows(3..<4)
                    last[0, 1, 2] = -1
                    var span = last.mutableSpan
                    span[0] = -2
                }
                try python.expect("a[3].tolist() == [[-2, 19, 20], [21, 22, -1]] and a[2, 1, 2] == 17")
                try python.withMutableStridedBuffer(of: strided, as: Int32.self) { view in
                    #expect(view.rowIndices == 0..<4)
                    var rows = view.mutableRows(1..<3)
                    rows[1, 0, 1] = 100
                    rows.modifyEach { item in item += 1000 }
                }
                try python.expect("t[1:3].tolist() == [[[1012, 1014], [1015, 1017]], [[1006, 1100], [1009, 1011]]]")
                try python.withStridedBuffer(of: strided, as: Int32.self) { view in
                    let rows = view.rows(1..<2)
                    #expect(Array(rows) == [1012, 1014, 1015, 1017] && rows.shape == [1, 2, 2] && rows[0, 1, 0] == 1015)
                    #expect(rows.span == nil && view.rows(0..<0).span?.count == 0)
                }
            }
        }

        @Test("items are found by four indices, and by any number of them, in packed and in strided views")
        func indices() throws {
            let shape = [2, 3, 1, 4, 2]
            try counting(shape).withView { view in
                for number in 0..<view.count {
                    var (rest, indices) = (number, [0, 0, 0, 0, 0])
                    for axis in shape.indices.reversed() {
                        indices[axis] = rest % shape[axis]
                        rest /= shape[axis]
                    }
                    #expect(view[at: indices] == Int32(number))
                }
            }
            let buffer = try counting([2, 3, 1, 4])
            try buffer.withMutableView { view in
                #expect(view[1, 2, 0, 3] == 23 && view[at: [1, 2, 0, 3]] == 23)
                view[1, 2, 0, 3] = -1
                view[at: [0, 0, 0, 1]] = -2
            }
            #expect(try buffer.items().filter { $0 < 0 } == [-2, -1])
            try withPython { python in
                try python.run("import numpy as np; a = np.asarray(b).T", with: ["b": buffer])
                let transposed: PythonObject = try python.evaluate("a")
                try python.withMutableStridedBuffer(of: transposed, as: Int32.self) { view in
                    #expect(view[3, 0, 2, 1] == -1 && view[at: [1, 0, 0, 0]] == -2)
                    view[2, 0, 2, 1] = -3
                    view[at: [0, 0, 0, 0]] = -4
                }
                try python.withStridedBuffer(of: transposed, as: Int32.self) { view in
                    #expect(view[2, 0, 2, 1] == -3 && view[at: [0, 0, 0, 0]] == -4)
                }
            }
            let one = try SharedBuffer<Int32>(repeating: 7, shape: [])
            try one.withView { view in #expect(view[at: []] == 7 && view.count == 1 && view.shape == []) }
        }

        @Test("an array of a view is a copy of its items in C order, converted as an index converts them")
        func arrays() throws {
            try withPython { python in
                try python.run(
                    "import numpy as np; f = np.array([0, 1, 2], np.uint8).view(np.bool_); t = np.arange(6.0).reshape(2, 3).T")
                let (flags, table): (PythonObject, PythonObject) = try (python.evaluate("f"), python.evaluate("t"))
                #expect(try python.withBuffer(of: flags, as: Bool.self) { view in [Bool](view) } == [false, true, true])
                #expect(try python.withMutableBuffer(of: flags, as: Bool.self) { view in Array(view) } == [false, true, true])
                let items = try python.withStridedBuffer(of: table, as: Double.self) { view in Array(view) }
                #expect(items == [0, 3, 1, 4, 2, 5])
                #expect(try python.withMutableStridedBuffer(of: table, as: Double.self) { view in Array(view) } == items)
            }
        }

        @Test("a SharedBuffer lends views as it lends spans: what conflicts is refused, and errors of the body arrive")
        func sharedViews() throws {
            let buffer = try counting([2, 3])
            try buffer.withMutableView { view in
                view[1, 2] = 50
                #expect(throws: BufferError.inUse(by: .writer, wanted: .read)) { try buffer.withView { _ in } }
                #expect(throws: BufferError.inUse(by: .writer, wanted: .write)) { try buffer.withMutableView { _ in } }
            }
            #expect(try buffer.withView { view in view[1, 2] } == 50)
            #expect(throws: Missing.self) { try buffer.withView { _ in throw Missing(description: "x") } }
            try buffer.withMutableView { _ in }
        }

        @Test("a fold in any order is the same number as a loop, for every number of items")
        func folds() throws {
            for count in 0...100 {
                let buffer = try counting([count])
                try buffer.withSpan { span in
                    #expect(span.reduceInAnyOrder(0, &+) == Int32(count * (count - 1) / 2))
                    #expect(span.reduceInAnyOrder(-1, max) == Int32(count - 1))
                    let squares = span.reduceInAnyOrder(0.0, adding: { $0 += Double($1) * Double($1) }, joining: +=)
                    #expect(squares == Double((0..<count).reduce(0) { $0 + $1 * $1 }))
                }
            }
        }

        @Test("views and buffers say type, shape and their first eight items")
        func descriptions() throws {
            let buffer = try counting([3, 4])
            let items = "0, 1, 2, 3, 4, 5, 6, 7, …"
            #expect(buffer.description == "SharedBuffer of int32, shape [3, 4]: [\(items)]")
            try buffer.withView { view in #expect(view.description == "BufferView of int32, shape [3, 4]: [\(items)]") }
            try buffer.withMutableView { view in
                #expect(view.description == "MutableBufferView of int32, shape [3, 4]: [\(items)]")
                #expect(
                    buffer.description
                        == "SharedBuffer of int32, shape [3, 4]: memory to read was asked for but Swift has borrowed it to write"
                )
            }
            #expect(
                try SharedBuffer<Bool>(repeating: true, shape: [2]).description == "SharedBuffer of bool, shape [2]: [true, true]"
            )
            try withPython { python in
                try python.run("import numpy as np; t = np.arange(6.0).reshape(2, 3).T")
                let table: PythonObject = try python.evaluate("t")
                let text = "of float64, shape [3, 2]: [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]"
                #expect(
                    try python.withStridedBuffer(of: table, as: Double.self) { $0.description } == "StridedBufferView \(text)")
                #expect(
                    try python.withMutableStridedBuffer(of: table, as: Double.self) { $0.description }
                        == "MutableStridedBufferView \(text)")
            }
        }

        @Test("an object says what its buffer is before it is borrowed")
        func bufferDescriptions() throws {
            try withPython { python in
                try python.run("import numpy as np")
                func description(_ source: String) throws -> BufferDescription {
                    try python.bufferDescription(of: python.evaluate(source))
                }
                for (dtype, type) in [
                    ("?", BufferElementType.bool), ("b", .int8), ("B", .uint8), ("h", .int16), ("H", .uint16), ("i", .int32),
                    ("I", .uint32), ("l", .int64), ("q", .int64), ("L", .uint64), ("e", .float16), ("f", .float32),
                    ("d", .float64),
                    ("F", .complex64), ("D", .complex128), ("g", .other), ("U3", .other), ("i4,f8", .other),
                ] {
                    #expect(try description("np.zeros(2, '\(dtype)')").elementType == type, "\(dtype)")
                }
                #expect(try description("b'abc'").description == "uint8, C-contiguous, shape (3,)")
                let turned = try description("np.zeros((3, 4), '>f8').T")
                #expect(turned.elementType == .float64 && turned.isByteSwapped && turned.order == .fortran && turned.isWritable)
                #expect(
                    turned.shape == [4, 3] && turned.shape.rank == 2 && turned.shape[0] == 4
                        && turned.elementName == "float64 in foreign byte order")
                #expect(try description("np.zeros(9, np.uint8)[1:].view('<f8')").isAligned == false)
                #expect(try description("np.zeros((2, 4))[:, ::2]").order == .strided)
                #expect(throws: BufferError.noBuffer(typeName: "str")) { try description("'abc'") }
                #expect(try description("np.zeros(3, object)").elementType == .other)
            }
        }

        @Test("complex numbers, items in memory, shapes, descriptions and the names in errors compare and hash by value")
        func values() throws {
            #expect(Set([BufferComplex<Float>(1, 2), BufferComplex(1, 2), BufferComplex(2, 1)]).count == 2)
            #expect(Set([BufferItem<Bool>(true), true, false]).count == 2)
            #expect(Set<ShapePattern>([[1, nil], [1, nil], .rank(2), .any]).count == 3)
            #expect(Set<BufferError.Text>(["a", "a", "b"]).count == 2)
            try withPython { python in
                try python.run("import numpy as np")
                let texts = ["np.zeros(3)", "np.ones(3)", "np.zeros(3)[::-1]", "np.zeros(3, 'f4')"]
                let descriptions = try texts.map { text in try python.bufferDescription(of: python.evaluate(text)) }
                #expect(Set(descriptions).count == 3)
            }
        }

        @Test("an index out of bounds ends the process with a sentence that names it and its bounds")
        func trapOutOfBounds() async {
            let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                try withPython { python in
                    try python.run("import numpy as np; a = np.arange(12.0).reshape(3, 4)[:, ::2]")
                    try python.withStridedBuffer(of: python.evaluate("a"), as: Double.self) { view in
                        let column = view.count
                        print(view[1, column])
                    }
                }
            }
            #expect(words(result).contains("index 6 is out of bounds: axis 1 has 2 items"))
        }

        @Test("rows that are not there, and an axis that is not there, end the process with a sentence")
        func trapRows() async {
            let rows = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                try SharedBuffer<Float>(shape: [3, 2]).withView { view in print(view.rows(2..<4).count) }
            }
            #expect(words(rows).contains("rows 2..<4 are out of bounds: the buffer has 3 rows"))
            let axis = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                try SharedBuffer<Float>(shape: [3]).withView { view in print(view.count(alongAxis: 1)) }
            }
            #expect(words(axis).contains("axis 1 was asked for but the buffer has 1 dimension"))
        }
    }
}
