// Every element type, from Swift to NumPy and from NumPy to Swift; structs and arrays of them.

import SwiftBuf
import SwiftBufEmbed
import Testing

struct Place: BufferRecord, Equatable {
    var x: Float
    var y: Float

    static let bufferFields = BufferFields<Place>([BufferField("x", \.x), BufferField("y", \.y)])
}

enum Suit: UInt8, BufferRawValue { case hearts, spades }

/// With a pad at its end.
struct Inner: BufferRecord, Equatable {
    var count: Int32
    var kind: UInt8

    static let bufferFields = BufferFields<Inner>([BufferField("count", \.count), BufferField("kind", \.kind)])
}

struct Molecule: BufferRecord {
    var origin: Place
    var inner: Inner
    var scale: Float
    var flag: BufferItem<Bool>
    var spin: InlineArray<2, InlineArray<3, Float>>
    var phase: BufferComplex<Double>
    var id: Int

    static let bufferFields = BufferFields<Molecule>([
        BufferField("origin", \.origin), BufferField("inner", \.inner), BufferField("scale", \.scale),
        BufferField("flag", \.flag), BufferField("spin", \.spin), BufferField("phase", \.phase), BufferField("id", \.id),
    ])
}

/// `flag` stands in the pad of `inner`.
struct Tight: BufferRecord {
    var inner: Inner
    var flag: BufferItem<Bool>

    static let bufferFields = BufferFields<Tight>([BufferField("inner", \.inner), BufferField("flag", \.flag)])
}

/// A record with a pad, last in another one.
struct Nest: BufferRecord {
    var id: Int64
    var tight: Tight

    static let bufferFields = BufferFields<Nest>([BufferField("id", \.id), BufferField("tight", \.tight)])
}

extension EmbedTests {
    @Suite struct BorrowedElementTests {
        /// NumPy makes two values, Swift reads them; Swift writes them in the other order, NumPy reads them.
        private func expectBothWays<Element: BufferElement & Equatable>(
            _ first: Element, _ second: Element, dtype: String, _ python: Python,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws where Element.BufferStored == Element, Element.BufferValue == Element {
            let np = try python.import("numpy")
            let shared = try SharedBuffer(adopting: [first, second])
            let array = try np.asarray(shared).copy()
            #expect(try String(array.dtype.name) == dtype, sourceLocation: sourceLocation)
            let read = try python.withBuffer(of: array, as: Element.self) { items in [items[0], items.span[1]] }
            #expect(read == [first, second], sourceLocation: sourceLocation)
            try python.withMutableBuffer(of: array, as: Element.self) { items in
                items[0] = second
                var span = items.mutableSpan
                span[1] = first
            }
            let same = try np.array_equal(array, np.asarray(shared)[python.slice(by: -1)])
            #expect(try Bool(same), sourceLocation: sourceLocation)
            // The same through a Buffer, which is read without a Py_buffer.
            let buffer = try python.import("swiftbuf").copy(array)
            let swapped = try python.withBuffer(of: buffer, as: Element.self) { items in [items[0], items[1]] }
            #expect(swapped == [second, first], sourceLocation: sourceLocation)
        }

        @Test("every number, bool and complex number of NumPy is read and written, to the last bit")
        func numbers() throws {
            try withPython { python in
                try python.importNumPy()
                try expectBothWays(Int8.min, Int8.max, dtype: "int8", python)
                try expectBothWays(UInt8.min, UInt8.max, dtype: "uint8", python)
                try expectBothWays(Int16.min, Int16.max, dtype: "int16", python)
                try expectBothWays(UInt16.min, UInt16.max, dtype: "uint16", python)
                try expectBothWays(Int32.min, Int32.max, dtype: "int32", python)
                try expectBothWays(UInt32.min, UInt32.max, dtype: "uint32", python)
                try expectBothWays(Int64.min, Int64.max, dtype: "int64", python)
                try expectBothWays(UInt64.min, UInt64.max, dtype: "uint64", python)
                try expectBothWays(Int.min, Int.max, dtype: "int64", python)
                try expectBothWays(UInt.min, UInt.max, dtype: "uint64", python)
                #if !(os(macOS) && arch(x86_64))
                    try expectBothWays(Float16.leastNonzeroMagnitude, -1.5, dtype: "float16", python)
                #endif
                try expectBothWays(Float.leastNonzeroMagnitude, -Float.infinity, dtype: "float32", python)
                try expectBothWays(Double.pi, -Double.leastNonzeroMagnitude, dtype: "float64", python)
                try expectBothWays(BufferItem<Bool>(true), false, dtype: "bool", python)
                try expectBothWays(BufferComplex<Float>(1.5, -2), BufferComplex(0, .infinity), dtype: "complex64", python)
                try expectBothWays(BufferComplex<Double>(.pi, -2), BufferComplex(0, 1e300), dtype: "complex128", python)
            }
        }

        @Test("integers of one size are one type, whatever letter Python gives them")
        func lettersDoNotMatter() throws {
            try withPython { python in
                let bytes = try python.import("builtins").bytearray(16)
                for letter in ["l", "q", "n"] {
                    let view = try python.builtins.memoryview(bytes).cast(letter)
                    let count = try python.withBuffer(of: view, as: Int.self) { items in items.count }
                    #expect(count == 2, "\(letter)")
                    #expect(throws: BufferError.self, "\(letter)") {
                        try python.withBuffer(of: view, as: UInt.self) { _ in }
                    }
                }
            }
        }

        @Test("the kinds that formats name are the core's")
        func kindsAreTheCores() throws {
            try withPython { python in
                // The Python type parses the format by itself, and a borrow of the Buffer compares its kind with the element's.
                try expectKind(Int8(1), python)
                try expectKind(UInt64(1), python)
                try expectKind(Float(1), python)
                try expectKind(true, python)
                try expectKind(BufferComplex<Float>(1, 2), python)
                try expectKind(BufferComplex<Double>(1, 2), python)
            }
        }

        private func expectKind<Element: BufferElement & Equatable>(_ value: Element, _ python: Python) throws
        where Element.BufferValue == Element {
            let shared = try SharedBuffer<Element>(repeating: value, shape: [1])
            let buffer = try shared.makePythonObject(python)
            let read = try python.withBuffer(of: buffer, as: Element.self) { items in items[0] }
            #expect(read == value)
        }

        @Test("a nested struct is a structured dtype with the same names, offsets and size, and its values go both ways")
        func nestedStruct() throws {
            let particles = try SharedBuffer<Molecule>(shape: [2, 3])
            try particles.withMutableSpan { span in
                span[4].origin.y = 2.5
                span[4].inner = Inner(count: -7, kind: 200)
                span[4].flag.value = true
                span[4].spin[1][2] = 0.125
                span[4].phase = BufferComplex(1, -1)
                span[4].id = .max
            }
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(p); v = a[1, 1]", with: ["p": particles])
                let layout = MemoryLayout<Molecule>.self
                try python.expect("a.shape == (2, 3) and a.dtype.itemsize == \(layout.stride)")
                for (name, offset) in [
                    ("origin", layout.offset(of: \.origin)), ("inner", layout.offset(of: \.inner)),
                    ("scale", layout.offset(of: \.scale)), ("flag", layout.offset(of: \.flag)),
                    ("spin", layout.offset(of: \.spin)), ("phase", layout.offset(of: \.phase)), ("id", layout.offset(of: \.id)),
                ] {
                    try python.expect("a.dtype.fields['\(name)'][1] == \(offset!)")
                }
                try python.expect("v['origin']['y'] == 2.5 and v['inner']['count'] == -7 and v['inner']['kind'] == 200")
                try python.expect("v['flag'] and v['spin'].shape == (2, 3) and v['spin'][1, 2] == 0.125")
                try python.expect("v['phase'] == 1-1j and v['id'] == 2**63 - 1 and not any(a[0].tobytes())")
                try python.run("a[0, 2]['inner']['count'] = 42; a[0, 2]['spin'][0] = (1, 2, 3)")
                let array = try python.evaluate("a.copy()")
                let (count, spin) = try python.withBuffer(of: array, as: Molecule.self, shape: [2, 3]) { items in
                    (items[0, 2].inner.count, items[0, 2].spin[0][1])
                }
                #expect(count == 42 && spin == 2)
                let kept = try particles.withSpan { span in span[2].inner.count }
                #expect(kept == 42)
            }
        }

        @Test("a field in the pad of the record before it stands where Swift has it, and is read back")
        func swiftPutsFieldsIntoPads() throws {
            let nests = try SharedBuffer<Nest>(shape: [2])
            try nests.withMutableSpan { span in
                span[1] = Nest(id: -1, tight: Tight(inner: Inner(count: 1, kind: 2), flag: true))
            }
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(b)", with: ["b": nests])
                let offset = try #require(MemoryLayout<Tight>.offset(of: \.flag))
                try python.expect(
                    "a.itemsize == \(MemoryLayout<Nest>.stride) and a.dtype['tight'].fields['flag'][1] == \(offset)")
                try python.expect("a[1]['tight']['flag'] and a[1]['tight']['inner']['kind'] == 2 and a[1]['id'] == -1")
                try python.run("a[0]['tight']['flag'] = True")
                for source in ["b", "a", "a.copy()"] {
                    let object = try python.evaluate(source)
                    let flag = try python.withBuffer(of: object, as: Nest.self) { items in items[0].tight.flag.value }
                    #expect(flag, "\(source)")
                }
                #expect(offset == 5)
            }
        }

        @Test("a structured dtype of other names, places or types is refused, and the error shows both formats")
        func otherRecords() throws {
            try withPython { python in
                try python.importNumPy()
                for dtype in [
                    "[('x', 'f4'), ('z', 'f4')]", "[('y', 'f4'), ('x', 'f4')]", "[('x', 'f4'), ('y', 'i4')]",
                    "[('x', 'f4'), ('y', '>f4')]",
                    "[('xy', 'f4', 2)]", "'V8'", "'f8'",
                ] {
                    let array = try python.evaluate("np.zeros(3, np.dtype(\(dtype)))")
                    do {
                        try python.withBuffer(of: array, as: Place.self) { _ in }
                        Issue.record("\(dtype) was taken for a Place")
                    } catch let error as BufferError {
                        #expect(
                            String(describing: error).hasPrefix("expected format 'T{=f:x:f:y:}', C-contiguous; got "), "\(error)")
                    }
                }
                let same = try python.evaluate("np.ones(3, [('x', 'f4'), ('y', 'f4')])")
                let point = try python.withBuffer(of: same, as: Place.self) { items in items[2] }
                #expect(point == Place(x: 1, y: 1))
            }
        }

        @Test("a format of another size than its type is refused before anything is read")
        func otherStride() throws {
            try withPython { python in
                try python.importNumPy()
                for source in ["np.arange(4, dtype='i4')", "__import__('swiftbuf').zeros(4, 'i')", "np.zeros(4, 'f8')"] {
                    let object = try python.evaluate(source)
                    let error = BufferError.invalidRecord(.otherStride(declared: 4, actual: 8))
                    #expect(throws: error) { try python.withBuffer(of: object, as: OtherStride.self) { _ in } }
                    #expect(throws: error) { try python.withMutableStridedBuffer(of: object, as: OtherStride.self) { _ in } }
                }
            }
        }

        @Test("bytes that are no value of a Bool or an enum are converted at each load, by every view")
        func bytesThatAreNoValue() throws {
            let shared = try SharedBuffer<Bool>(repeating: true, shape: [4])
            let suits = try SharedBuffer<Suit>(repeating: .spades, shape: [3])
            try withPython { python in
                try python.importNumPy()
                try python.run(
                    "np.asarray(b).view('u1')[:] = [0, 1, 2, 255]; np.asarray(s)[1:] = [0, 200]; a = np.asarray(b).copy()",
                    with: ["b": shared, "s": suits])
                let flags = try python.evaluate("a")
                let truths = [false, true, true, true]
                #expect(try python.withBuffer(of: flags, as: Bool.self) { f in (0..<4).map { f[$0] } } == truths)
                #expect(try python.withBuffer(of: flags, as: Bool.self) { f in f.span[3] } == 255)
                try python.withMutableStridedBuffer(of: flags, as: Bool.self) { flags in
                    var read: [Bool] = []
                    flags.forEach { read.append($0) }
                    #expect(read == truths)
                    flags.modifyEach { $0.toggle() }
                    flags[0] = true
                }
                try python.expect("a.view('u1').tolist() == [1, 0, 0, 0]")
                let read = try python.withBuffer(of: python.evaluate("np.asarray(s)"), as: Suit.self) { s in (0..<3).map { s[$0] }
                }
                #expect(read == [.spades, .hearts, nil])
            }
            #expect(try shared.items() == [0, 1, 2, 255] && suits.items() == [1, 0, 200])
        }

        @Test("memory that is read-only is told from memory of another type by what the formats mean")
        func readOnlyRecords() throws {
            try withPython { python in
                try python.importNumPy()
                let dtype = "[('x', '<f4'), ('y', '<f4')]"
                try python.run("a = np.zeros(3, \(dtype)); a.flags.writeable = False")
                let array = try python.evaluate("a")
                do {
                    try python.withMutableBuffer(of: array, as: Place.self) { _ in }
                    Issue.record("a read-only array was borrowed to write")
                } catch let error as BufferError {
                    guard case .mismatch(let expected, let found) = error else { throw error }
                    #expect(expected.elementName == found.elementName && !found.isWritable)
                }
            }
        }

        @Test("fixed arrays of structs are sub-arrays")
        func arraysOfStructs() throws {
            let pairs = try SharedBuffer<InlineArray<2, Place>>(shape: [3])
            try pairs.withMutableSpan { span in span[1][1].y = 7 }
            try withPython { python in
                try python.importNumPy()
                try python.run("a = np.asarray(p)", with: ["p": pairs])
                try python.expect("a.shape == (3, 2) and a['y'].tolist() == [[0, 0], [0, 7], [0, 0]]")
            }
        }
    }
}
