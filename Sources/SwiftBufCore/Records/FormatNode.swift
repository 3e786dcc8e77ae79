// One value of an item, or what values stand in: what a format says, written down once so that many items can be read by it.
//
// Nodes stand one after the other as the format names them, each before what is in it. Here: a node, and the list that
// FormatParser writes. Who owns the list is FormatTree's matter.

/// A scalar of an item, or a tuple or list of an item with what is in it.
@frozen
public struct FormatNode: Sendable {
    /// What a node stands for.
    public enum Form: UInt8, Sendable {
        /// One scalar, or one text.
        case leaf
        /// A list of `count` elements, each as the next node says: one dimension of a shape, or a count inside a `T{}`.
        case list
        /// A tuple of `count` values: a `T{}`, or the values outside of any. Its nodes follow, one for each member.
        case tuple
        /// `count` values of the tuple that it stands in, each as the next node says: a count outside of any `T{}`.
        case run
    }

    /// What it stands for.
    public var form: Form
    /// How a leaf is read; nil for all else.
    public var kind: ScalarKind?
    /// Whether the byte order of a leaf is not the machine's.
    public var isByteSwapped = false
    /// Where it starts, in bytes from the start of the tuple that it stands in; 0 for the element of a list or a run.
    public var byteOffset = 0
    /// The bytes of a leaf or a tuple, or of one element of a list or a run; elements are packed.
    public var byteCount = 0
    /// How many values or elements; 1 for a leaf.
    public var count = 1
    /// How many nodes it is, itself and all in it: the next value's node stands so much further on.
    public var nodeCount = 1
}

/// The nodes of a format while they are written.
///
/// Writing more than there is room for writes nothing: a text of n bytes has no more than n + 1 nodes, so nothing is lost.
@safe
struct FormatNodeList {
    private let base: UnsafeMutablePointer<FormatNode>
    private let capacity: Int
    /// How many there are.
    private(set) var count = 0

    /// - Precondition: The memory outlives the list.
    @unsafe
    init(base: UnsafeMutablePointer<FormatNode>, capacity: Int) {
        unsafe self.base = base
        self.capacity = capacity
    }

    subscript(index: Int) -> FormatNode {
        get {
            // SAFETY: what is below `count` was written, and `count` is at most the capacity.
            guard index >= 0 && index < count else { return FormatNode(form: .leaf) }
            return unsafe base[index]
        }
        nonmutating set {
            guard index >= 0 && index < count else { return }
            unsafe base[index] = newValue
        }
    }

    private mutating func append(_ node: FormatNode) {
        guard count < capacity else { return }
        // SAFETY: there is room; FormatNode is trivial.
        unsafe (base + count).initialize(to: node)
        count &+= 1
    }

    /// Adds a node, of which the rest is known later.
    mutating func open(_ form: FormatNode.Form, count: Int = 0) {
        append(FormatNode(form: form, count: count))
    }

    /// Adds a leaf.
    mutating func openLeaf(_ kind: ScalarKind, isByteSwapped: Bool, byteCount: Int) {
        append(FormatNode(form: .leaf, kind: kind, isByteSwapped: isByteSwapped, byteCount: byteCount))
    }

    /// Says how large a tuple is; all nodes behind it are in it.
    func close(_ index: Int, byteCount: Int, count values: Int) {
        self[index].byteCount = byteCount
        self[index].count = values
        self[index].nodeCount = count &- index
    }

    /// Says how large the elements of the lists are that stand one inside of the other from an index on.
    ///
    /// Products wrap around only where an outer list is empty, so that nobody uses them: the parser has refused all others.
    func closeLists(from first: Int) {
        var index = first
        while index < count && self[index].isListOrRun { index &+= 1 }
        // Here stands the element of the innermost.
        var byteCount = self[index].byteCount
        while index > first {
            index &-= 1
            self[index].byteCount = byteCount
            self[index].nodeCount = count &- index
            byteCount = byteCount &* self[index].count
        }
    }

    /// Says where a member stands; drops one without values.
    mutating func place(_ index: Int, byteOffset: Int, valueCount: Int) {
        if valueCount == 0 {
            drop(from: index)
        } else {
            self[index].byteOffset = byteOffset
        }
    }

    /// Takes back all nodes from an index on.
    mutating func drop(from index: Int) {
        count = min(count, index)
    }
}

extension FormatNode {
    var isListOrRun: Bool { form == .list || form == .run }
}
