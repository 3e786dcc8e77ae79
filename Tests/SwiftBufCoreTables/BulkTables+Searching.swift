// Looking for a number, held against comparing each item with it, and what long work asks.

import SwiftBufCore

func searchingFacts(_ check: inout Check) {
    let kinds: [ScalarKind] = [
        .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .pointer, .float16, .float32, .float64,
        .complex64, .complex128,
    ]
    for kind in kinds {
        check.that(SoughtItem.canBe(kind), "numbers can be looked for by their bits", Int(kind.rawValue))
        for swapped in kind.isSwappable ? [false, true] : [false] { numberFacts(kind, swapped: swapped, &check) }
    }
    let others: [ScalarKind] = [.character, .bytes, .pascal, .ucs2, .ucs4, .longDouble, .complexLongDouble]
    for kind in others {
        check.that(!SoughtItem.canBe(kind), "texts and long doubles have no bits to be looked for", Int(kind.rawValue))
    }
}

private let sought: [SoughtNumber] = [
    .signed(0), .signed(1), .signed(-1), .signed(2), .signed(127), .signed(128), .signed(-128), .signed(-129), .signed(255),
    .signed(256), .signed(32767), .signed(32768), .signed(65535), .signed(65536), .signed(1 << 31), .signed(1 << 32 - 1),
    .signed(-(1 << 31)), .signed(1 << 53), .signed(1 << 53 + 1), .signed(.max), .signed(.min), .unsigned(0), .unsigned(1 << 63),
    .unsigned(.max), .unsigned(1 << 63 + 1), .float(0), .float(-0.0), .float(1), .float(0.5), .float(-1), .float(255),
    .float(-128), .float(0x1p53), .float(0x1p63), .float(0x1p64), .float(-0x1p63), .float(65504), .float(65505), .float(0x1p-24),
    .float(0x1p-25), .float(0x1p-149), .float(0x1p-1074), .float(.greatestFiniteMagnitude), .float(.infinity), .float(-.infinity),
    .float(.nan),
    .complex(0, 0), .complex(-0.0, -0.0), .complex(1, 0), .complex(0, 1), .complex(0.5, -1), .complex(1, .nan), .complex(.nan, 0),
    .complex(.infinity, 0), .complex(255, -0.0),
]

/// The number as one item that comparing knows.
private func oneItem(_ number: SoughtNumber) -> (bytes: [UInt8], kind: ScalarKind) {
    switch number {
    case .signed(let value): (bytesOf(value), .int64)
    case .unsigned(let value): (bytesOf(value), .uint64)
    case .float(let value): (bytesOf(value), .float64)
    case .complex(let real, let imaginary): (bytesOf(real) + bytesOf(imaginary), .complex128)
    }
}

private func bytesOf<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
    var bytes: [UInt8] = []
    unsafe withUnsafeBytes(of: value) { unsafe bytes.append(contentsOf: $0) }
    return bytes
}

private func double(_ bytes: [UInt8]) -> Double {
    unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Double.self) }
}

/// Items of a kind: those that are equal to a number that is sought, where bits say so, and noise.
private func items(_ kind: ScalarKind, swapped: Bool, count: Int) -> [UInt8] {
    let size = kind.byteCount
    let unit = kind.swappedByteCount
    var bytes: [UInt8] = []
    var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    while bytes.count < count * size {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var item = [UInt8](repeating: 0, count: size)
        let choice = oneItem(sought[Int(seed >> 33) % sought.count])
        switch (kind, seed >> 60) {
        case (_, 0):
            for index in item.indices { item[index] = UInt8(truncatingIfNeeded: seed >> UInt64(index % 8 * 7)) }
        case (.float32, _) where choice.kind == .float64:
            item = bytesOf(Float(double(choice.bytes)))
        case (.float16, _) where choice.kind == .float64:
            item = bytesOf(halfFromDouble(double(choice.bytes)) ?? 0x7C00)
        default:
            for index in item.indices where index < choice.bytes.count { item[index] = choice.bytes[index] }
        }
        if swapped {
            let plain = item
            for index in item.indices { item[index] = plain[index / unit * unit + (unit - 1 - index % unit)] }
        }
        bytes += item
    }
    return bytes
}

private func numberFacts(_ kind: ScalarKind, swapped: Bool, _ check: inout Check) {
    let size = kind.byteCount
    for (count, stride) in [(1, size), (70, size), (200, -size), (61, 2 * size), (50, -3 * size), (9, 0), (4000, size)] {
        let room = stride == 0 ? 1 : count * stride.magnitude.asInt / size
        var memory = items(kind, swapped: swapped, count: room)
        let first = stride < 0 ? (count - 1) * -stride : 0
        let (shape, strides) = ([count], [stride])
        let layout = Layout(shape: shape.span, byteStrides: strides.span, itemByteCount: size)
        unsafe memory.withUnsafeMutableBytes { (memory) in
            let view = unsafe Items(at: memory.baseAddress! + first, layout: layout, suboffsets: Span())
            for (index, number) in sought.enumerated() where count < 1000 || index % 5 == 0 {
                var expected: [Int] = []
                for place in 0..<count {
                    let address = unsafe memory.baseAddress! + first + place * stride
                    if unsafe isEqual(address, kind, swapped, number) { expected.append(place) }
                }
                var never = Interruption.never
                let item = SoughtItem(equalTo: number, kind: kind, swapped: swapped)
                let range = count / 3..<count
                let inside = expected.filter { range.contains($0) }
                let found = item.map { view.count(of: $0, in: 0..<count, &never) } ?? 0
                check.that(found == expected.count, "as many items are found as are equal to a number", index)
                let place = item.flatMap { view.firstIndex(of: $0, in: range, &never) }
                check.that(place == inside.first, "the first item of a range is found that is equal to a number", index)
            }
        }
    }
}

extension UInt {
    fileprivate var asInt: Int { Int(self) }
}

/// Whether an item is equal to a number, as comparing has it.
@unsafe
private func isEqual(_ address: UnsafeMutableRawPointer, _ kind: ScalarKind, _ swapped: Bool, _ number: SoughtNumber) -> Bool {
    var other = oneItem(number)
    let none: [Int] = []
    let itemLayout = Layout(shape: none.span, byteStrides: none.span, itemByteCount: kind.byteCount)
    let otherLayout = Layout(shape: none.span, byteStrides: none.span, itemByteCount: other.bytes.count)
    return unsafe other.bytes.withUnsafeMutableBytes { (bytes) in
        let item = unsafe Items(at: address, layout: itemLayout, suboffsets: Span())
        let counterpart = unsafe Items(at: bytes.baseAddress!, layout: otherLayout, suboffsets: Span())
        return item.equals(counterpart, kind: kind, swapped: swapped, otherKind: other.kind, otherSwapped: false)
    }
}
