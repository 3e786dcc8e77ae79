// `Layout` and the grant decision, held against the address of every item.

import SwiftBufCore

/// Describes a view as an input says, and asks everything about it.
func fuzzLayout(_ input: Span<UInt8>) {
    var choices = Choices(input)
    let view = AnyView(&choices)
    guard view.checkByteCount() else { return }
    view.checkReach()
    guard let places = view.places else { return }
    let layout = Layout(shape: view.shape.span, byteStrides: view.byteStrides.span, itemByteCount: view.itemByteCount)
    let isC = view.isPacked(places, .c)
    let isF = view.isPacked(places, .fortran)
    expect(layout.isEmpty == places.isEmpty, "a layout without items is empty")
    expect(layout.isCContiguous == isC, "C-contiguous is what lies packed in C order")
    expect(layout.isFContiguous == isF, "F-contiguous is what lies packed in Fortran order")
    view.checkPack()
    view.checkReshape(places, &choices)
    let request = Request(rawValue: CInt(truncatingIfNeeded: choices.byte() << 8 | choices.byte()))
    checkGrant(request, layout.traits, extra: choices.byte(), isC: isC, isF: isF)
}

/// A shape and strides that may fit no memory.
private struct AnyView {
    var itemByteCount: Int
    var shape: [Int] = []
    var byteStrides: [Int] = []

    init(_ choices: inout Choices) {
        let size = choices.byte()
        itemByteCount = size < 250 ? size % 17 + 1 : max(choices.any() & Int.max, 1)
        let dimensions = choices.byte()
        let rank = dimensions < 250 ? dimensions % 6 : 60 + dimensions - 250
        for _ in 0..<rank {
            let count = choices.byte()
            switch count {
            case ..<240: shape.append(rank > 6 ? count % 2 : count % 7)
            case ..<252: shape.append(choices.any())
            default: shape.append(-1)
            }
        }
        pack(choices.flag() ? .fortran : .c)
        for axis in shape.indices {
            switch choices.below(8) {
            case 1: byteStrides[axis] = 0 &- byteStrides[axis]
            case 2: byteStrides[axis] = choices.small() &* itemByteCount
            case 3: byteStrides[axis] = choices.small()
            case 4: byteStrides[axis] = choices.any()
            default: break
            }
        }
    }

    /// Sets strides that pack the shape, worked out by another way than the core's; they wrap around.
    private mutating func pack(_ order: Order) {
        byteStrides = shape.indices.map { axis in
            let inner = order == .c ? shape[(axis + 1)...] : shape[..<axis]
            return inner.reduce(itemByteCount) { $0 &* max($1, 1) }
        }
    }

    /// Holds the core's number of bytes against a wide product; whether there is one.
    func checkByteCount() -> Bool {
        var expected: Result<Int, LayoutError>
        if shape.count > Layout.maximumRank {
            expected = .failure(.tooManyDimensions(shape.count))
        } else {
            expected = .success(itemByteCount)
            var total = Int128(itemByteCount)
            for (axis, count) in shape.enumerated() {
                if count < 0 { expected = .failure(.negativeDimension(axis: axis, count: count)); break }
                total *= Int128(max(count, 1))
                if total > Int128(Int.max) { expected = .failure(.sizeOverflow); break }
                expected = .success(Int(total))
            }
            if case .success = expected, shape.contains(0) { expected = .success(0) }
        }
        do throws(LayoutError) {
            let count = try Layout.byteCount(shape: shape.span, itemByteCount: itemByteCount)
            expect(expected == .success(count), "the number of bytes is the product of the shape")
            return true
        } catch {
            expect(expected == .failure(error), "a shape is refused for what is wrong with it")
            return false
        }
    }

    /// Holds the reachable bytes against the lowest and the highest item.
    func checkReach() {
        let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
        var lowest: Int128 = 0
        var highest = Int128(itemByteCount)
        for axis in shape.indices {
            let reach = Int128(byteStrides[axis]) * Int128(shape[axis] - 1)
            if reach < 0 { lowest += reach } else { highest += reach }
        }
        guard !shape.contains(0) else {
            return expect(layout.reachableBytes == 0..<0, "no items reach no bytes")
        }
        let fits = lowest >= Int128(Int.min) && highest <= Int128(Int.max) && highest - lowest <= Int128(Int.max)
        guard let reach = layout.reachableBytes else {
            return expect(!fits, "what an Int can count is reachable")
        }
        expect(fits, "what no Int can count is not reachable")
        expect(
            Int128(reach.lowerBound) == lowest && Int128(reach.upperBound) == highest,
            "the reach is from the lowest item to the highest")
    }

    /// Where each item begins, in C order; nil if they are too many, or not in any memory.
    var places: [Int]? {
        let total = shape.reduce(Int128(1)) { $0 * Int128($1) }
        let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
        guard total <= 4096, layout.reachableBytes != nil else { return nil }
        return allPlaces(shape: shape, byteStrides: byteStrides)
    }

    /// Whether each item begins where the one before it ends.
    func isPacked(_ places: [Int], _ order: Order) -> Bool {
        let ordered = order == .c ? places : inFortranOrder(places, shape: shape)
        for index in ordered.indices where ordered[index] != index &* itemByteCount { return false }
        return true
    }

    func checkPack() {
        for order in [Order.c, .fortran] {
            var packed = self
            var span = packed.byteStrides.mutableSpan
            Layout.pack(&span, shape: shape.span, itemByteCount: itemByteCount, order: order)
            expect(!packed.byteStrides.contains(0), "no packed stride is zero")
            guard let places = packed.places else { continue }
            expect(packed.isPacked(places, order), "packed strides pack the items")
        }
    }

    /// Regroups the items, and holds the answer against the one set of strides that could show them.
    func checkReshape(_ places: [Int], _ choices: inout Choices) {
        var newShape: [Int] = []
        var rest = places.count
        for _ in 0..<choices.below(5) {
            let factor = rest == 0 ? choices.below(4) : choices.below(6) + 1
            if rest == 0 || rest % factor == 0 {
                newShape.append(factor)
                rest = rest == 0 ? 0 : rest / factor
            }
        }
        if newShape.reduce(1, *) != places.count { newShape.append(rest) }
        guard newShape.reduce(1, *) == places.count else { return }
        let layout = Layout(shape: shape.span, byteStrides: byteStrides.span, itemByteCount: itemByteCount)
        var strides = [Int](repeating: 0, count: newShape.count)
        var span = strides.mutableSpan
        let isPossible = layout.reshape(to: newShape.span, byteStrides: &span)
        if isPossible {
            expect(allPlaces(shape: newShape, byteStrides: strides) == places, "a new shape shows the same items in their order")
        } else {
            var wanted = [Int](repeating: 0, count: newShape.count)
            for axis in newShape.indices where newShape[axis] > 1 {
                wanted[axis] = places[newShape[(axis + 1)...].reduce(1, *)] &- places[0]
            }
            expect(allPlaces(shape: newShape, byteStrides: wanted) != places, "a new shape is refused only if no strides show it")
        }
    }
}

/// Holds the decision against what a consumer would make of the grant.
private func checkGrant(_ request: Request, _ layoutTraits: Traits, extra: Int, isC: Bool, isF: Bool) {
    expect(layoutTraits.contains(.cContiguous) == isC && layoutTraits.contains(.fContiguous) == isF, "traits say what is packed")
    var traits = layoutTraits
    let isReadOnly = extra & 1 != 0
    let isBytes = extra & 2 != 0
    let isReleased = extra & 12 == 12
    let isIndirect = extra & 48 == 48
    if isReadOnly { traits.insert(.readonly) }
    if isBytes { traits.insert(.formatIsBytes) }
    if isReleased { traits.insert(.released) }
    if isIndirect {
        traits.insert(.indirect)
        traits.remove([.cContiguous, .fContiguous])
    }
    // By the numbers of PEP 3118.
    let flags = request.rawValue
    func asks(_ flag: CInt) -> Bool { flags & flag == flag }
    let (isC, isF) = (isC && !isIndirect, isF && !isIndirect)
    let mayGrant =
        !isReleased
        && !(asks(0x1) && isReadOnly)
        // A consumer without strides takes the items for packed; one without suboffsets follows no pointer.
        && (asks(0x18) || isC) && (asks(0x118) || !isIndirect)
        && (!asks(0x38) || isC) && (!asks(0x58) || isF) && (!asks(0x98) || isC || isF)
        && (!asks(0x4) || asks(0x8) || isBytes)
    expect((Grant.decide(request, of: traits) == .granted) == mayGrant, "granted is what a consumer cannot misread")
    expect(!Admission(traits).admits(request) || mayGrant, "nothing is admitted that is refused")
}
