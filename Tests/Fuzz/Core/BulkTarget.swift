// Copying, moving, filling and comparing many items, held against loops over single bytes.

import SwiftBufCore

/// Does one operation on views that an input describes.
func fuzzBulk(_ input: Span<UInt8>) {
    var choices = Choices(input)
    switch choices.below(5) {
    case 0: copy(&choices)
    case 1: move(&choices)
    case 2: fill(&choices)
    case 3: followPointers(&choices)
    default: compare(&choices)
    }
}

/// From one memory into another.
private func copy(_ choices: inout Choices) {
    let size = choices.itemByteCount()
    let shape = choices.shape(itemByteCount: size)
    var source = View(shape: shape, byteStrides: choices.anyStrides(shape, size), itemByteCount: size)
    var target = View(shape: shape, byteStrides: choices.separateStrides(shape, size), itemByteCount: size)
    let unit = choices.swappedUnit(size)
    // Nothing behind the last byte of the source, so that the address sanitizer sees who reads it.
    var memory = numberedBytes(max(source.settle(margin: choices.below(4)), 1), seed: choices.byte())
    var result = [UInt8](repeating: 0xEE, count: target.settle(margin: choices.below(20)) + 20)
    var expected = result
    naiveCopy(source, memory, to: target, in: &expected, swapping: unit)
    unsafe withMemories(&memory, &result) { (memory, result) in
        unsafe source.withItems(in: memory) { source in
            unsafe target.withItems(in: result) { target in
                expect(source.overlap(with: target, swapping: unit) == .none, "two memories do not overlap")
                source.copy(to: target, swapping: unit)
            }
        }
    }
    expect(result == expected, "copying puts each item into its place, and no byte elsewhere")
}

/// Within one memory.
private func move(_ choices: inout Choices) {
    let size = choices.itemByteCount()
    let shape = choices.shape(itemByteCount: size)
    var source = View(shape: shape, byteStrides: choices.anyStrides(shape, size), itemByteCount: size)
    var target = View(shape: shape, byteStrides: choices.separateStrides(shape, size), itemByteCount: size)
    // Mostly the same steps, as a slice of a view that is assigned to another slice.
    if choices.flag() { source.byteStrides = target.byteStrides }
    let unit = choices.swappedUnit(size)
    let count = max(source.settle(margin: choices.byte()), target.settle(margin: choices.byte()))
    let original = numberedBytes(max(count, 1), seed: 3)
    var memory = original
    var expected = original
    naiveCopy(source, original, to: target, in: &expected, swapping: unit)
    let overlap = unsafe memory.withUnsafeMutableBytes { (memory) in
        unsafe source.withItems(in: memory.baseAddress!) { source in
            unsafe target.withItems(in: memory.baseAddress!) { target in
                let overlap = source.overlap(with: target, swapping: unit)
                switch overlap {
                case .none: source.copy(to: target, swapping: unit)
                case .forward, .backward: source.move(to: target, swapping: unit, overlap: overlap)
                case .needsTemporary: break
                }
                return overlap
            }
        }
    }
    if overlap == .needsTemporary {
        expect(mayDisturb(source, target), "a temporary is asked for only where bytes are read and written")
    } else {
        expect(memory == expected, "items copied into their own memory are those of a copy made first")
    }
}

/// Whether two items share a byte.
private func overlapsItself(_ view: View, memoryByteCount: Int) -> Bool {
    var isTaken = [Bool](repeating: false, count: memoryByteCount)
    for place in view.places {
        for byte in place..<place + view.itemByteCount {
            if isTaken[byte] { return true }
            isTaken[byte] = true
        }
    }
    return false
}

/// Whether some byte may be read and written.
private func mayDisturb(_ source: View, _ target: View) -> Bool {
    let sourceReach = source.first + source.reach.lowerBound..<source.first + source.reach.upperBound
    let targetReach = target.first + target.reach.lowerBound..<target.first + target.reach.upperBound
    return sourceReach.overlaps(targetReach)
}

private func fill(_ choices: inout Choices) {
    let size = choices.itemByteCount()
    let shape = choices.shape(itemByteCount: size)
    var target = View(shape: shape, byteStrides: choices.anyStrides(shape, size), itemByteCount: size)
    var result = [UInt8](repeating: 0xEE, count: max(target.settle(margin: choices.below(4)), 1))
    var expected = result
    // Where items overlap, each order of writing gives the same only if all bytes are the same.
    let isSeparate = !overlapsItself(target, memoryByteCount: result.count)
    var item = isSeparate ? numberedBytes(size, seed: choices.byte()) : [UInt8](repeating: UInt8(choices.byte()), count: size)
    for place in target.places {
        for byte in 0..<size { expected[place + byte] = item[byte] }
    }
    unsafe withMemories(&item, &result) { (item, result) in
        unsafe target.withItems(in: result) { unsafe $0.fill(with: UnsafeRawPointer(item)) }
    }
    expect(result == expected, "filling writes each item, and no byte elsewhere")
}
