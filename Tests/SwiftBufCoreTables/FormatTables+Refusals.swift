// Which texts are refused, why, and where; and that any text at all is answered.

import SwiftBufCore

// MARK: - Refusals

private struct RefusalRow {
    var text: String
    var reason: FormatError.Reason
    var byteOffset: Int
    var fact: StaticString

    init(_ text: String, _ reason: FormatError.Reason, at byteOffset: Int, _ fact: StaticString) {
        self.text = text
        self.reason = reason
        self.byteOffset = byteOffset
        self.fact = fact
    }
}

private let refusalRows: [RefusalRow] = [
    RefusalRow("", .empty, at: 0, "an empty text has no item"),
    RefusalRow(" \t\n", .empty, at: 3, "white space has no item"),
    RefusalRow("j", .unknownCode, at: 0, "a letter without meaning is refused"),
    RefusalRow("iiy", .unknownCode, at: 2, "a letter without meaning is refused where it stands"),
    RefusalRow("3k", .unknownCode, at: 1, "a letter without meaning is refused behind its count"),
    RefusalRow("G", .unknownCode, at: 0, "a letter of NumPy's type characters is refused"),
    RefusalRow("Z", .unknownCode, at: 0, "Z alone is refused"),
    RefusalRow("iZi", .unknownCode, at: 1, "Z with a part that is no float is refused"),
    RefusalRow("Z f", .unknownCode, at: 0, "Z and its part stand together"),
    RefusalRow("Ze", .unknownCode, at: 0, "there is no complex half float"),
    RefusalRow("T", .unknownCode, at: 0, "T without a brace is refused"),
    RefusalRow("Ti", .unknownCode, at: 0, "T with a letter is refused"),
    RefusalRow("X", .unknownCode, at: 0, "X without a brace is refused"),
    RefusalRow("{i}", .unknownCode, at: 0, "a brace without T is refused"),
    RefusalRow("i)", .unknownCode, at: 1, "a parenthesis that closes nothing is refused"),
    RefusalRow("i,i", .unknownCode, at: 1, "a comma between items is refused"),
    RefusalRow("-1i", .unknownCode, at: 0, "a negative count is refused"),
    RefusalRow("+1i", .unknownCode, at: 0, "a count with a sign is refused"),
    RefusalRow("é", .unknownCode, at: 0, "a letter beyond ASCII is refused"),
    RefusalRow("i\u{7F}", .unknownCode, at: 1, "a control character is refused"),
    RefusalRow("i\u{A0}", .unknownCode, at: 1, "a no-break space is no white space"),
    RefusalRow("<n", .nativeOnlyCode, at: 1, "n has no standard size"),
    RefusalRow("i=3N", .nativeOnlyCode, at: 3, "N has no standard size"),
    RefusalRow(">P", .nativeOnlyCode, at: 1, "P has no standard size"),
    RefusalRow("!g", .nativeOnlyCode, at: 1, "g has no standard size"),
    RefusalRow("<Zg", .nativeOnlyCode, at: 1, "Zg has no standard size"),
    RefusalRow("T{<i}n", .nativeOnlyCode, at: 5, "a byte order inside a T{} persists behind it"),
    RefusalRow("t", .unsupported, at: 0, "a bit field is not supported"),
    RefusalRow("T{3t}", .unsupported, at: 3, "a bit field with a count is not supported"),
    RefusalRow("3", .missingCode, at: 1, "a count needs a code"),
    RefusalRow("i3", .missingCode, at: 2, "a count at the end needs a code"),
    RefusalRow("3 i", .missingCode, at: 1, "a count and its code stand together"),
    RefusalRow("3<i", .missingCode, at: 1, "a byte order stands before the count"),
    RefusalRow("3(2)i", .missingCode, at: 1, "a shape stands before the count"),
    RefusalRow("<", .missingCode, at: 1, "a byte order needs a code"),
    RefusalRow("i@", .missingCode, at: 2, "a byte order at the end needs a code"),
    RefusalRow("<>i", .missingCode, at: 1, "two byte orders in a row are refused"),
    RefusalRow("< @i", .missingCode, at: 2, "two byte orders with a space between them are refused"),
    RefusalRow("T{i@}", .missingCode, at: 4, "a byte order before a } needs a code"),
    RefusalRow("T{3}", .missingCode, at: 3, "a count before a } needs a code"),
    RefusalRow("(2)", .missingCode, at: 3, "a shape needs a code"),
    RefusalRow("(2) i", .missingCode, at: 3, "a shape and its code stand together"),
    RefusalRow("(2)(3)", .missingCode, at: 6, "two shapes in a row are no item"),
    RefusalRow("&", .missingCode, at: 1, "a pointer needs what it points to"),
    RefusalRow("T{&}", .missingCode, at: 3, "a pointer before a } needs what it points to"),
    RefusalRow(":a:", .missingCode, at: 0, "a name needs an item"),
    RefusalRow("i:a::b:", .missingCode, at: 4, "an item has one name"),
    RefusalRow("i :a:", .missingCode, at: 2, "an item and its name stand together"),
    RefusalRow("}", .unbalanced, at: 0, "a } that closes nothing is refused"),
    RefusalRow("T{i}}", .unbalanced, at: 4, "a second } is refused"),
    RefusalRow("T{", .unbalanced, at: 1, "an empty T{ needs its }"),
    RefusalRow("T{i", .unbalanced, at: 1, "a T{ needs its }"),
    RefusalRow("iT{iT{d}", .unbalanced, at: 2, "an outer T{ needs its own }"),
    RefusalRow("T{iT{d", .unbalanced, at: 4, "of two open T{ the inner one is named"),
    RefusalRow("X{", .unbalanced, at: 1, "an X{ needs its }"),
    RefusalRow("iX{T{i}", .unbalanced, at: 2, "braces in a signature are in pairs"),
    RefusalRow("(", .badShape, at: 1, "a shape needs a number"),
    RefusalRow("()i", .badShape, at: 1, "a shape is not empty"),
    RefusalRow("(2", .badShape, at: 2, "a shape needs its parenthesis"),
    RefusalRow("(2,", .badShape, at: 3, "a shape needs a number behind its comma"),
    RefusalRow("(2,)i", .badShape, at: 3, "a shape does not end in a comma"),
    RefusalRow("(,2)i", .badShape, at: 1, "a shape does not start with a comma"),
    RefusalRow("(-1)i", .badShape, at: 1, "a shape has no negative number"),
    RefusalRow("(2;3)i", .badShape, at: 2, "commas separate the numbers of a shape"),
    RefusalRow("(2 3)i", .badShape, at: 3, "white space does not separate the numbers of a shape"),
    RefusalRow("i:a", .unterminatedName, at: 1, "a name needs its second colon"),
    RefusalRow("i:", .unterminatedName, at: 1, "an empty name needs its second colon"),
    RefusalRow("T{i:a}", .unterminatedName, at: 3, "a name does not end at a brace"),
    RefusalRow("99999999999999999999i", .countOverflow, at: 0, "a count above Int.max is refused"),
    RefusalRow("ii9223372036854775808x", .countOverflow, at: 2, "a count of Int.max + 1 is refused"),
    RefusalRow("(2,99999999999999999999)b", .countOverflow, at: 3, "a dimension above Int.max is refused"),
    RefusalRow("9223372036854775807d", .sizeOverflow, at: 19, "more than Int.max bytes are refused"),
    RefusalRow("(9223372036854775807)d", .sizeOverflow, at: 21, "more than Int.max bytes in an array are refused"),
    RefusalRow("(9223372036854775807,2)d", .sizeOverflow, at: 21, "more than Int.max items in an array are refused"),
    RefusalRow("(3)4611686018427387904x", .sizeOverflow, at: 22, "a shape times a count above Int.max is refused"),
    RefusalRow("9223372036854775807xb", .sizeOverflow, at: 20, "a sum above Int.max is refused"),
    RefusalRow("9223372036854775807xi", .sizeOverflow, at: 20, "a pad above Int.max is refused"),
    RefusalRow("9223372036854775807x0i", .sizeOverflow, at: 21, "a pad above Int.max is refused for 0 bytes too"),
    RefusalRow("T{h9223372036854775805x}", .sizeOverflow, at: 23, "padding at the end above Int.max is refused"),
    RefusalRow("2T{4611686018427387904x}", .sizeOverflow, at: 1, "a struct repeated above Int.max is refused"),
    RefusalRow("0i", .zeroSize, at: 0, "an item of 0 bytes is refused"),
    RefusalRow("0s", .zeroSize, at: 0, "bytes of length 0 are refused"),
    RefusalRow("T{}", .zeroSize, at: 0, "an empty struct is refused"),
    RefusalRow("(2,0)d", .zeroSize, at: 0, "an array of 0 items is refused"),
    RefusalRow("\0", .embeddedNul, at: 0, "a NUL is refused"),
    RefusalRow("i\0", .embeddedNul, at: 1, "a NUL at the end is refused"),
    RefusalRow("T{i:a\0:}", .embeddedNul, at: 5, "a NUL in a name is refused"),
]

func refusalFacts(_ check: inout Check) {
    for row in refusalRows {
        let error = parse(row.text).error
        check.that(error?.reason == row.reason, row.fact, Int(error?.reason.rawValue ?? 0))
        check.that(error?.byteOffset == row.byteOffset, row.fact, error?.byteOffset ?? -1)
        check.that(error != nil && error?.byte == byte(row.text, at: row.byteOffset), row.fact)
    }
    for reason in reasons where reason != .tooDeep {
        check.that(
            refusalRows.contains { $0.reason == reason }, "every reason is in the table", Int(reason.rawValue))
    }
}

// MARK: - Depth

func depthFacts(_ check: inout Check) {
    let nested = parse(text("T{", 32) + Array("i".utf8) + text("}", 32))
    check.that(nested.format?.itemByteCount == 4, "32 T{ may be nested")
    let tooNested = parse(text("T{", 33) + Array("i".utf8) + text("}", 33)).error
    check.that(tooNested?.reason == .tooDeep, "33 T{ may not be nested")
    check.that(tooNested?.byteOffset == 64, "the 33rd T{ is named", tooNested?.byteOffset ?? -1)

    check.that(parse(text("&", 32) + Array("i".utf8)).format?.itemByteCount == 8, "32 & may be nested")
    let tooFar = parse(text("&", 33) + Array("i".utf8)).error
    check.that(tooFar?.reason == .tooDeep, "33 & may not be nested")
    check.that(tooFar?.byteOffset == 32, "the 33rd & is named", tooFar?.byteOffset ?? -1)

    let mixed = parse(text("&T{", 17)).error
    check.that(mixed?.reason == .tooDeep, "T{ and & count together")
    check.that(mixed?.byteOffset == 48, "the 33rd of T{ and & is named", mixed?.byteOffset ?? -1)

    check.that(parse(text("T{", 100_000)).error?.reason == .tooDeep, "100000 T{ are refused, not followed")
    check.that(parse(text("&", 100_000)).error?.reason == .tooDeep, "100000 & are refused, not followed")
    let signature = parse(text("X{", 1) + text("{", 100_000) + text("}", 100_001))
    check.that(signature.format?.itemByteCount == 8, "a signature may be nested at will: it is only counted")
    check.that(parse(text("T{b}", 1000)).format?.itemByteCount == 1000, "T{} side by side are not nested")
    check.that(parse(text("b", 100_000)).format?.itemByteCount == 100_000, "a text may be long")
}

// MARK: - Messages

func messageFacts(_ check: inout Check) {
    check.that(reasons.map { $0.rawValue } == Array(1...13), "the reasons have the raw values 1 to 13")
    for reason in reasons {
        let detail = Int(reason.rawValue)
        let message = bytes(reason.message) ?? []
        let percents = message.indices.filter { message[$0] == UInt8(ascii: "%") }
        check.that(percents.count == 2, "a message has two places to fill in", detail)
        guard percents.count == 2 else { continue }
        check.that(
            message[percents[0]...].starts(with: Array("%.200s".utf8)), "a message first names the text", detail)
        check.that(message[percents[1]...].starts(with: Array("%lld".utf8)), "a message then names the byte", detail)
        check.that(reason.message.hasPointerRepresentation, "a message is a C string", detail)
    }
}

// MARK: - Any text at all

/// Checks what holds for every text: an answer in bounds, and no trap.
private func checkAnyText(_ text: [UInt8], _ check: inout Check, _ fact: StaticString) {
    switch parse(text) {
    case .format(let format):
        check.that(format.itemByteCount > 0 && format.alignment > 0, fact, text.count)
        check.that(format.alignment & (format.alignment - 1) == 0, fact, text.count)
    case .error(let error):
        check.that((0...text.count).contains(error.byteOffset), fact, text.count)
        check.that(error.byte == (error.byteOffset < text.count ? text[error.byteOffset] : nil), fact, text.count)
    }
}

func anyTextFacts(_ check: inout Check) {
    let letters = Array("xcbB?hHiIlLqQnNefdgspPwuOFD".utf8)
    for byte in UInt8.min...UInt8.max {
        checkAnyText([byte], &check, "any single byte is answered")
        check.that(
            (parse([byte]).format != nil) == letters.contains(byte), "a single byte is accepted if it is a code",
            Int(byte))
    }

    let long = Array(
        "T{b:a:(2, 3)>d:bé:@5w:c:T{<i:x:2T{^Zg&(4)&T{hH}:p:}:y:X{i->T{q}}:f:}:sub:10s 0l(1)p@T{}:e:O:}o:3x }".utf8)
    check.that(parse(long).format != nil, "a long text is accepted")
    for count in long.indices {
        let prefix = Array(long[..<count])
        checkAnyText(prefix, &check, "a text cut anywhere is answered")
        check.that(parse(prefix).format == nil, "a T{} cut anywhere is refused", count)
        for byte in Array("\0T{}()<@:9&XZtx \u{FF}".utf8) {
            var changed = long
            changed[count] = byte
            checkAnyText(changed, &check, "a text changed anywhere is answered")
        }
    }

    let alphabet = Array("T{}T{}&X{}Z(2,3)(:a:@=<>!^ 0199999999bhiqdgswxOtnP\0é".utf8)
    var state: UInt64 = 3118
    for _ in 0..<20_000 {
        var text: [UInt8] = []
        for _ in 0..<(next(&state) % 24) { text.append(alphabet[next(&state) % alphabet.count]) }
        checkAnyText(text, &check, "a random text is answered")
    }
}

/// The next number of a fixed sequence (Knuth's MMIX generator), not negative.
private func next(_ state: inout UInt64) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33)
}
