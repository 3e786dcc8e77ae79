// Views whose items are reached through pointers: rows that stand anywhere, and an array of pointers to them.

import SwiftBufCore

/// A memory of `rows` rows of `rowByteCount` bytes in mixed order, with pointers to them in front.
private struct PointerTable {
    /// First the pointers, 8 bytes and one more byte each; then the rows.
    var bytes: [UInt8]
    let rowStarts: [Int]
    static var pointerStride: Int { 9 }

    init(rows: Int, rowByteCount: Int, contents: (Int, Int) -> UInt8) {
        let start = rows * Self.pointerStride
        bytes = [UInt8](repeating: 0xEE, count: start + rows * rowByteCount)
        var starts: [Int] = []
        for row in 0..<rows { starts.append(start + (row * 5 + 2) % rows * rowByteCount) }
        rowStarts = starts
        for row in 0..<rows {
            for byte in 0..<rowByteCount { bytes[starts[row] + byte] = contents(row, byte) }
        }
    }

    /// Lends the first pointer; each leads `lead` bytes in front of its row.
    mutating func withPointers<Result>(lead: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        let starts = rowStarts
        return unsafe bytes.withUnsafeMutableBytes { (bytes) in
            for row in starts.indices {
                let address = unsafe UInt(bitPattern: bytes.baseAddress! + starts[row]) &- UInt(lead)
                unsafe bytes.storeBytes(of: address, toByteOffset: row * Self.pointerStride, as: UInt.self)
            }
            return unsafe body(bytes.baseAddress!)
        }
    }
}

func indirectFacts(_ check: inout Check) {
    for itemByteCount in [1, 3, 4] {
        for lead in [0, 6] {
            // 3 rows of 5 items; and 3 planes of 2 × 4 items, seen as well with the pointers in the middle dimension.
            comparePlanes(shape: [3, 5], pointers: 0, itemByteCount, lead, &check)
            comparePlanes(shape: [3, 2, 4], pointers: 0, itemByteCount, lead, &check)
            comparePlanes(shape: [2, 3, 4], pointers: 1, itemByteCount, lead, &check)
        }
    }
    nullPointerFacts(&check)
}

/// One pointer of three is NULL: each operation ends there, and says so.
private func nullPointerFacts(_ check: inout Check) {
    let shape = [3, 5]
    let (strides, packed, suboffsets) = ([PointerTable.pointerStride, 1], [5, 1], [8, -1])
    let layout = Layout(shape: shape.span, byteStrides: strides.span, itemByteCount: 1)
    let packedLayout = Layout(shape: shape.span, byteStrides: packed.span, itemByteCount: 1)
    for null in 0..<3 {
        var table = PointerTable(rows: 3, rowByteCount: 5) { row, _ in UInt8(row + 1) }
        let others: [UInt8] = (0..<15).map { UInt8($0 / 5 + 1) }
        var memory = others
        unsafe table.withPointers(lead: 8) { (pointers) in
            unsafe pointers.storeBytes(of: 0, toByteOffset: null * PointerTable.pointerStride, as: UInt.self)
            unsafe memory.withUnsafeMutableBytes { (memory) in
                let indirect = unsafe Items(at: pointers, layout: layout, suboffsets: suboffsets.span)
                let direct = unsafe Items(at: memory.baseAddress!, layout: packedLayout, suboffsets: Span())
                check.that(!indirect.copy(to: direct) && !direct.copy(to: indirect), "a copy says that it met NULL", null)
                var interruption = Interruption.never
                check.that(
                    !indirect.equals(direct, kind: .uint8, swapped: false, otherKind: .uint8, otherSwapped: false, &interruption)
                        && interruption.hasEnded && interruption.hasMetNullPointer, "a comparison says that it met NULL", null)
                interruption = Interruption.never
                check.that(
                    !direct.equals(indirect, kind: .uint8, swapped: false, otherKind: .uint8, otherSwapped: false, &interruption)
                        && interruption.hasMetNullPointer, "a comparison with it says so too", null)
                interruption = Interruption.never
                unsafe indirect.fill(with: memory.baseAddress!, &interruption)
                check.that(interruption.hasEnded && interruption.hasMetNullPointer, "a fill says that it met NULL", null)
            }
        }
        check.that(memory == others, "what is behind NULL is not written", null)
    }
}

/// One dimension of `shape` steps along pointers; the others are packed behind each of them.
private func comparePlanes(shape: [Int], pointers axis: Int, _ itemByteCount: Int, _ lead: Int, _ check: inout Check) {
    var rest = shape
    rest[axis] = 1
    var byteStrides = packedStrides(rest, itemByteCount, .c)
    // A dimension in front of the pointers steps along nothing: it sees the same pointers again.
    for outer in 0..<axis { byteStrides[outer] = 0 }
    byteStrides[axis] = PointerTable.pointerStride
    let suboffsets = shape.indices.map { $0 == axis ? lead : -1 }
    let planeByteCount = shape[(axis + 1)...].reduce(itemByteCount, *)
    let planes = shape[axis]
    var table = PointerTable(rows: planes, rowByteCount: planeByteCount) { UInt8(truncatingIfNeeded: $0 * 50 + $1 + 1) }
    var expected: [UInt8] = []
    for _ in 0..<shape[..<axis].reduce(1, *) {
        for plane in 0..<planes {
            for byte in 0..<planeByteCount { expected.append(UInt8(truncatingIfNeeded: plane * 50 + byte + 1)) }
        }
    }
    let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
    let packed = packedStrides(shape, itemByteCount, .c)
    let packedLayout = Layout(shape: shape.span, byteStrides: packed.span, itemByteCount: itemByteCount)
    var copied = [UInt8](repeating: 0, count: expected.count)
    unsafe table.withPointers(lead: lead) { (pointers) in
        unsafe copied.withUnsafeMutableBytes { (copied) in
            let source = unsafe Items(at: pointers, layout: layout, suboffsets: suboffsets.span)
            let target = unsafe Items(at: copied.baseAddress!, layout: packedLayout, suboffsets: Span())
            source.copy(to: target)
            check.that(source.overlap(with: target) == .needsTemporary, "where pointers lead is not judged")
            check.that(
                source.equals(target, kind: .bytes, swapped: false, otherKind: .bytes, otherSwapped: false),
                "items behind pointers equal their copy")
            check.that(
                target.equals(source, kind: .bytes, swapped: false, otherKind: .bytes, otherSwapped: false),
                "and the copy equals them")
            unsafe copied[copied.count - 1] ^= 1
            check.that(
                !source.equals(target, kind: .bytes, swapped: false, otherKind: .bytes, otherSwapped: false),
                "a difference in the last item behind the last pointer is seen")
            unsafe copied[copied.count - 1] ^= 1
        }
    }
    check.that(copied == expected, "items behind pointers are copied in C order", itemByteCount)

    // Back again, into other rows.
    var other = PointerTable(rows: planes, rowByteCount: planeByteCount) { _, _ in 0 }
    unsafe other.withPointers(lead: lead) { (pointers) in
        unsafe copied.withUnsafeMutableBytes { (copied) in
            let source = unsafe Items(at: copied.baseAddress!, layout: packedLayout, suboffsets: Span())
            let target = unsafe Items(at: pointers, layout: layout, suboffsets: suboffsets.span)
            source.copy(to: target)
        }
    }
    let rows = planes * PointerTable.pointerStride
    check.that(other.bytes[rows...] == table.bytes[rows...], "items are written through pointers", itemByteCount)
    let fill = [UInt8](repeating: 0x5A, count: itemByteCount)
    unsafe other.withPointers(lead: lead) { (pointers) in
        unsafe fill.withUnsafeBytes { (fill) in
            unsafe Items(at: pointers, layout: layout, suboffsets: suboffsets.span).fill(with: fill.baseAddress!)
        }
    }
    check.that(other.bytes[rows...].allSatisfy { $0 == 0x5A }, "items behind pointers are filled", itemByteCount)
}
