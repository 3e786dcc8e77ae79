// Which comparison suits two kinds, and the form into which their items are brought for it.
//
// Integers of different sizes are widened to the larger one. Integers and floats become Float or Double, whichever counts all of
// them exactly; of 64-bit integers none does, which has a comparison of its own. Beside a long double, floats become long doubles.

/// How rows of items are compared.
enum Comparison: UInt8 {
    /// Equal bytes are equal items.
    case bytes
    /// Both are `bool`: any byte but zero is true.
    case bools
    /// Both are `float16`.
    case halves
    /// Both are Float, or are made so.
    case floats
    /// Both are Double, or are made so.
    case doubles
    /// Both are integers of one size, or the smaller is widened; equal bytes are equal items.
    case words
    /// The same, but a signed integer may look like an unsigned one: with the highest bit set none is equal.
    case unlikeWords
    /// The first are 64-bit integers, the second are widened to Double.
    case wordsAndDoubles
    /// The same, the other way round.
    case doublesAndWords
    /// The first are 32-bit integers or Float, the second are Double; each of the first is widened as it is compared.
    case shortsAndDoubles
    /// The same, the other way round.
    case doublesAndShorts
    /// Both are long doubles of x86-64, or are made so.
    case longDoubles
    /// One item after the other, by the function that knows every kind.
    case items
}

/// What items are widened to.
enum Form: UInt8 {
    case asItIs
    case word8
    case word16
    case word32
    case word64
    case float
    case double
    case longDouble
}

/// What the items on both sides are, and how they are compared.
struct ItemPair {
    let first: Scalar
    let firstByteCount: Int
    let second: Scalar
    let secondByteCount: Int
    let comparison: Comparison
    /// Bytes of one item in the form of the comparison.
    let formByteCount: Int

    /// - Parameters: The kinds, and the bytes of one item. Complex kinds get no better comparison than `items`.
    init(_ first: Scalar, _ firstByteCount: Int, _ second: Scalar, _ secondByteCount: Int) {
        self.first = first
        self.firstByteCount = firstByteCount
        self.second = second
        self.secondByteCount = secondByteCount
        comparison = Self.comparison(first, firstByteCount, second, secondByteCount)
        switch comparison {
        case .floats: formByteCount = 4
        case .doubles, .wordsAndDoubles, .doublesAndWords, .shortsAndDoubles, .doublesAndShorts: formByteCount = 8
        default: formByteCount = max(firstByteCount, secondByteCount)
        }
    }

    private static func comparison(
        _ first: Scalar, _ firstByteCount: Int, _ second: Scalar, _ secondByteCount: Int
    ) -> Comparison {
        let areAlike = first.kind == second.kind
        switch (first.kind.family, second.kind.family) {
        case (.integer, .integer):
            if first.kind == .bool && second.kind == .bool { return .bools }
            let isSameSign = first.kind.isSigned == second.kind.isSigned
            if firstByteCount == secondByteCount && isSameSign && first.swapped == second.swapped && first.kind != .bool
                && second.kind != .bool
            {
                return .bytes
            }
            // A smaller unsigned number cannot look negative in a larger size.
            let larger = firstByteCount >= secondByteCount ? first : second
            let isUnlike = !isSameSign && (firstByteCount == secondByteCount || !larger.kind.isSigned)
            return isUnlike ? .unlikeWords : .words
        case (.float, .float):
            if areAlike && first.kind == .float16 { return .halves }
            if firstByteCount == 4 && secondByteCount == 8 { return .shortsAndDoubles }
            if firstByteCount == 8 && secondByteCount == 4 { return .doublesAndShorts }
            return firstByteCount < 8 && secondByteCount < 8 ? .floats : .doubles
        case (.integer, .float):
            if firstByteCount == 8 { return .wordsAndDoubles }
            if firstByteCount == 4 && secondByteCount == 8 { return .shortsAndDoubles }
            return firstByteCount < 4 && secondByteCount < 8 ? .floats : .doubles
        case (.float, .integer):
            if secondByteCount == 8 { return .doublesAndWords }
            if firstByteCount == 8 && secondByteCount == 4 { return .doublesAndShorts }
            return secondByteCount < 4 && firstByteCount < 8 ? .floats : .doubles
        default:
            if isExtended(first.kind, or: second.kind) && isExtended(second.kind, or: first.kind) { return .longDoubles }
            guard areAlike && firstByteCount == secondByteCount else { return .items }
            switch first.kind {
            case .bytes, .character: return .bytes
            // A text has but one pattern in as many bytes.
            case .ucs2, .ucs4: return first.swapped == second.swapped ? .bytes : .items
            default: return .items
            }
        }
    }

    /// Whether a kind is long double as x86-64 has it, or a float that is made one because the other kind is.
    private static func isExtended(_ kind: ScalarKind, or other: ScalarKind) -> Bool {
        #if arch(x86_64)
            if ScalarKind.longDouble.byteCount != 16 { return false }
            return kind == .longDouble || kind.family == .float && other == .longDouble
        #else
            return false
        #endif
    }

    /// What items of a kind, one of the two, are widened to.
    func form(of kind: ScalarKind) -> Form {
        switch comparison {
        case .words, .unlikeWords:
            if kind.byteCount == formByteCount && kind != .bool { return .asItIs }
            switch formByteCount {
            case 1: return .word8
            case 2: return .word16
            case 4: return .word32
            default: return .word64
            }
        case .floats: return kind == .float32 ? .asItIs : .float
        case .doubles, .wordsAndDoubles, .doublesAndWords:
            return kind == .float64 || (kind.family == .integer && kind.byteCount == 8) ? .asItIs : .double
        case .longDoubles: return kind == .longDouble ? .asItIs : .longDouble
        default: return .asItIs
        }
    }

    /// Whether items are compared in another form than they have.
    var needsBuffers: Bool {
        if form(of: first.kind) != .asItIs || form(of: second.kind) != .asItIs { return true }
        return comparison != .bytes && (first.swapped || second.swapped)
    }
}

/// What kinds have in common.
private enum Family: UInt8 {
    case integer
    case float
    case other
}

extension ScalarKind {
    fileprivate var family: Family {
        switch self {
        case .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .pointer: .integer
        case .float16, .float32, .float64: .float
        default: .other
        }
    }

    /// Whether it is an integer that can be negative.
    var isSigned: Bool {
        switch self {
        case .int8, .int16, .int32, .int64: true
        default: false
        }
    }
}
