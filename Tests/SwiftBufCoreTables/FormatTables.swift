// The facts about format strings, as tables: each row is a text, what it means, and the sentence that says so.
//
// Sizes outside of `T{}` are what `struct.calcsize` answers, sizes inside what NumPy's `_dtype_from_pep3118`
// answers, on a 64-bit machine. Runs without a testing framework, in both modes.

import SwiftBufCore

/// Checks all facts about format strings.
public func formatTables(_ check: inout Check) {
    codeFacts(&check)
    sizeFacts(&check)
    scalarFacts(&check)
    contentFacts(&check)
    refusalFacts(&check)
    depthFacts(&check)
    messageFacts(&check)
    anyTextFacts(&check)
}

// MARK: - Each code in each mode

private struct CodeRow {
    var code: String
    /// After no prefix, `@` and `^`, in bytes.
    var nativeByteCount: Int
    /// After no prefix and `@`, in bytes.
    var byteAlignment: Int
    /// After `= < > !`, in bytes; nil if the code is refused there.
    var standardByteCount: Int?
    var nativeKind: ScalarKind?
    var standardKind: ScalarKind?
    var fact: StaticString

    /// A code of the same size and kind in all modes.
    init(_ code: String, _ byteCount: Int, _ kind: ScalarKind?, alignment: Int? = nil, _ fact: StaticString) {
        self.init(code, byteCount, kind, standard: byteCount, kind, alignment: alignment, fact)
    }

    init(
        _ code: String, _ byteCount: Int, _ kind: ScalarKind?, standard: Int?, _ standardKind: ScalarKind?,
        alignment: Int? = nil, _ fact: StaticString
    ) {
        self.code = code
        nativeByteCount = byteCount
        byteAlignment = alignment ?? byteCount
        standardByteCount = standard
        nativeKind = kind
        self.standardKind = standardKind
        self.fact = fact
    }
}

#if os(Windows) || (canImport(Darwin) && arch(arm64))
    private let longDoubleByteCount = 8
#else
    private let longDoubleByteCount = 16
#endif

private let longByteCount = MemoryLayout<CLong>.size

private let codeRows: [CodeRow] = [
    CodeRow("?", 1, .bool, "? is a bool of 1 byte"),
    CodeRow("c", 1, .character, "c is 1 byte as a bytes object"),
    CodeRow("b", 1, .int8, "b is an Int8"),
    CodeRow("B", 1, .uint8, "B is a UInt8"),
    CodeRow("h", 2, .int16, "h is an Int16"),
    CodeRow("H", 2, .uint16, "H is a UInt16"),
    CodeRow("i", 4, .int32, "i is an Int32"),
    CodeRow("I", 4, .uint32, "I is a UInt32"),
    CodeRow(
        "l", longByteCount, longByteCount == 8 ? .int64 : .int32, standard: 4, .int32,
        "l is C's long, of 4 bytes in standard size"),
    CodeRow(
        "L", longByteCount, longByteCount == 8 ? .uint64 : .uint32, standard: 4, .uint32,
        "L is C's unsigned long, of 4 bytes in standard size"),
    CodeRow("q", 8, .int64, "q is an Int64"),
    CodeRow("Q", 8, .uint64, "Q is a UInt64"),
    CodeRow("n", 8, .int64, standard: nil, nil, "n is C's ssize_t, and native only"),
    CodeRow("N", 8, .uint64, standard: nil, nil, "N is C's size_t, and native only"),
    CodeRow("P", 8, .pointer, standard: nil, nil, "P is an address, and native only"),
    CodeRow("e", 2, .float16, "e is a Float16"),
    CodeRow("f", 4, .float32, "f is a Float"),
    CodeRow("d", 8, .float64, "d is a Double"),
    CodeRow("g", longDoubleByteCount, .longDouble, standard: nil, nil, "g is C's long double, and native only"),
    CodeRow("Zf", 8, .complex64, alignment: 4, "Zf is two Floats, aligned as one"),
    CodeRow("Zd", 16, .complex128, alignment: 8, "Zd is two Doubles, aligned as one"),
    CodeRow(
        "Zg", 2 * longDoubleByteCount, .complexLongDouble, standard: nil, nil, alignment: longDoubleByteCount,
        "Zg is two long doubles, aligned as one, and native only"),
    CodeRow("s", 1, .bytes, "s without a count is a bytes object of 1 byte"),
    CodeRow("p", 1, .pascal, "p without a count is a pascal string of 1 byte"),
    CodeRow("x", 1, nil, "x is a pad byte, no scalar"),
    CodeRow("u", 2, nil, "u is a UCS-2 character, no scalar"),
    CodeRow("w", 4, nil, "w is a UCS-4 character, no scalar"),
    CodeRow("O", 8, nil, "O is a reference of pointer size in every mode, no scalar"),
    CodeRow("&i", 8, nil, "a pointer to an item has pointer size in every mode"),
    CodeRow("&&Zd", 8, nil, "a pointer to a pointer has pointer size in every mode"),
    CodeRow("&(2,3)T{bd}", 8, nil, "a pointer to an array of structs has pointer size in every mode"),
    CodeRow("X{}", 8, nil, "a function pointer has pointer size in every mode"),
    CodeRow("X{id->T{q}}", 8, nil, "a function pointer's signature does not matter"),
    CodeRow("T{b}", 1, nil, "a struct of 1 byte has 1 byte in every mode"),
]

private func codeFacts(_ check: inout Check) {
    for row in codeRows {
        for (prefix, isNative, isAligned, isSwapped) in modes {
            let outcome = parse(prefix + row.code)
            guard let byteCount = isNative ? row.nativeByteCount : row.standardByteCount else {
                check.that(outcome.error?.reason == .nativeOnlyCode, row.fact)
                check.that(outcome.error?.byteOffset == 1, row.fact, outcome.error?.byteOffset ?? -1)
                continue
            }
            let kind = isNative ? row.nativeKind : row.standardKind
            check.that(outcome.format?.itemByteCount == byteCount, row.fact, outcome.format?.itemByteCount ?? -1)
            check.that(outcome.format?.kind == kind, row.fact)
            check.that(
                outcome.format?.alignment == (isAligned ? row.byteAlignment : 1), row.fact,
                outcome.format?.alignment ?? -1)
            check.that(outcome.format?.isByteSwapped == (isSwapped && kind?.isSwappable == true), row.fact)
            // Behind one byte, so that alignment shows: `@` aligns, all others pack.
            let packed = parse(prefix + "b" + row.code).format?.itemByteCount
            check.that(packed == byteCount + (isAligned ? row.byteAlignment : 1), row.fact, packed ?? -1)
        }
    }
}

#if _endian(little)
    private let isLittleEndian = true
#else
    private let isLittleEndian = false
#endif

private let modes: [(prefix: String, isNative: Bool, isAligned: Bool, isSwapped: Bool)] = [
    ("", true, true, false), ("@", true, true, false), ("^", true, false, false), ("=", false, false, false),
    ("<", false, false, !isLittleEndian), (">", false, false, isLittleEndian), ("!", false, false, isLittleEndian),
]

// MARK: - Sizes and alignment

private struct SizeRow {
    var text: String
    var byteCount: Int
    var alignment: Int
    var fact: StaticString

    init(_ text: String, _ byteCount: Int, _ alignment: Int, _ fact: StaticString) {
        self.text = text
        self.byteCount = byteCount
        self.alignment = alignment
        self.fact = fact
    }
}

private let sizeRows: [SizeRow] = [
    // Counts.
    SizeRow("3i", 12, 4, "a count repeats a code"),
    SizeRow("003i", 12, 4, "a count may start with zeros"),
    SizeRow("1d", 8, 8, "a count of 1 changes nothing"),
    SizeRow("0ib", 1, 4, "a count of 0 adds no bytes"),
    SizeRow("b0i", 4, 4, "a count of 0 aligns what follows, and pads the end if nothing does"),
    SizeRow("<b0i", 1, 1, "a count of 0 aligns nothing in a packed mode"),
    SizeRow("17s", 17, 1, "the count of s is a length"),
    SizeRow("17p", 17, 1, "the count of p is a length"),
    SizeRow("17x", 17, 1, "the count of x is a number of bytes"),
    SizeRow("5w", 20, 4, "the count of w is a number of characters of 4 bytes"),
    SizeRow("5u", 10, 2, "the count of u is a number of characters of 2 bytes"),
    SizeRow("3O", 24, 8, "references can be repeated"),
    SizeRow("3&i", 24, 8, "pointers can be repeated"),
    SizeRow("2&3d", 16, 8, "the count behind & belongs to what is pointed to"),
    SizeRow("2X{}", 16, 8, "function pointers can be repeated"),
    SizeRow("9223372036854775807x", Int.max, 1, "an item may have Int.max bytes"),
    SizeRow("9223372036854775806xb", Int.max, 1, "a sum may reach Int.max bytes"),
    // Outside of T{}: struct's sizes.
    SizeRow("bi", 8, 4, "a member is aligned to its size in native mode"),
    SizeRow("ib", 5, 4, "the end is not padded outside of T{}"),
    SizeRow("@bhiq", 16, 8, "members are aligned one after the other"),
    SizeRow("qib", 13, 8, "what is in order needs no pads"),
    SizeRow("=bhiq", 15, 1, "= packs"),
    SizeRow("<bhiq", 15, 1, "< packs"),
    SizeRow(">bhiq", 15, 1, "> packs"),
    SizeRow("!bhiq", 15, 1, "! packs"),
    SizeRow("^bhiq", 15, 1, "^ packs"),
    SizeRow("bw", 8, 4, "UCS-4 text is aligned to 4 bytes"),
    SizeRow("bu", 4, 2, "UCS-2 text is aligned to 2 bytes"),
    SizeRow("b4s", 5, 1, "bytes are not aligned"),
    SizeRow("3xi", 8, 4, "a pad does not stop alignment"),
    // White space.
    SizeRow(" b \t\n\u{0B}\u{0C}\ri ", 8, 4, "white space around items is ignored"),
    SizeRow("< i", 4, 1, "white space behind a byte order is ignored"),
    SizeRow(" <i", 4, 1, "white space before a byte order is ignored"),
    SizeRow("T{ b i }", 8, 4, "white space inside T{} is ignored"),
    SizeRow("( 2 , 3 )d", 48, 8, "white space inside a shape is ignored"),
    SizeRow("i:ival:\n(16,4)d:data:", 520, 8, "the array example of PEP 3118 has 520 bytes"),
    SizeRow("i:ival:\nT{\n H:sval:\n B:bval:\n B:cval:\n}:sub:", 8, 4, "the struct example of PEP 3118 has 8 bytes"),
    // Byte order later in the text.
    SizeRow("b<i", 5, 1, "a byte order may come later, and packs from there"),
    SizeRow("b<i@i", 12, 4, "a later @ aligns again"),
    SizeRow("<b@i", 8, 4, "an offset in a packed part counts for alignment"),
    SizeRow("<il@l", 8 + longByteCount, longByteCount, "sizes change with the byte order: l is 4 bytes, then C's"),
    SizeRow("b^q@h", 12, 2, "members in ^ are native and packed"),
    // Shapes.
    SizeRow("(2,3)d", 48, 8, "a shape multiplies"),
    SizeRow("(4)i", 16, 4, "a shape may have one dimension"),
    SizeRow("(1)i", 4, 4, "a shape of 1 has the size of the item"),
    SizeRow("(2)3i", 24, 4, "a shape and a count multiply"),
    SizeRow("(2,3)<d", 48, 1, "a byte order may stand behind a shape"),
    SizeRow("<(2,3)d", 48, 1, "a byte order may stand before a shape"),
    SizeRow("<(2)@d", 16, 8, "of two byte orders around a shape the second counts"),
    SizeRow("b(2)i", 12, 4, "an array is aligned as its item is"),
    SizeRow("(2)4s", 8, 1, "a shape repeats bytes of a length"),
    SizeRow("(0)ib", 1, 4, "a dimension of 0 adds no bytes"),
    SizeRow("(0,9223372036854775807)ib", 1, 4, "a dimension of 0 comes before any size"),
    SizeRow("(3)&<i", 24, 1, "an array of pointers is as ctypes writes it"),
    SizeRow("&(3)<i", 8, 1, "a pointer to an array is as ctypes writes it"),
    SizeRow("(1,2,1,2,1,2,1,2,1,2,1,2,1,2,1,2)b", 256, 1, "a shape may be long"),
    // T{}.
    SizeRow("T{ib}", 8, 4, "a T{} is padded at its end in native mode"),
    SizeRow("@T{ib}", 8, 4, "@ before a T{} holds inside"),
    SizeRow("<T{ib}", 5, 1, "< before a T{} holds inside"),
    SizeRow("^T{ib}", 5, 1, "^ before a T{} holds inside"),
    SizeRow("T{<ib}", 5, 1, "< inside a T{} holds to its end"),
    SizeRow("T{^ib}", 5, 1, "^ inside a T{} holds to its end"),
    SizeRow("T{i<b}", 5, 1, "a T{} that ends packed is not padded, nor aligned itself"),
    SizeRow("T{<b@i<b}", 9, 1, "the mode at the end decides on the padding"),
    SizeRow("T{<b@ib}", 12, 4, "a T{} that ends in @ is padded"),
    SizeRow("T{<i@b}", 5, 1, "packed members ask for no padding at the end"),
    SizeRow("T{i0q}", 8, 8, "a count of 0 aligns the whole T{}"),
    SizeRow("T{}i", 4, 4, "a T{} may be empty"),
    SizeRow("T{T{}i}", 4, 4, "an inner T{} may be empty"),
    SizeRow("2T{ib}", 16, 4, "a T{} can be repeated"),
    SizeRow("(2,3)T{ib}", 48, 4, "a T{} can have a shape"),
    SizeRow("(2)3T{ib}", 48, 4, "a T{} can have a shape and a count"),
    SizeRow("0T{d}b", 1, 8, "a T{} can be repeated 0 times"),
    SizeRow("T{d}b", 9, 8, "the end outside of T{} is not padded, behind a T{} either"),
    SizeRow("bT{d}", 16, 8, "a T{} is aligned as its widest member"),
    SizeRow("bT{hb}", 6, 2, "an inner alignment is that of the members, not of the size"),
    SizeRow("T{bT{bq}b}", 32, 8, "an inner T{} is aligned and padded"),
    SizeRow("T{bT{<bq}b}", 11, 1, "a byte order inside an inner T{} persists behind it"),
    SizeRow("T{bT{<q}i}", 13, 1, "behind an inner < nothing is aligned, the inner T{} neither"),
    SizeRow("T{bT{<q}@i}", 16, 4, "@ behind an inner < aligns again"),
    SizeRow("T{bT{<b@h}i}", 12, 4, "an inner T{} is aligned by the mode at its end"),
    SizeRow("T{<bT{@i}b}", 12, 4, "an inner @ persists, and pads the outer end"),
    SizeRow("T{<b3T{@ib}}", 28, 4, "an inner @ aligns its own T{}"),
    SizeRow("T{b&<q:p:i}", 13, 1, "a byte order behind & persists"),
    SizeRow("T{bg}", 2 * longDoubleByteCount, longDoubleByteCount, "a long double pads a T{} to its alignment"),
    SizeRow("T{bZd}", 24, 8, "a complex number is aligned as its parts in a T{}"),
    SizeRow("T{b3s}", 4, 1, "bytes do not pad a T{}"),
    // What NumPy and ctypes write.
    SizeRow(
        "T{b:a:xxxxxxx(2,3)>d:b:@5w:c:xxxxO:d:}", 88, 8, "an aligned record of NumPy has the size that NumPy says"),
    SizeRow("T{b:a:=d:b:^g:g:}", 9 + longDoubleByteCount, 1, "a packed record of NumPy has the size that NumPy says"),
    SizeRow("T{<b:a:7x&<i:p:<q:x:X{}:f:(3,2)<d:arr:<b:z:7x}", 88, 1, "a struct of ctypes with pads has C's size"),
    // Names.
    SizeRow("i:a:d:b:", 16, 8, "members outside of T{} may have names"),
    SizeRow("T{i::d::}", 16, 8, "a name may be empty"),
    SizeRow("T{i:a:d:a:}", 16, 8, "two members may have one name"),
    SizeRow("T{i:}{T( 9<\n:d:é:}", 16, 8, "a name may hold anything but a colon"),
    SizeRow("3x:raw:", 3, 1, "a pad may have a name"),
]

private func sizeFacts(_ check: inout Check) {
    for row in sizeRows {
        let outcome = parse(row.text)
        check.that(outcome.format?.itemByteCount == row.byteCount, row.fact, outcome.format?.itemByteCount ?? -1)
        check.that(outcome.format?.alignment == row.alignment, row.fact, outcome.format?.alignment ?? -1)
    }
}

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
    ScalarRow("x", nil, "a pad is no scalar"),
    ScalarRow("i:a:", nil, "an item with a name is no scalar"),
    ScalarRow("i::", nil, "an item with an empty name is no scalar"),
    ScalarRow("(1)i", nil, "an item with a shape is no scalar"),
    ScalarRow("(2)4s", nil, "bytes with a shape are no scalar"),
    ScalarRow("T{i}", nil, "a T{} is no scalar"),
    ScalarRow(foreign + "T{i}", nil, "a T{} in a foreign byte order is no scalar"),
    ScalarRow("O", nil, "a reference is no scalar"),
    ScalarRow("&i", nil, "a pointer to an item is no scalar"),
    ScalarRow("w", nil, "text is no scalar"),
]

private func scalarFacts(_ check: inout Check) {
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
                !(1...20).contains(rawValue), "the kinds have the raw values 1 to 20, and 0 is none", Int(rawValue))
            continue
        }
        check.that((1...20).contains(rawValue), "the kinds have the raw values 1 to 20, and 0 is none", Int(rawValue))
        guard let text = bytes(kind.nativeFormat) else {
            check.that(kind == .bytes || kind == .pascal, "only bytes and pascal have no native format", Int(rawValue))
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

private func contentFacts(_ check: inout Check) {
    for row in contentRows {
        let format = parse(row.text).format
        check.that(format?.holdsReferences == row.holdsReferences, row.fact)
        check.that(format?.isOpaque == row.isOpaque, row.fact)
    }
}

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
    RefusalRow("F", .unknownCode, at: 0, "a letter of NumPy's type characters is refused"),
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
    RefusalRow("(2)(3)i", .missingCode, at: 3, "two shapes in a row are refused"),
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

private func refusalFacts(_ check: inout Check) {
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

private func depthFacts(_ check: inout Check) {
    let nested = parse(text("T{", 64) + Array("i".utf8) + text("}", 64))
    check.that(nested.format?.itemByteCount == 4, "64 T{ may be nested")
    let tooNested = parse(text("T{", 65) + Array("i".utf8) + text("}", 65)).error
    check.that(tooNested?.reason == .tooDeep, "65 T{ may not be nested")
    check.that(tooNested?.byteOffset == 128, "the 65th T{ is named", tooNested?.byteOffset ?? -1)

    check.that(parse(text("&", 64) + Array("i".utf8)).format?.itemByteCount == 8, "64 & may be nested")
    let tooFar = parse(text("&", 65) + Array("i".utf8)).error
    check.that(tooFar?.reason == .tooDeep, "65 & may not be nested")
    check.that(tooFar?.byteOffset == 64, "the 65th & is named", tooFar?.byteOffset ?? -1)

    let mixed = parse(text("&T{", 33)).error
    check.that(mixed?.reason == .tooDeep, "T{ and & count together")
    check.that(mixed?.byteOffset == 96, "the 65th of T{ and & is named", mixed?.byteOffset ?? -1)

    check.that(parse(text("T{", 100_000)).error?.reason == .tooDeep, "100000 T{ are refused, not followed")
    check.that(parse(text("&", 100_000)).error?.reason == .tooDeep, "100000 & are refused, not followed")
    let signature = parse(text("X{", 1) + text("{", 100_000) + text("}", 100_001))
    check.that(signature.format?.itemByteCount == 8, "a signature may be nested at will: it is only counted")
    check.that(parse(text("T{b}", 1000)).format?.itemByteCount == 1000, "T{} side by side are not nested")
    check.that(parse(text("b", 100_000)).format?.itemByteCount == 100_000, "a text may be long")
}

// MARK: - Messages

private func messageFacts(_ check: inout Check) {
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

private func anyTextFacts(_ check: inout Check) {
    let letters = Array("xcbB?hHiIlLqQnNefdgspPwuO".utf8)
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

// MARK: - Helpers

private enum Outcome {
    case format(Format)
    case error(FormatError)

    var format: Format? {
        if case .format(let format) = self { format } else { nil }
    }

    var error: FormatError? {
        if case .error(let error) = self { error } else { nil }
    }
}

private func parse(_ text: [UInt8]) -> Outcome {
    do throws(FormatError) {
        return .format(try Format.parse(text.span))
    } catch {
        return .error(error)
    }
}

private func parse(_ text: String) -> Outcome {
    parse(Array(text.utf8))
}

/// Every reason there is.
private let reasons = (UInt8.min...UInt8.max).compactMap { FormatError.Reason(rawValue: $0) }

/// A text, repeated.
private func text(_ text: String, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes += Array(text.utf8) }
    return bytes
}

/// The byte at an offset; nil at the end.
private func byte(_ text: String, at offset: Int) -> UInt8? {
    let bytes = Array(text.utf8)
    return bytes.indices.contains(offset) ? bytes[offset] : nil
}

private func bytes(_ text: StaticString?) -> [UInt8]? {
    text.map { Array($0.description.utf8) }
}
