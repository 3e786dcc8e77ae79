// Fields that do not fit their type: an error that names the field, and never a view.

import SwiftBuf
import Testing

private struct Sample: BitwiseCopyable {
    var a: Int8
    var b: Int8
    var c: Int32
    var d: Float
    var computed: Int32 { c }
}

private enum Colour: UInt8, BitwiseCopyable { case hearts, spades }

private struct Card: BitwiseCopyable {
    var suit: Colour
    var rank: UInt8
}

private struct Broken: BufferRecord {
    var a: Int8
    var b: Int8

    static let bufferFields = BufferFields<Broken>([BufferField("a", \.a)])
}

private struct Pair: BitwiseCopyable {
    var items: InlineArray<2, Float>
}

private struct Flagged: BitwiseCopyable {
    var flag: Bool
}

private enum Level: UInt8, BitwiseCopyable { case low, high }

/// Counts how often its fields are worked out.
private struct Twice<T: BufferElement>: BufferRecord {
    var a: T
    var b: T

    static var count: Counter { twiceCount }
    static var bufferFields: BufferFields<Twice<T>> {
        count.add()
        return BufferFields([BufferField("a", \.a), BufferField("b", \.b)])
    }
}

private let twiceCount = Counter()

/// What only `unsafe` can say.
struct OtherStride: BufferElement {
    var a: Int32
    var b: Int32

    static var bufferFormat: BufferFormat<OtherStride> { unsafe BufferFormat(unsafeSameAs: Int32.self) }
}

private struct Outer: BitwiseCopyable {
    var broken: Broken
}

@Suite struct RecordFieldTests {
    private func error(_ fields: [BufferField<Sample>]) -> RecordError? { BufferFields(fields).error }

    @Test("all fields in order are right, by key path or by type")
    func right() {
        #expect(
            error([BufferField("a", \.a), BufferField("b", \.b), BufferField("c", \.c), BufferField("d", \.d)]) == nil)
        #expect(
            error([
                BufferField("a", Int8.self), BufferField("b", Int8.self), BufferField("c", Int32.self),
                BufferField("d", Float.self),
            ])
                == nil)
    }

    @Test("a field that is left out is named, also where it stands in a pad")
    func leftOut() {
        let name = BufferError.Text("b")
        #expect(error([BufferField("a", \.a), BufferField("c", \.c), BufferField("d", \.d)]) == .fieldLeftOut(name))
        #expect(
            error([BufferField("a", \.a), BufferField("b", \.b), BufferField("c", \.c)]) == .fieldLeftOut(BufferError.Text("d")))
        #expect(
            error([BufferField("b", \.b), BufferField("c", \.c), BufferField("d", \.d)]) == .fieldLeftOut(BufferError.Text("a")))
        #expect(String(describing: RecordError.fieldLeftOut(name)) == "a stored property is not among the record's fields: b")
    }

    @Test("declared by type alone, a missing field is seen by the size")
    func leftOutByType() {
        #expect(
            error([BufferField("a", Int8.self), BufferField("b", Int8.self), BufferField("c", Int32.self)])
                == .unequalSize(declared: 8, actual: 12))
    }

    @Test("a wrong order is named")
    func wrongOrder() {
        #expect(
            error([BufferField("a", \.a), BufferField("c", \.c), BufferField("b", \.b), BufferField("d", \.d)])
                == .outOfOrder(BufferError.Text("b")))
    }

    @Test("a property that is not stored is named")
    func notStored() {
        #expect(
            error([
                BufferField("a", \.a), BufferField("b", \.b), BufferField("c", \.c), BufferField("d", \.d),
                BufferField("e", \.computed),
            ]) == .notStored(BufferError.Text("e")))
    }

    @Test("names that Python could not read are refused")
    func names() {
        let rest = [BufferField<Sample>("b", \.b), BufferField("c", \.c), BufferField("d", \.d)]
        #expect(error([BufferField("", \.a)] + rest) == .invalidName(BufferError.Text("")))
        #expect(error([BufferField("a:", \.a)] + rest) == .invalidName(BufferError.Text("a:")))
        #expect(error([BufferField("b", \.a)] + rest) == .duplicateName(BufferError.Text("b")))
        #expect(error([]) == .noFields)
    }

    @Test("a property whose type is no element is named")
    func noElement() {
        #expect(BufferFields<Card>([BufferField("rank", \.rank)]).error == .notAnElement(BufferError.Text("suit")))
    }

    @Test("a field that is a broken record is named")
    func brokenField() {
        #expect(BufferFields<Outer>([BufferField("broken", \.broken)]).error == .invalidField(BufferError.Text("broken")))
    }

    @Test("no memory is made for a broken record")
    func noMemory() {
        #expect(throws: BufferError.invalidRecord(.fieldLeftOut(BufferError.Text("b")))) { try SharedBuffer<Broken>(shape: [2]) }
        #expect(throws: BufferError.invalidRecord(.fieldLeftOut(BufferError.Text("b")))) {
            try SharedBuffer(adopting: [Broken(a: 1, b: 2)])
        }
    }

    @Test("closures say the same as key paths")
    func closures() {
        #expect(
            error([BufferField("a") { $0.a }, BufferField("b") { $0.b }, BufferField("c") { $0.c }, BufferField("d") { $0.d }])
                == nil)
        #expect(
            error([BufferField("b") { $0.b }, BufferField("a") { $0.a }, BufferField("c") { $0.c }, BufferField("d") { $0.d }])
                == .outOfOrder(BufferError.Text("b")))
        #expect(error([BufferField("a") { Int32($0.a) }]) == .notStored(BufferError.Text("a")))
        let swapped = BufferField<Pair>("items") { [$0.items[1], $0.items[0]] as InlineArray<2, Float> }
        #expect(BufferFields<Pair>([swapped]).error == .notStored(BufferError.Text("items")))
        #expect(BufferFields<Pair>([BufferField("items") { $0.items }]).error == nil)
        #expect(
            error([BufferField("a") { $0.a }, BufferField("b") { $0.b }, BufferField("c") { $0.c }])
                == .fieldLeftOut(BufferError.Text("d")))
    }

    @Test("a type alone is held against the property's, and an error names both")
    func wrongTypes() {
        let error = error([
            BufferField("a", Int8.self), BufferField("b", UInt8.self), BufferField("c", Int32.self), BufferField("d", Float.self),
        ])
        #expect(error == .wrongType(BufferError.Text("b"), declared: BufferError.Text("uint8"), actual: BufferError.Text("int8")))
        #expect(error.map { "\($0)" } == "a field is declared as uint8 but its property is int8: b")
    }

    @Test("a field with the name of another property is out of order")
    func namesOfOthers() {
        #expect(
            error([
                BufferField("b", Int8.self), BufferField("a", Int8.self), BufferField("c", Int32.self),
                BufferField("d", Float.self),
            ]) == .outOfOrder(BufferError.Text("b")))
        #expect(
            error([BufferField("b", \.a), BufferField("a", \.b), BufferField("c", \.c), BufferField("d", \.d)])
                == .outOfOrder(BufferError.Text("b")))
        #expect(
            error([BufferField("b", \.b), BufferField("a", \.a), BufferField("c", \.c), BufferField("d", \.d)])
                == .outOfOrder(BufferError.Text("b")))
    }

    @Test("a Bool is no field, and an enum no record")
    func notThemselves() {
        #expect(BufferFields<Flagged>([BufferField("flag", \.flag)]).error == .notAnElement(BufferError.Text("flag")))
        #expect(BufferFields<Flagged>([BufferField("flag") { UInt8($0.flag ? 1 : 0) }]).error != nil)
        #expect(BufferFields<Level>([BufferField("level", UInt8.self)]).error == .notAStruct)
    }

    @Test("fields that a generic record computes are worked out once for each type")
    func computedFields() throws {
        let before = Twice<Float>.count.count
        for _ in 0..<1000 { #expect(try SharedBuffer<Twice<Float>>(shape: [1]).byteCount == 8) }
        #expect(try SharedBuffer<Twice<Double>>(shape: [1]).byteCount == 16)
        #expect(Twice<Float>.count.count == before + 2)
        let text = BufferFields<Twice<Int>>([BufferField("a", \.a), BufferField("b", \.b)])
        #expect(text.error == nil)
    }

    @Test("a format of another size than its type is refused, and the error names both")
    func otherStride() {
        let error = BufferError.invalidRecord(.otherStride(declared: 4, actual: 8))
        #expect(throws: error) { try SharedBuffer<OtherStride>(shape: [2]) }
        #expect(error.description == "an element's format says 4 bytes, but its type takes 8")
    }

    @Test("a name that is too long for a short text ends in an ellipsis, at a whole character")
    func longNames() {
        let text = BufferError.Text("ääääääääääääääääääääääääääääääääääääääääääääääääää")
        #expect(text.description.hasSuffix("ä…"))
        #expect(text.description.utf8.count <= 62)
        #expect(BufferError.Text("short").description == "short")
    }
}
