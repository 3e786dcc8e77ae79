// Borrowing Python's memory: what is lent, what is refused and in which words, and that an exporter has it back once.

import CHostileExporter
import SwiftBuf
import SwiftBufEmbed
import Testing

/// A borrow that must be refused.
struct RefusedBorrow: CustomTestStringConvertible {
    let object: String
    let text: String
    var isMutable = false
    var shape = ShapePattern.any

    var testDescription: String { object }
}

extension EmbedTests {
    @Suite struct BorrowedBufferTests {
        @Test("every kind of exporter lends its memory where it is")
        func exporters() throws {
            try withPython { python in
                try python.importNumPy()
                try python.run("import array, ctypes, swiftbuf")
                for source in [
                    "np.arange(3.0)", "array.array('d', [0, 1, 2])", "(ctypes.c_double * 3)(0, 1, 2)",
                    "memoryview(np.arange(3.0))",
                    "swiftbuf.copy(np.arange(3.0))", "swiftbuf.Buffer(np.arange(3.0))", "np.arange(3.0).tobytes()",
                ] {
                    let object = try python.evaluate(source)
                    if source.hasSuffix("tobytes()") {
                        let count = try python.withBuffer(of: object, as: UInt8.self) { bytes in bytes.count }
                        #expect(count == 24)
                    } else {
                        let items = try python.withBuffer(of: object, as: Double.self) { items in [items[0], items[1], items[2]] }
                        #expect(items == [0, 1, 2], "\(source)")
                    }
                }
            }
        }

        @Test("indices, rows and shapes are those of the object")
        func indices() throws {
            try withPython { python in
                try python.importNumPy()
                let array = try python.evaluate("np.arange(24, dtype='i4').reshape(2, 3, 4)")
                try python.withBuffer(of: array, as: Int32.self, shape: [2, nil, 4]) { items in
                    #expect(items.rank == 3 && items.shape == [2, 3, 4] && items.count == 24)
                    #expect(items.count(alongAxis: 1) == 3)
                    #expect(items[1, 2, 3] == 23 && items[0, 1, 0] == 4)
                    let row = items.row(1)
                    #expect(row.count == 12 && row[0] == 12)
                }
                let plane = try python.evaluate("np.arange(6, dtype='i4').reshape(2, 3)")
                try python.withMutableBuffer(of: plane, as: Int32.self, shape: .rank(2)) { items in
                    items[1, 0] = -1
                    var row = items.mutableRow(0)
                    row[2] = -2
                }
                #expect(try [[Int]](plane.tolist()) == [[0, 1, -2], [-1, 4, 5]])
            }
        }

        @Test("strided memory is read and written where it is, row by row and item by item")
        func strides() throws {
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.arange(24, dtype='i4').reshape(4, 6)")
                let crop = try python.evaluate("a[1:3, 2:5]")
                try python.withStridedBuffer(of: crop, as: Int32.self, shape: .rank(2)) { items in
                    #expect(items.shape == [2, 3] && items.byteStrides == [24, 4])
                    #expect(items[1, 2] == 16)
                    guard let row = items.row(1) else { throw Missing(description: "packed rows are spans") }
                    #expect(row.count == 3 && row[0] == 14)
                    if items.span != nil { Issue.record("a crop is not packed") }
                    var all: [Int32] = []
                    items.forEach { all.append($0) }
                    #expect(all == [8, 9, 10, 14, 15, 16])
                }
                let transposed = try python.evaluate("a.T[::-2]")
                try python.withStridedBuffer(of: transposed, as: Int32.self) { items in
                    if items.row(0) != nil { Issue.record("the rows of a transposed array are not packed") }
                    #expect(items[0, 1] == 11)
                }
                try python.run("cube = np.arange(24, dtype='i4').reshape(2, 3, 4)[:, ::2, ::-1]")
                let cube = try python.evaluate("cube")
                let all = try python.withStridedBuffer(of: cube, as: Int32.self, shape: .rank(3)) { items in
                    #expect(items[1, 1, 3] == 20)
                    var all: [Int32] = []
                    items.forEach { all.append($0) }
                    return all
                }
                #expect(try all.description == String(python.evaluate("str(cube.ravel().tolist())")))
                let column = try python.evaluate("a[:, 1]")
                try python.withMutableStridedBuffer(of: column, as: Int32.self, shape: .rank(1)) { items in
                    items.modifyEach { $0 += 100 }
                    items[3] = 0
                }
                #expect(try python.evaluate("a[:, 1].tolist()", as: [Int].self) == [101, 107, 113, 0])
            }
        }

        @Test(
            "what does not fit is refused, and the error says what was asked for and what came",
            arguments: [
                RefusedBorrow(
                    object: "np.zeros((2, 3), order='F')",
                    text: "expected float32, C-contiguous, 2-D; got float64, Fortran-contiguous, 2-D", shape: .rank(2)),
                RefusedBorrow(
                    object: "np.zeros(3, '>f4')",
                    text: "expected float32, C-contiguous; got float32 in foreign byte order, C-contiguous, 1-D"),
                RefusedBorrow(
                    object: "np.zeros(6, 'f4')[::2]", text: "expected float32, C-contiguous; got float32, strided, 1-D"),
                RefusedBorrow(
                    object: "np.zeros(3, 'f4')", text: "expected float32, C-contiguous, 2-D; got float32, C-contiguous, 1-D",
                    shape: .rank(2)),
                RefusedBorrow(
                    object: "np.zeros((1, 2, 3), 'f4')",
                    text: "expected float32, C-contiguous, 2-D; got float32, C-contiguous, 3-D", shape: .rank(2)),
                RefusedBorrow(
                    object: "np.zeros((2, 3), 'f4')",
                    text: "expected float32, C-contiguous, shape (*, 4); got float32, C-contiguous, shape (2, 3)",
                    shape: [nil, 4]),
                RefusedBorrow(
                    object: "np.frombuffer(b'0' * 13, 'u1')[1:].view('f4')",
                    text: "expected float32, C-contiguous; got float32, C-contiguous, 1-D, misaligned"),
                RefusedBorrow(
                    object: "swiftbuf.frombuffer(bytes(13), 'f', shape=3, offset=1)",
                    text: "expected float32, C-contiguous; got float32, C-contiguous, 1-D, misaligned"),
                RefusedBorrow(
                    object: "np.zeros(3, 'i4')", text: "expected float32, C-contiguous; got int32, C-contiguous, 1-D"),
                RefusedBorrow(
                    object: "swiftbuf.zeros(3, 'i')", text: "expected float32, C-contiguous; got int32, C-contiguous, 1-D"),
                RefusedBorrow(
                    object: "np.frombuffer(b'0' * 12, 'f4')",
                    text: "expected float32, C-contiguous, writable; got float32, C-contiguous, 1-D, read-only", isMutable: true),
                RefusedBorrow(object: "b'0123'", text: "expected float32, C-contiguous; got uint8, C-contiguous, 1-D"),
                RefusedBorrow(
                    object: "swiftbuf.zeros((2, 2), 'f').T",
                    text: "expected float32, C-contiguous; got float32, Fortran-contiguous, 2-D"),
                RefusedBorrow(
                    object: "swiftbuf.zeros(2, 'f').toreadonly()",
                    text: "expected float32, C-contiguous, writable; got float32, C-contiguous, 1-D, read-only", isMutable: true),
                RefusedBorrow(
                    object: "'text'",
                    text: "an object with a buffer was asked for but type 'str' has none: encode it first, s.encode()"),
                RefusedBorrow(
                    object: "[1.0]",
                    text:
                        "an object with a buffer was asked for but type 'list' has none: make it an array first, array.array('d', x)"
                ),
                RefusedBorrow(object: "released", text: "a buffer was asked for but this Buffer is released"),
            ])
        func refused(_ borrow: RefusedBorrow) throws {
            try withPython { python in
                try python.importNumPy()
                try python.run("import swiftbuf; released = swiftbuf.zeros(1, 'f'); released.release()")
                let object = try python.evaluate(borrow.object)
                do {
                    if borrow.isMutable {
                        try python.withMutableBuffer(of: object, as: Float.self, shape: borrow.shape) { _ in }
                    } else {
                        try python.withBuffer(of: object, as: Float.self, shape: borrow.shape) { _ in }
                    }
                    Issue.record("the borrow was granted")
                } catch let error as BufferError {
                    #expect(String(describing: error) == borrow.text)
                }
                try python.expect("True")
            }
        }

        @Test(
            "strides that lead to addresses which the items cannot have are refused, of an array and of a Buffer",
            arguments: ["odd", "swiftbuf.Buffer(odd)"])
        func oddStrides(_ source: String) throws {
            try withPython { python in
                try python.importNumPy()
                try python.run("import swiftbuf; odd = np.ndarray(3, 'f4', bytearray(32), strides=(9,))")
                let object = try python.evaluate(source)
                do {
                    try python.withStridedBuffer(of: object, as: Float.self) { _ in }
                    Issue.record("the borrow was granted")
                } catch let error as BufferError {
                    #expect(String(describing: error) == "expected float32; got float32, strided, 1-D, misaligned")
                }
            }
        }

        @Test(
            "an index outside of any dimension ends the program, whether the items are packed or strided",
            arguments: [[1, 2, 3], [2, 0, 0], [0, 3, 0], [0, 0, 4], [-1, 0, 0], [0, -1, 0], [0, 0, -1]])
        func outOfBounds(_ index: [Int]) async {
            let isInside = index == [1, 2, 3]
            for isStrided in [false, true] {
                // The items next to these are there, so that nothing but the check ends the program.
                let result = await #expect(processExitsWith: isInside ? .success : .failure) {
                    [index = index as [Int], isStrided = isStrided as Bool] in
                    try withPython { python in
                        try python.importNumPy()
                        try python.run(
                            "room = np.zeros((4, 5, 6), 'f4'); inner = room[1:3, 1:4, 1:5]; packed = room.ravel()[30:54]")
                        if isStrided {
                            let inner = try python.evaluate("inner")
                            try python.withStridedBuffer(of: inner, as: Float.self) { items in
                                precondition(items[index[0], index[1], index[2]] == 0)
                            }
                        } else {
                            let packed = try python.evaluate("packed.reshape(2, 3, 4)")
                            try python.withBuffer(of: packed, as: Float.self) { items in
                                precondition(items[index[0], index[1], index[2]] == 0)
                            }
                        }
                    }
                }
                // Not by an error that is thrown.
                if case .signal = result?.exitStatus { continue }
                #expect(isInside, "strided: \(isStrided)")
            }
        }

        @Test("a copy is lent only where it is allowed, and never to write")
        func copies() throws {
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.arange(12.0).reshape(3, 4)")
                for source in ["a.T", "a[:, ::2]", "a.astype('>f8')", "np.frombuffer(b'0' + a.tobytes(), 'u1')[1:].view('f8')"] {
                    let object = try python.evaluate(source)
                    let sum = try python.withBuffer(of: object, as: Double.self, copyIfNeeded: true) { items in
                        var sum = 0.0
                        let span = items.span
                        for index in span.indices { sum += span[index] }
                        return sum
                    }
                    #expect(try sum == Double(object.sum()), "\(source)")
                    #expect(throws: BufferError.self, "\(source)") { try python.withBuffer(of: object, as: Double.self) { _ in } }
                }
                let array = try python.evaluate("a")
                #expect(throws: BufferError.self) {
                    try python.withBuffer(of: array, as: Float.self, copyIfNeeded: true) { _ in }
                }
            }
        }

        @Test("what an exporter raises arrives as it is, and what breaks the rules is refused")
        func hostileExporters() throws {
            try withPython { python in
                guard hostile_exporter_load() == 0 else { throw Missing(description: "the hostile exporter did not load") }
                try python.run(
                    """
                    import ctypes, hostile_exporter
                    room = ctypes.create_string_buffer(64)
                    def exporter(**fields):
                        said = dict(buf=ctypes.addressof(room), len=24, itemsize=8, ndim=1, shape=(3,), strides=(8,), format=b'd')
                        return hostile_exporter.Exporter(keep=room, **{**said, **fields})
                    made = []
                    """)
                func borrow(_ fields: String) throws -> Double {
                    try python.run("made.append(exporter(\(fields)))")
                    let object = try python.evaluate("made[-1]")
                    return try python.withBuffer(of: object, as: Double.self) { items in items.span[0] }
                }
                for fields in ["refusal=KeyError('k')", "refusal=KeyboardInterrupt()", "refusal=BufferError('no')"] {
                    do {
                        _ = try borrow(fields)
                        Issue.record("\(fields) was granted")
                    } catch let error as PythonError {
                        #expect(fields.contains(error.typeName))
                    }
                }
                for fields in [
                    "len=25", "len=25, strides=None", "shape=(-3,)", "ndim=65", "itemsize=0", "strides=(2**62,)", "buf=0",
                    "refusal=True",
                ] {
                    #expect(throws: BufferError.self, "\(fields)") { try borrow(fields) }
                }
                // It grants what is read-only to whoever wants to write.
                for fields in ["readonly=1", "readonly=1, strides=None", "readonly=1, strides=None, shape=None"] {
                    try python.run("made.append(exporter(\(fields)))")
                    let object = try python.evaluate("made[-1]")
                    #expect(throws: BufferError.self, "\(fields)") {
                        try python.withMutableBuffer(of: object, as: Double.self) { _ in }
                    }
                    #expect(throws: BufferError.self, "\(fields)") {
                        try python.withMutableStridedBuffer(of: object, as: Double.self) { _ in }
                    }
                }
                for fields in ["strides=(-8,)", "suboffsets=(0,)", "format=None", "format=b'x'"] {
                    #expect(throws: BufferError.self, "\(fields)") { try borrow(fields) }
                }
                // NULL strides although a shape came, NULL shape, and shape in the view itself are done without.
                for fields in [
                    "", "strides=None", "strides=None, shape=None", "format=b'@d'", "len=8, shape=None, ndim=0",
                    "strides='itemsize'",
                ] {
                    #expect(try borrow(fields) == 0, "\(fields)")
                }
                try python.expect("all(each.grants == each.releases for each in made)")
            }
        }

        @Test("what an exporter raises when it is asked a second time goes on if it is a MemoryError or no ordinary exception")
        func refusalsThatChange() throws {
            try withPython { python in
                guard hostile_exporter_load() == 0 else { throw Missing(description: "the hostile exporter did not load") }
                try python.run(
                    """
                    import hostile_exporter
                    class Refusing:
                        def __init__(self, *refusals):
                            self.left = list(refusals)
                        def __call__(self, *ignored):
                            raise self.left.pop(0)
                    """)
                for (second, expected) in [
                    ("KeyboardInterrupt", "KeyboardInterrupt"), ("SystemExit", "SystemExit"), ("MemoryError", "MemoryError"),
                    ("ValueError", "BufferError"), ("KeyError", "BufferError"),
                ] {
                    try python.run("refusing = Refusing(BufferError('first'), \(second)('second'))")
                    let object = try python.evaluate("hostile_exporter.Exporter(when_asked=refusing)")
                    do {
                        try python.withBuffer(of: object, as: Double.self) { _ in }
                        Issue.record("\(second): it was granted")
                    } catch let error as PythonError {
                        #expect(error.typeName == expected)
                    }
                    try python.expect("refusing.left == []")
                }
            }
        }
    }
}
