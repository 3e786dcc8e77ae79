// Members by their names: each row is a text, a name, and what the member is.

import SwiftBufCore

private struct FieldRow {
    var text: String
    var name: String
    /// nil if there is no such member.
    var field: (byteOffset: Int, itemByteCount: Int, text: String, prefix: UInt8, shape: [Int])?
    var fact: StaticString

    init(
        _ text: String, _ name: String, at byteOffset: Int, _ itemByteCount: Int, _ element: String, prefix: String = "",
        shape: [Int] = [], _ fact: StaticString
    ) {
        self.text = text
        self.name = name
        field = (byteOffset, itemByteCount, element, prefix.utf8.first ?? 0, shape)
        self.fact = fact
    }

    init(_ text: String, no name: String, _ fact: StaticString) {
        self.text = text
        self.name = name
        self.fact = fact
    }
}

private let fieldRows: [FieldRow] = [
    FieldRow("T{i:a:(2,3)h:m:}", "a", at: 0, 4, "i", "a scalar member is its code"),
    FieldRow("T{i:a:(2,3)h:m:}", "m", at: 4, 2, "h", shape: [2, 3], "a shape is the member's, not the element's"),
    FieldRow("T{b:a:3h:m:}", "m", at: 2, 2, "h", shape: [3], "a count is a dimension"),
    FieldRow("T{b:a:(2)3h:m:}", "m", at: 2, 2, "h", shape: [2, 3], "a count is the last dimension"),
    FieldRow("T{b:a:(2)(3)h:m:}", "m", at: 2, 2, "h", shape: [2, 3], "shapes behind each other are dimensions of one"),
    FieldRow("i:a:3x:raw:d:b:", "raw", at: 4, 3, "3x", "a pad with a name outside of T{} is a member, though no value"),
    FieldRow("0h:none:i:a:", "none", at: 0, 2, "h", shape: [0], "so are no values at all"),
    FieldRow("xT{i:a:}", no: "a", "members of a T{} behind a pad are not found"),
    FieldRow("T{b:a:( 2 , 3 )h:m:}", "m", at: 2, 2, "h", shape: [2, 3], "white space in a shape does not matter"),
    FieldRow("T{b:a:4s:name:}", "name", at: 1, 4, "4s", "a length stays with its code"),
    FieldRow("T{b:a:(2)4s:name:}", "name", at: 1, 4, "4s", shape: [2], "a length stays with its code behind a shape"),
    FieldRow("T{b:a:5w:text:}", "text", at: 4, 20, "5w", "so does the length of UCS-4 text"),
    FieldRow("T{b:a:3x:raw:}", "raw", at: 1, 3, "3x", "a pad with a name is a member"),
    FieldRow("T{b:a:0h:m:}", "m", at: 2, 2, "h", shape: [0], "a member may have no elements"),
    FieldRow("T{b:a:1h:m:}", "m", at: 2, 2, "h", "a count of 1 is no dimension"),
    FieldRow("T{b:a:Zd:z:}", "z", at: 8, 16, "Zd", "a complex code is two letters"),
    FieldRow("T{b:a:T{h:x:d:y:}:n:}", "n", at: 8, 16, "T{h:x:d:y:}", "a T{} member is its whole text"),
    FieldRow("T{b:a:2T{h:x:b:y:}:n:}", "n", at: 2, 4, "T{h:x:b:y:}", shape: [2], "a T{} member may be counted"),
    FieldRow("T{b:a:T{h:x:d:y:}:n:}", no: "x", "members of members are not found"),
    FieldRow("T{b:a:&d:p:}", "p", at: 8, 8, "&d", "a pointer member is found, with what it points to"),
    FieldRow("T{b:a:O:o:}", "o", at: 8, 8, "O", "a reference member is found"),
    FieldRow("T{b:a:xxxO:o:i:b:}", "b", at: 16, 4, "i", "members behind references are found"),
    // Byte order.
    FieldRow("<T{b:a:d:b:}", "b", at: 1, 8, "d", prefix: "<", "a prefix before the T{} holds inside"),
    FieldRow(" ^ T{b:a:d:b:}", "b", at: 1, 8, "d", prefix: "^", "white space around it does not matter"),
    FieldRow("T{b:a:>d:b:h:c:}", "b", at: 1, 8, "d", prefix: ">", "a prefix in front of a member is not in its text"),
    FieldRow("T{b:a:!d:b:h:c:}", "c", at: 9, 2, "h", prefix: ">", "a prefix holds for the members behind it"),
    FieldRow("T{<b:a:@d:b:}", "b", at: 8, 8, "d", "a member may be native again"),
    FieldRow("T{b:a:(2)=d:b:}", "b", at: 1, 8, "d", prefix: "=", shape: [2], "a prefix may stand behind a shape"),
    FieldRow("T{b:a:T{<h:x:}:n:d:c:}", "n", at: 1, 2, "T{<h:x:}", "a T{} member starts as its text is written"),
    FieldRow("T{b:a:T{<h:x:}:n:d:c:}", "c", at: 3, 8, "d", prefix: "<", "a prefix inside a T{} member persists behind it"),
    // Names.
    FieldRow("T{i:a:d:a:}", "a", at: 0, 4, "i", "of two members of one name the first is found"),
    FieldRow("T{i::d:b:}", "", at: 0, 4, "i", "a name may be empty"),
    FieldRow("T{i:é}{ T:d:b:}", "é}{ T", at: 0, 4, "i", "a name may hold anything but a colon"),
    FieldRow("T{i:ab:d:abc:}", "abc", at: 8, 8, "d", "a name is not its beginning"),
    FieldRow("T{i:ab:d:abc:}", no: "a", "the beginning of a name is not found"),
    FieldRow("T{id}", no: "", "a member without a name has none"),
    // Outside of T{}.
    FieldRow("i:a:d:b:", "b", at: 8, 8, "d", "members outside of T{} are found"),
    FieldRow("i:ival:\n(16,4)d:data:", "data", at: 8, 8, "d", shape: [16, 4], "PEP 3118's array example"),
    FieldRow("3i:a:d:b:", "a", at: 0, 4, "i", shape: [3], "counted values outside of T{} are a dimension"),
    FieldRow("T{h:x:}:n:d:b:", "n", at: 0, 2, "T{h:x:}", "a T{} that is not all is a member"),
    FieldRow("T{h:x:}:n:d:b:", no: "x", "and its members are not found"),
    FieldRow("2T{h:x:}", no: "x", "members of counted T{} are not found"),
    FieldRow("T{h:x:}:n:", "n", at: 0, 2, "T{h:x:}", "a T{} with a name is a member"),
    FieldRow("d", no: "d", "a code is no name"),
    FieldRow("T{i:a:", no: "b", "in no format nothing is found"),
    FieldRow("T{i:a", no: "a", "nor in one whose name does not end"),
    FieldRow("", no: "", "nor in none"),
]

/// Checks which members are found by their names.
public func formatFieldTables(_ check: inout Check) {
    for row in fieldRows {
        let text = Array(row.text.utf8)
        let field = Format.field(named: Array(row.name.utf8).span, in: text.span)
        check.that((field != nil) == (row.field != nil), row.fact)
        guard let field, let expected = row.field else { continue }
        check.that(field.byteOffset == expected.byteOffset, row.fact, field.byteOffset)
        check.that(field.itemByteCount == expected.itemByteCount, row.fact, field.itemByteCount)
        check.that(Array(text[field.textRange]) == Array(expected.text.utf8), row.fact, field.textRange.count)
        check.that(field.prefix == expected.prefix, row.fact, Int(field.prefix))
        var shape: [Int] = []
        for axis in 0..<field.rank { shape.append(field.shape[axis]) }
        check.that(shape == expected.shape, row.fact, field.rank)
        // The element's text, with the prefix in front, says the same by itself.
        let element = (field.prefix == 0 ? [] : [field.prefix]) + text[field.textRange]
        check.that(parse(element).format?.itemByteCount == expected.itemByteCount, row.fact)
    }
    manyNames(&check)
    for rank in [64, 65] {
        var text = Array("T{b:a:(1".utf8)
        for _ in 1..<rank { text += Array(",1".utf8) }
        text += Array(")h:m:}".utf8)
        let field = Format.field(named: Array("m".utf8).span, in: text.span)
        check.that(field?.rank == (rank == 64 ? 64 : nil), "a member of at most 64 dimensions is found", rank)
    }
}

/// Holds an index of names against looking at them one by one.
private func manyNames(_ check: inout Check) {
    for count in [0, 1, 8, 9, 15, 16, 17, 500] {
        var text = Array("T{".utf8)
        for number in 0..<count {
            // Every third name was there before.
            text += Array("B:n".utf8) + decimal(number % 3 == 2 ? number / 2 : number) + Array(":".utf8)
        }
        text += Array("}".utf8)
        guard let indexed = try? FormatTree(layoutOf: text.span, as: .itemsWithoutBytes, indexesNames: true),
            let plain = try? FormatTree(layoutOf: text.span, as: .itemsWithoutBytes)
        else {
            check.that(false, "a record of many members is compiled", count)
            continue
        }
        check.that(indexed.byteCount >= plain.byteCount, "an index takes room", indexed.byteCount)
        check.that(indexed.hasNames == (count > 0), "a record has names if a member has one", count)
        var same = 0
        for number in 0..<(count + 20) {
            let name = Array("n".utf8) + decimal(number)
            let found = indexed.member(named: name.span, in: text.span)
            if found == plain.member(named: name.span, in: text.span) { same += 1 }
        }
        check.that(same == count + 20, "with an index and without the same members are found", count)
    }
}
