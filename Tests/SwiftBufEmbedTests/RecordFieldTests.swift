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

private enum Suit: UInt8, BitwiseCopyable { case hearts, spades }

private struct Card: BitwiseCopyable {
    var suit: Suit
    var rank: UInt8
}

private struct Broken: BufferRecord {
    var a: Int8
    var b: Int8

    static let bufferFields = BufferFields<Broken>([BufferField("a", \.a)])
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
        let name = ShortText("b")
        #expect(error([BufferField("a", \.a), BufferField("c", \.c), BufferField("d", \.d)]) == .fieldLeftOut(name))
        #expect(error([BufferField("a", \.a), BufferField("b", \.b), BufferField("c", \.c)]) == .fieldLeftOut(ShortText("d")))
        #expect(error([BufferField("b", \.b), BufferField("c", \.c), BufferField("d", \.d)]) == .fieldLeftOut(ShortText("a")))
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
                == .outOfOrder(ShortText("b")))
    }

    @Test("a property that is not stored is named")
    func notStored() {
        #expect(
            error([
                BufferField("a", \.a), BufferField("b", \.b), BufferField("c", \.c), BufferField("d", \.d),
                BufferField("e", \.computed),
            ]) == .notStored(ShortText("e")))
    }

    @Test("names that Python could not read are refused")
    func names() {
        let rest = [BufferField<Sample>("b", \.b), BufferField("c", \.c), BufferField("d", \.d)]
        #expect(error([BufferField("", \.a)] + rest) == .invalidName(ShortText("")))
        #expect(error([BufferField("a:", \.a)] + rest) == .invalidName(ShortText("a:")))
        #expect(error([BufferField("b", \.a)] + rest) == .duplicateName(ShortText("b")))
        #expect(error([]) == .noFields)
    }

    @Test("a property whose type is no element is named")
    func noElement() {
        #expect(BufferFields<Card>([BufferField("rank", \.rank)]).error == .notAnElement(ShortText("suit")))
    }

    @Test("a field that is a broken record is named")
    func brokenField() {
        #expect(BufferFields<Outer>([BufferField("broken", \.broken)]).error == .invalidField(ShortText("broken")))
    }

    @Test("no memory is made for a broken record")
    func noMemory() {
        #expect(throws: BufferError.invalidRecord(.fieldLeftOut(ShortText("b")))) { try SharedBuffer<Broken>(zeroed: [2]) }
        #expect(throws: BufferError.invalidRecord(.fieldLeftOut(ShortText("b")))) {
            try SharedBuffer(adopting: [Broken(a: 1, b: 2)])
        }
    }

    @Test("a name that is too long for a short text ends in an ellipsis, at a whole character")
    func longNames() {
        let text = ShortText("ääääääääääääääääääääääääääääääääääääääääääääääääää")
        #expect(text.description.hasSuffix("ä…"))
        #expect(text.description.utf8.count <= 62)
        #expect(ShortText("short").description == "short")
    }
}
