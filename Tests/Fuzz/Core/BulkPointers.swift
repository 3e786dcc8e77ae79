// Items behind pointers: one table of pointers, each to a block of its own.

import SwiftBufCore

/// A view whose first dimensions step along pointers, and its memory.
private struct PointerView {
    var shape: [Int]
    var byteStrides: [Int]
    var suboffsets: [Int]
    let itemByteCount: Int
    /// The last dimension of the table.
    let axis: Int
    /// The table, then the blocks in an order of their own.
    var memory: [UInt8]
    /// Where each block begins, in the order of the pointers.
    var blocks: [Int] = []
    let pointerPlaces: [Int]

    init(_ choices: inout Choices, shape: [Int], itemByteCount: Int) {
        self.shape = shape
        self.itemByteCount = itemByteCount
        axis = choices.below(shape.count)
        let outer = Array(shape[...axis])
        let inner = Array(shape[(axis + 1)...])
        // A pointer may stand at any address.
        let step = MemoryLayout<UInt>.size + choices.below(3)
        var table = View(shape: outer, byteStrides: choices.separateStrides(outer, step), itemByteCount: step)
        let tableEnd = table.settle(margin: choices.below(3))
        var block = View(shape: inner, byteStrides: choices.separateStrides(inner, itemByteCount), itemByteCount: itemByteCount)
        let blockByteCount = block.settle(margin: 0)
        let lead = choices.below(40)
        pointerPlaces = table.places
        byteStrides = table.byteStrides + block.byteStrides
        suboffsets = shape.indices.map { [axis] in $0 == axis ? lead : -1 }
        first = table.first
        let count = pointerPlaces.count
        for index in 0..<count {
            blocks.append(tableEnd + (count - 1 - index) * blockByteCount + block.first)
        }
        memory = numberedBytes(tableEnd + count * blockByteCount + 1, seed: choices.byte())
    }

    private let first: Int

    /// Where each item begins, in C order.
    var places: [Int] {
        let inner = allPlaces(shape: Array(shape[(axis + 1)...]), byteStrides: Array(byteStrides[(axis + 1)...]))
        return blocks.flatMap { block in inner.map { block + $0 } }
    }

    /// Writes the pointers, and lends the items.
    mutating func withItems<Result>(_ body: (borrowing Items) -> Result) -> Result {
        let view = self
        return unsafe memory.withUnsafeMutableBytes { (memory) in
            let base = memory.baseAddress!
            for (place, block) in zip(view.pointerPlaces, view.blocks) {
                let address = unsafe UInt(bitPattern: base + block) &- UInt(view.suboffsets[view.axis])
                unsafe base.storeBytes(of: address, toByteOffset: place, as: UInt.self)
            }
            let layout = Layout(shape: view.shape.span, byteStrides: view.byteStrides.span, itemByteCount: view.itemByteCount)
            return unsafe body(Items(at: base + view.first, layout: layout, suboffsets: view.suboffsets.span))
        }
    }
}

/// Copies out of a view behind pointers, back into it, and fills it.
func followPointers(_ choices: inout Choices) {
    let size = choices.itemByteCount()
    let shape = choices.shape(itemByteCount: size)
    guard !shape.isEmpty else { return }
    var view = PointerView(&choices, shape: shape, itemByteCount: size)
    var direct = View(shape: shape, byteStrides: choices.separateStrides(shape, size), itemByteCount: size)
    let unit = choices.swappedUnit(size)
    var copied = [UInt8](repeating: 0xEE, count: max(direct.settle(margin: 0), 1))
    var expected = copied
    let (places, directPlaces) = (view.places, direct.places)
    func swapped(_ byte: Int) -> Int { unit > 1 ? byte / unit * unit + (unit - 1 - byte % unit) : byte }
    for (place, directPlace) in zip(places, directPlaces) {
        for byte in 0..<size { expected[directPlace + byte] = view.memory[place + swapped(byte)] }
    }
    unsafe copied.withUnsafeMutableBytes { (copied) in
        unsafe direct.withItems(in: copied.baseAddress!) { direct in
            view.withItems { items in
                items.copy(to: direct, swapping: unit)
                expect(
                    direct.layout.isEmpty || items.overlap(with: direct) == .needsTemporary, "where pointers lead is not judged")
                if unit == 0 {
                    expect(
                        items.equals(direct, kind: .bytes, swapped: false, otherKind: .bytes, otherSwapped: false)
                            && direct.equals(items, kind: .bytes, swapped: false, otherKind: .bytes, otherSwapped: false),
                        "items behind pointers equal their copy")
                }
            }
        }
    }
    expect(copied == expected, "items behind pointers are copied")
    write(&view, places, from: direct, &copied, directPlaces)
}

/// The other direction.
private func write(
    _ view: inout PointerView, _ places: [Int], from direct: View, _ source: inout [UInt8], _ directPlaces: [Int]
) {
    let size = view.itemByteCount
    var expected = view.memory
    for index in source.indices { source[index] = ~source[index] }
    for (place, directPlace) in zip(places, directPlaces) {
        for byte in 0..<size { expected[place + byte] = source[directPlace + byte] }
    }
    unsafe source.withUnsafeMutableBytes { (source) in
        unsafe direct.withItems(in: source.baseAddress!) { direct in
            view.withItems { _ = direct.copy(to: $0) }
        }
    }
    expect(sameBytes(view.memory, expected, but: view.pointerPlaces), "items are written through pointers, and no byte elsewhere")
    for place in places {
        for byte in 0..<size { expected[place + byte] = 0x5A }
    }
    let item = [UInt8](repeating: 0x5A, count: size)
    unsafe item.withUnsafeBytes { (item) in
        view.withItems { unsafe $0.fill(with: item.baseAddress!) }
    }
    expect(sameBytes(view.memory, expected, but: view.pointerPlaces), "items behind pointers are filled")
}

/// Whether both are the same, where no pointers stand: an array may have moved.
private func sameBytes(_ memory: [UInt8], _ expected: [UInt8], but pointers: [Int]) -> Bool {
    var (memory, expected) = (memory, expected)
    for place in pointers {
        for byte in place..<place + MemoryLayout<UInt>.size {
            memory[byte] = 0
            expected[byte] = 0
        }
    }
    return memory == expected
}
