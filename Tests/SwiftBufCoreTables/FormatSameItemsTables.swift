// Which formats of records say the same of each item: each row is one, another one, and whether they do.

import SwiftBufCore

private struct SameItemsRow {
    var first: String
    var second: String
    var itemByteCount: Int
    var isSame: Bool
    var fact: StaticString
}

private func same(_ first: String, _ second: String, _ itemByteCount: Int, _ fact: StaticString) -> SameItemsRow {
    SameItemsRow(first: first, second: second, itemByteCount: itemByteCount, isSame: true, fact: fact)
}

private func other(_ first: String, _ second: String, _ itemByteCount: Int, _ fact: StaticString) -> SameItemsRow {
    SameItemsRow(first: first, second: second, itemByteCount: itemByteCount, isSame: false, fact: fact)
}

private let sameItemsRows: [SameItemsRow] = [
    same("T{=f:x:f:y:}", "T{f:x:f:y:}", 8, "a prefix that changes nothing does not matter"),
    same("T{=i:a:4xd:b:}", "T{i:a:d:b:}", 16, "pads may be said or follow from the alignment"),
    same("T{=q:a:}", "T{l:a:}", 8, "letters of one kind and size are the same"),
    same("T{=(2,3)f:a:}", "T{(2,3)<f:a:}", 24, "the machine's byte order may be said"),
    same("T{=i:a:B:b:3x}", "T{i:a:B:b:}", 8, "the pad at the end may be left to the alignment"),
    same("T{=i:a:B:b:3x}", "T{=i:a:B:b:}", 8, "a size of the items that goes on behind the last member is theirs to say"),
    same("T{T{=i:a:B:b:3x}:in:f:c:}", "T{T{i:a:B:b:}:in:f:c:}", 12, "a nested struct is padded in native mode"),
    same("T{T{=i:a:B:b:3x}:in:f:c:}", "T{T{i:a:B:b:}:in:xxxf:c:}", 12, "NumPy writes the pad of a nested struct behind it"),
    same("T{T{=i:a:B:b:}:in:?:c:2x}", "T{T{i:a:B:b:}:in:?:c:}", 8, "NumPy means no pad where the next member stands in it"),
    other("T{T{=i:a:B:b:}:in:?:c:2x}", "T{T{i:a:B:b:}:in:?:c:}", 12, "where a pad may be there or not nobody knows"),
    other("T{T{=i:a:B:b:3x}:in:?:c:3x}", "T{T{i:a:B:b:}:in:?:c:}", 12, "nor does the reading that has it"),
    other("T{=i:a:8xB:b:}", "T{<i:a:<B:b:}", 13, "ctypes of CPython 3.11 writes no pads at all"),
    same("T{=i:a:i:b:4x}", "T{i:a:i:b:}", 12, "NumPy writes no pad at the end, however long"),
    same("T{=q:a:}", "T{<q:a:}", 8, "an order that ctypes writes is the machine's own"),
    same("T{=D:z:}", "T{Zd:z:}", 16, "struct's letters of complex numbers are those of PEP 3118"),
    same("T{=(2,3)i:a:}", "T{(2)(3)i:a:}", 24, "a sub-array of sub-arrays has one shape"),
    same("T{=4i:a:}", "T{(4)i:a:}", 16, "a count is a shape of one dimension"),
    other("T{=f:x:f:y:}", "T{f:y:f:x:}", 8, "names in another order are others"),
    other("T{=f:x:f:y:}", "T{f:x:f:}", 8, "a name that is missing is another"),
    other("T{=f:x:f:y:}", "ff", 8, "values without a struct are others"),
    other("T{=f:x:f:y:}", "T{2f:x:}", 8, "an array is no two members"),
    other("T{=f:x:f:y:}", "T{f:x:i:y:}", 8, "another kind is another"),
    other("T{=f:x:f:y:}", "T{f:x:>f:y:}", 8, "the other byte order is another"),
    same("T{>f:x:>f:y:}", "T{>f:x:f:y:}", 8, "both may have the other byte order"),
    other("T{=h:x:2xi:y:}", "T{=h:x:i:y:2x}", 8, "another place is another"),
    other("4xi", "i4x", 8, "pads in front of a value put it elsewhere"),
    other("4xT{=i:a:}", "T{=i:a:}4x", 8, "and those in front of a struct"),
    same("4xi", "xxxi", 8, "however they are said"),
    other("i:a:", "i:b:", 4, "a name of the only value matters"),
    other("T{=i:a:i:b:}", "T{T{i:a:i:b:}:in:}", 8, "what is nested is not the same as what is not"),
    other("T{T{=i:a:}:in:}", "T{T{i:b:}:in:}", 4, "names inside of a member matter"),
    other("T{=i:a:}", "T{O:a:}", 8, "what cannot be read is no record"),
    other("T{=i:a:}", "T{i:a:", 4, "what is no format is none"),
]

/// States which formats of records say the same.
public func formatSameItemsTables(_ check: inout Check) {
    for row in sameItemsRows {
        let (first, second) = (Array(row.first.utf8), Array(row.second.utf8))
        let isSame = Format.describesSameItems(first.span, second.span, itemByteCount: row.itemByteCount)
        check.that(isSame == row.isSame, row.fact)
    }
}
