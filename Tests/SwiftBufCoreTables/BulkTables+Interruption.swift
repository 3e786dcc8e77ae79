// Long work asks between its pieces, and ends when it is told to.

import SwiftBufCore

/// How often somebody was asked, and how often the answer is to go on.
private struct Asked {
    var times = 0
    var patience: Int
}

private func answer(_ context: UnsafeMutableRawPointer?) -> Bool {
    let asked = unsafe context!.assumingMemoryBound(to: Asked.self)
    unsafe asked.pointee.times += 1
    return unsafe asked.pointee.times <= asked.pointee.patience
}

/// Does work that may be asked about; how often it asked, and whether it was ended.
private func asking(patience: Int, _ work: (inout Interruption) -> Void) -> (times: Int, hasEnded: Bool) {
    var asked = Asked(patience: patience)
    let hasEnded = unsafe withUnsafeMutablePointer(to: &asked) { asked in
        var interruption = unsafe Interruption(asking: answer, context: asked)
        work(&interruption)
        return interruption.hasEnded
    }
    return (asked.times, hasEnded)
}

func interruptionFacts(_ check: inout Check) {
    // Items of 4 KiB that overlap: few bytes of memory, much work.
    let size = 4096
    let perPiece = Interruption.pieceCost / size
    for (count, questions) in [(perPiece / 2, 0), (perPiece * 4 + 5, 4)] {
        var memory = [UInt8](repeating: 0, count: size + count)
        var item = [UInt8](repeating: 7, count: size)
        let (shape, strides) = ([count], [1])
        let layout = Layout(shape: shape.span, byteStrides: strides.span, itemByteCount: size)
        unsafe memory.withUnsafeMutableBytes { (memory) in
            unsafe item.withUnsafeMutableBytes { (item) in
                let items = unsafe Items(at: memory.baseAddress!, layout: layout, suboffsets: Span())
                let value = UnsafeRawPointer(item.baseAddress!)
                let patient = asking(patience: 9) { interruption in unsafe items.fill(with: value, &interruption) }
                check.that(patient.times == questions && !patient.hasEnded, "work asks once for each whole piece of it", count)
                let last = unsafe memory[size + count - 2]
                check.that(last == 7, "work that is not ended is done", count)
            }
        }
        if questions == 0 { continue }
        memory = [UInt8](repeating: 0, count: size + count)
        unsafe memory.withUnsafeMutableBytes { (memory) in
            unsafe item.withUnsafeMutableBytes { (item) in
                let items = unsafe Items(at: memory.baseAddress!, layout: layout, suboffsets: Span())
                let value = UnsafeRawPointer(item.baseAddress!)
                let ended = asking(patience: 1) { interruption in unsafe items.fill(with: value, &interruption) }
                check.that(ended.times == 2 && ended.hasEnded, "work that is ended asks no more", ended.times)
                let done = unsafe memory.prefix { $0 == 7 }.count
                check.that(done == 2 * perPiece + size - 1, "work that is ended has done the pieces before", done)
            }
        }
    }
    repeatedFacts(&check)
}

/// Views with strides of zero, on both sides.
private func repeatedFacts(_ check: inout Check) {
    let (shape, strides, others) = ([1 << 40, 3, 1 << 20], [0, 1, 0], [0, 2, 0])
    var (one, other): ([UInt8], [UInt8]) = ([1, 2, 3], [1, 9, 2, 9, 3])
    let layout = Layout(shape: shape.span, byteStrides: strides.span, itemByteCount: 1)
    let otherLayout = Layout(shape: shape.span, byteStrides: others.span, itemByteCount: 1)
    unsafe one.withUnsafeMutableBytes { (one) in
        unsafe other.withUnsafeMutableBytes { (other) in
            let items = unsafe Items(at: one.baseAddress!, layout: layout, suboffsets: Span())
            let others = unsafe Items(at: other.baseAddress!, layout: otherLayout, suboffsets: Span())
            let areEqual = items.equals(others, kind: .uint8, swapped: false, otherKind: .int8, otherSwapped: false)
            check.that(areEqual, "items that repeat on both sides are compared once", 0)
            unsafe one[2] = 4
            items.copy(to: others)
            let copied = unsafe (other[0], other[1], other[4])
            check.that(copied == (1, 9, 4), "items that repeat on both sides are copied once", 0)
        }
    }
}
