// Which scalars of two formats stand in the same places: each row is two texts, and the pairs as `count:offset/offset`.

import SwiftBufCore

private struct PairRow {
    var first: String
    var second: String
    /// nil if the formats have no common structure.
    var pairs: String?
    var fact: StaticString

    init(_ first: String, _ second: String, _ pairs: String?, _ fact: StaticString) {
        self.first = first
        self.second = second
        self.pairs = pairs
        self.fact = fact
    }
}

private let pairRows: [PairRow] = [
    PairRow("i", ">q", "1:0/0", "scalars are a pair whatever their kinds"),
    PairRow("i", "ix", "1:0/0", "pads do not matter"),
    PairRow("4i", "4h", "4:0/0", "counted values are one row"),
    PairRow("4i", "iiii", "1:0/0 1:4/4 1:8/8 1:12/12", "a count is as the code that many times"),
    PairRow("3h2hb", "h4hb", "1:0/0 2:2/2 2:6/6 1:10/10", "counts that overlap are cut where one ends"),
    PairRow("4i", "3i", nil, "other numbers of values are another structure"),
    PairRow("i", "2i", nil, "one value and two are different structures"),
    PairRow("i", "T{i}", nil, "a value and a tuple of it are different structures"),
    PairRow("ii", "T{ii}", "1:0/0 1:4/4", "a T{} is a tuple as several values are"),
    PairRow("T{4i}", "T{iiii}", nil, "a list and values are different structures"),
    PairRow("T{4i}", "T{(4)i}", "4:0/0", "a count inside a T{} is as a shape"),
    PairRow("T{b:a:i:b:}", "T{<b:x:i:y:}", "1:0/0 1:4/1", "names do not matter, offsets are each format's own"),
    PairRow("T{b(2,3)h}", "T{d(2,3)d}", "1:0/0 6:2/8", "dimensions are one row"),
    PairRow("T{b(2,3)h}", "T{d(3,2)d}", nil, "other dimensions are another structure"),
    PairRow("T{b2T{hb}}", "T{b2T{bh}}", "1:0/0 1:2/2 1:4/4 1:6/6 1:8/8", "each tuple of a list has its pairs"),
    PairRow("2T{hb}h", "T{hb}T{bh}h", "1:0/0 1:2/2 1:4/4 1:6/6 1:8/8", "counted tuples are as that many"),
    PairRow("(2)T{2h}", "(2)T{2i}", "2:0/0 2:4/8", "lists in tuples in lists"),
    PairRow("T{(0)ib}", "T{(0)T{d}b}", "1:0/0", "what is inside of an empty list does not matter"),
    PairRow("xx", "2xx", "", "no values are the same structure"),
    PairRow("xx", "b", nil, "no value and one are different structures"),
    PairRow("xi", "i", "1:4/0", "a scalar behind pads is where it is"),
    PairRow("x2h", "2h", "2:2/0", "so are several"),
    PairRow("T{T{T{i}}b}", "T{T{T{q}}b}", "1:0/0 1:4/8", "tuples in tuples"),
    PairRow("T{T{T{i}}b}", "T{T{i}b}", nil, "other depths are another structure"),
]

/// Checks the pairs of scalars of two formats.
public func formatPairTables(_ check: inout Check) {
    for row in pairRows {
        guard let first = try? FormatTree(of: Array(row.first.utf8).span),
            let second = try? FormatTree(of: Array(row.second.utf8).span)
        else {
            check.that(false, row.fact)
            continue
        }
        check.that(first.hasSameStructure(as: second) == (row.pairs != nil), row.fact)
        check.that(second.hasSameStructure(as: first) == (row.pairs != nil), row.fact)
        check.that(first.hasSameStructure(as: first), row.fact)
        var bytes: [UInt8] = []
        var calls = 0
        let done = first.forEachLeafPair(with: second) { pair in
            if !bytes.isEmpty { bytes += Array(" ".utf8) }
            bytes += decimal(pair.count) + Array(":".utf8) + decimal(pair.first.byteOffset)
            bytes += Array("/".utf8) + decimal(pair.second.byteOffset)
            calls += 1
            return true
        }
        check.that(done == (row.pairs == nil ? nil : true), row.fact)
        check.that(bytes == Array((row.pairs ?? "").utf8), row.fact, calls)
        guard calls > 1 else { continue }
        var left = 2
        let stopped = first.forEachLeafPair(with: second) { _ in
            left -= 1
            return left > 0
        }
        check.that(stopped == false && left == 0, "a walk ends when it is told to", left)
    }
}
