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
    let longDoubleByteCount = 8
#else
    let longDoubleByteCount = 16
#endif

let longByteCount = MemoryLayout<CLong>.size

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
    CodeRow("F", 8, .complex64, alignment: 4, "F is struct's Zf"),
    CodeRow("D", 16, .complex128, alignment: 8, "D is struct's Zd"),
    CodeRow("s", 1, .bytes, "s without a count is a bytes object of 1 byte"),
    CodeRow("p", 1, .pascal, "p without a count is a pascal string of 1 byte"),
    CodeRow("x", 1, .bytes, "x alone is a byte of which nothing is known"),
    CodeRow("u", 2, .ucs2, "u is a text of one UCS-2 unit"),
    CodeRow("w", 4, .ucs4, "w is a text of one UCS-4 unit"),
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
    let isLittleEndian = true
#else
    let isLittleEndian = false
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
