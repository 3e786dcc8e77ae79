// Comparing items of all kinds, held against each item's value, exactly.

import SwiftBufCore

/// The kinds that are compared, and the sizes of those that have none of their own.
private let kinds: [ScalarKind] = {
    var kinds: [ScalarKind] = [
        .bool, .character, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64,
        .complex64, .complex128, .pointer, .bytes, .pascal, .ucs2, .ucs4,
    ]
    #if arch(x86_64)
        kinds += [.longDouble, .complexLongDouble]
    #endif
    return kinds
}()

/// What an item is, and where the items are.
private struct Side {
    var kind: ScalarKind
    var isSwapped: Bool
    var view: View
    var memory: [UInt8]

    init(_ choices: inout Choices, shape: [Int], like other: Side?) {
        let choice = choices.byte()
        kind = other != nil && choice & 0x80 == 0x80 ? other!.kind : kinds[(choice & 0x7F) % kinds.count]
        isSwapped = choices.flag() && kind.isSwappable
        let size = kind.isText ? kind.byteCount * (choices.below(5) + 1) : kind.byteCount
        view = View(shape: shape, byteStrides: choices.separateStrides(shape, size), itemByteCount: size)
        memory = [UInt8](repeating: 0xEE, count: max(view.settle(margin: choices.below(4)), 1))
    }

    func item(at place: Int) -> [UInt8] { Array(memory[place..<place + view.itemByteCount]) }

    mutating func write(_ item: [UInt8], at place: Int) {
        for (offset, byte) in item.prefix(view.itemByteCount).enumerated() { memory[place + offset] = byte }
    }

    func value(at place: Int) -> ItemValue { ItemValue(item(at: place), kind, isSwapped: isSwapped) }
}

/// Compares two views, of which many items are equal.
func compare(_ choices: inout Choices) {
    var shape = choices.shape(itemByteCount: 32)
    if shape.reduce(1, *) > 300 { shape = [shape.reduce(1, *) % 300] }
    var first = Side(&choices, shape: shape, like: nil)
    var second = Side(&choices, shape: shape, like: first)
    let (places, otherPlaces) = (first.view.places, second.view.places)
    // Where one item is changed, if there is such an item.
    let changed = choices.byte()
    choices.mark()
    for index in places.indices {
        first.write(choices.raw(first.view.itemByteCount), at: places[index])
        let converted = first.value(at: places[index]).bytes(as: second.kind, isSwapped: second.isSwapped)
        if let converted, index != changed {
            second.write(converted, at: otherPlaces[index])
        } else {
            second.write(choices.raw(second.view.itemByteCount), at: otherPlaces[index])
        }
    }
    var isEqual = true
    for index in places.indices where isEqual {
        isEqual = first.value(at: places[index]).equals(second.value(at: otherPlaces[index]))
    }
    let (kind, otherKind, swapped, otherSwapped) = (first.kind, second.kind, first.isSwapped, second.isSwapped)
    let (view, otherView) = (first.view, second.view)
    unsafe withMemories(&first.memory, &second.memory) { (memory, other) in
        unsafe view.withItems(in: memory) { items in
            unsafe otherView.withItems(in: other) { others in
                expect(
                    items.equals(others, kind: kind, swapped: swapped, otherKind: otherKind, otherSwapped: otherSwapped)
                        == isEqual, "views are equal exactly if all their values are")
                expect(
                    others.equals(items, kind: otherKind, swapped: otherSwapped, otherKind: kind, otherSwapped: swapped)
                        == isEqual, "and so the other way round")
            }
        }
    }
}
