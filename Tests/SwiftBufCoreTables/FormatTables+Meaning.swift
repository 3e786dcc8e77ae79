// What a format says of one item: whether it is one scalar, whether it holds references.

import SwiftBufCore

// MARK: - Which texts are one scalar, and the native text for it

private struct ScalarRow {
    var text: String
    var kind: ScalarKind?
    var isNativeSingleLetter: Bool
    var canonicalFormat: String?
    var fact: StaticString

    init(
        _ text: String, _ kind: ScalarKind?, single: Bool = false, canonical: String? = nil, _ fact: StaticString
    ) {
        self.text = text
        self.kind = kind
        isNativeSingleLetter = single
        canonicalFormat = canonical
        self.fact = fact
    }
}

private let own = isLittleEndian ? "<" : ">"
private let foreign = isLittleEndian ? ">" : "<"

private let scalarRows: [ScalarRow] = [
    ScalarRow("d", .float64, single: true, "one native letter stays what it is"),
    ScalarRow("@d", .float64, single: true, "one native letter behind @ stays what it is"),
    ScalarRow("l", longByteCount == 8 ? .int64 : .int32, single: true, "a native l stays l"),
    ScalarRow("@n", .int64, single: true, "a native n stays n"),
    ScalarRow("g", .longDouble, single: true, "a long double is one native letter"),
    ScalarRow(own + "q", .int64, canonical: "q", "the machine's own byte order needs no prefix"),
    ScalarRow(own + "l", .int32, canonical: "i", "a standard l is a native i"),
    ScalarRow("=L", .uint32, canonical: "I", "a standard L is a native I"),
    ScalarRow("=Q", .uint64, canonical: "Q", "a standard Q is a native Q"),
    ScalarRow("=h", .int16, canonical: "h", "a standard h is a native h"),
    ScalarRow("=H", .uint16, canonical: "H", "a standard H is a native H"),
    ScalarRow("^d", .float64, canonical: "d", "a packed d is a native d"),
    ScalarRow("^n", .int64, canonical: "q", "a packed n is a native q, by kind and size"),
    ScalarRow("^P", .pointer, canonical: "P", "a packed P is a native P"),
    ScalarRow("^g", .longDouble, canonical: "g", "a packed g is a native g"),
    ScalarRow("1e", .float16, canonical: "e", "a count of 1 is left out"),
    ScalarRow(" f", .float32, canonical: "f", "white space is left out"),
    ScalarRow("@ f", .float32, canonical: "f", "white space behind @ is left out"),
    ScalarRow(foreign + "b", .int8, canonical: "b", "one byte has no byte order"),
    ScalarRow(foreign + "B", .uint8, canonical: "B", "one unsigned byte has no byte order"),
    ScalarRow(foreign + "?", .bool, canonical: "?", "a bool has no byte order"),
    ScalarRow(foreign + "c", .character, canonical: "c", "a character has no byte order"),
    ScalarRow(foreign + "i", .int32, "no native code says a foreign byte order"),
    ScalarRow(foreign + "Zd", .complex128, "no native code says a foreign byte order of complex numbers"),
    ScalarRow("Zf", .complex64, canonical: "Zf", "a complex code is two letters"),
    ScalarRow(own + "Zd", .complex128, canonical: "Zd", "a complex code in the machine's own byte order is native"),
    ScalarRow("F", .complex64, canonical: "Zf", "struct's complex letter is Zf, which more readers know"),
    ScalarRow(own + "D", .complex128, canonical: "Zd", "so is the one of two doubles Zd"),
    ScalarRow(foreign + "D", .complex128, "no native code says it in a foreign byte order"),
    ScalarRow("^Zg", .complexLongDouble, canonical: "Zg", "a packed Zg is a native Zg"),
    ScalarRow("s", .bytes, single: true, "s alone is bytes"),
    ScalarRow("4s", .bytes, "bytes of a length have no shorter text"),
    ScalarRow(foreign + "4s", .bytes, "bytes have no byte order"),
    ScalarRow("4p", .pascal, "a pascal string of a length has no shorter text"),
    ScalarRow("2i", nil, "two items are no scalar"),
    ScalarRow("ii", nil, "two codes are no scalar"),
    ScalarRow("0ii", nil, "an item and one of 0 bytes are no scalar"),
    ScalarRow("ix", nil, "an item and a pad are no scalar"),
    ScalarRow("xb", nil, "a pad and an item are no scalar"),
    ScalarRow("4x", .bytes, "a pad alone is NumPy's void, which is read as bytes"),
    ScalarRow("xx", nil, "two pads are no scalar"),
    ScalarRow("i:a:", nil, "an item with a name is no scalar"),
    ScalarRow("i::", nil, "an item with an empty name is no scalar"),
    ScalarRow("(1)i", nil, "an item with a shape is no scalar"),
    ScalarRow("(2)4s", nil, "bytes with a shape are no scalar"),
    ScalarRow("T{i}", nil, "a T{} is no scalar"),
    ScalarRow(foreign + "T{i}", nil, "a T{} in a foreign byte order is no scalar"),
    ScalarRow("O", nil, "a reference is no scalar"),
    ScalarRow("&i", nil, "a pointer to an item is no scalar"),
    ScalarRow("w", .ucs4, single: true, "a w alone is text"),
    ScalarRow("@u", .ucs2, single: true, "a u alone is text"),
    ScalarRow("5w", .ucs4, "the length of UCS-4 text is no number of items"),
    ScalarRow(own + "5u", .ucs2, "UCS-2 text of a length has no shorter text"),
    ScalarRow(foreign + "5w", .ucs4, "the units of UCS-4 text have a byte order"),
    ScalarRow(foreign + "u", .ucs2, "the units of UCS-2 text have a byte order"),
    ScalarRow("(2)w", nil, "text with a shape is no scalar"),
]

func scalarFacts(_ check: inout Check) {
    for row in scalarRows {
        let format = parse(row.text).format
        check.that(format != nil, row.fact)
        check.that(format?.kind == row.kind, row.fact, Int(format?.kind?.rawValue ?? 0))
        check.that(format?.isNativeSingleLetter == row.isNativeSingleLetter, row.fact)
        let isForeign = row.text.utf8.first == foreign.utf8.first
        check.that(format?.isByteSwapped == (isForeign && row.kind?.isSwappable == true), row.fact)
        check.that(bytes(format?.canonicalFormat) == row.canonicalFormat.map { Array($0.utf8) }, row.fact)
    }
    for rawValue in UInt8.min...UInt8.max {
        guard let kind = ScalarKind(rawValue: rawValue) else {
            check.that(
                !(1...22).contains(rawValue), "the kinds have the raw values 1 to 22, and 0 is none", Int(rawValue))
            continue
        }
        check.that((1...22).contains(rawValue), "the kinds have the raw values 1 to 22, and 0 is none", Int(rawValue))
        guard let text = bytes(kind.nativeFormat) else {
            check.that(kind.isText, "only texts have no native format", Int(rawValue))
            continue
        }
        let format = parse(text).format
        check.that(format?.kind == kind, "the native format of a kind means that kind", Int(rawValue))
        check.that(format?.itemByteCount == kind.byteCount, "the native format of a kind has its size", Int(rawValue))
        check.that(format?.alignment == kind.byteAlignment, "the native format has its alignment", Int(rawValue))
        check.that(kind.nativeFormat?.hasPointerRepresentation == true, "a native format is a C string", Int(rawValue))
    }
    check.that(ScalarKind.bool.rawValue == 1, "the raw value of bool is 1")
    check.that(ScalarKind.int64.rawValue == 9, "the raw value of int64 is 9")
    check.that(ScalarKind.float64.rawValue == 13, "the raw value of float64 is 13")
    check.that(ScalarKind.complex128.rawValue == 16, "the raw value of complex128 is 16")
    check.that(ScalarKind.pascal.rawValue == 20, "the raw value of pascal is 20")
    check.that(ScalarKind.ucs2.rawValue == 21, "the raw value of ucs2 is 21")
    check.that(ScalarKind.ucs4.rawValue == 22, "the raw value of ucs4 is 22")
}

// MARK: - References and what is opaque

private struct ContentRow {
    var text: String
    var holdsReferences: Bool
    var isOpaque: Bool
    var fact: StaticString

    init(_ text: String, references: Bool, opaque: Bool, _ fact: StaticString) {
        self.text = text
        holdsReferences = references
        isOpaque = opaque
        self.fact = fact
    }
}

private let contentRows: [ContentRow] = [
    ContentRow("d", references: false, opaque: false, "a number is plain data"),
    ContentRow("P", references: false, opaque: false, "an address is plain data"),
    ContentRow("T{5w:O:4s:&:3x}", references: false, opaque: false, "names do not make a record opaque"),
    ContentRow("O", references: true, opaque: true, "an O is a reference"),
    ContentRow("T{i(2)T{dO}}", references: true, opaque: true, "an O deep inside is a reference"),
    ContentRow("<O", references: true, opaque: true, "an O in standard size is a reference"),
    ContentRow("0Oi", references: true, opaque: true, "an O counts even 0 times"),
    ContentRow("&O", references: true, opaque: true, "an O behind a pointer counts"),
    ContentRow("&i", references: false, opaque: true, "a pointer is opaque"),
    ContentRow("T{i&T{d}:p:}", references: false, opaque: true, "a record with a pointer is opaque"),
    ContentRow("X{}", references: false, opaque: true, "a function pointer is opaque"),
    ContentRow("X{O}", references: false, opaque: true, "an O in a signature is no reference"),
]

func contentFacts(_ check: inout Check) {
    for row in contentRows {
        let format = parse(row.text).format
        check.that(format?.holdsReferences == row.holdsReferences, row.fact)
        check.that(format?.isOpaque == row.isOpaque, row.fact)
    }
}
