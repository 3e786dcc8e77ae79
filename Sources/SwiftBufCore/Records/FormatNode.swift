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
    /// How a leaf is read; nil for all else, and for a leaf that cannot be read: a reference, a pointer, a bit field.
    public var kind: ScalarKind?
    /// Whether the byte order of a leaf is not the machine's.
    public var isByteSwapped = false
    /// Whether it is a value of the tuple that it stands in: not so a pad with a name outside of any `T{}`, and no values at all (`0i`).
    public var isValue = true
    /// Whether a leaf is a pad with a name, which is read as bytes.
    public var isPad = false
    /// Whether a leaf is a bit field, whose bits stand in bytes that are no member of their own; of a tuple, whether it has members that
    /// the format does not name.
    public var isBitField = false
    /// The prefix that is in force where the text of a leaf or a tuple starts: one of `^ = < >`, or 0 for native.
    public var prefix: UInt8 = 0
    /// Where it starts, in bytes from the start of the tuple that it stands in; 0 for the element of a list or a run.
    public var byteOffset = 0
    /// The bytes of a leaf or a tuple, or of one element of a list or a run; elements are packed.
    public var byteCount = 0
    /// How many values or elements; 1 for a leaf, but for the bits of a bit field that a witness found.
    public var count = 1
    /// How many nodes it is, itself and all in it: the next value's node stands so much further on.
    public var nodeCount = 1
    /// Where in the text its name starts, if it is a member with one.
    public var nameOffset = 0
    /// Bytes of its name; -1 if it has none.
    public var nameByteCount = -1
    /// Where in the text a leaf or a tuple starts: without shape and name, and without a count that is the length of an array.
    public var textOffset = 0
    /// Bytes of that text.
    public var textByteCount = 0
}

/// The nodes of a format while they are written.
///
/// Writing more than there is room for writes nothing; the text is read once before, to count how many there will be.
@safe
struct FormatNodeList {
    private let base: UnsafeMutablePointer<FormatNode>?
    private let capacity: Int
    /// How many there are.
    private(set) var count = 0
    /// How many were added, those too for which there was no room or that were taken back.
    private(set) var addedCount = 0

    /// - Precondition: The memory outlives the list.
    @unsafe
    init(base: UnsafeMutablePointer<FormatNode>, capacity: Int) {
        unsafe self.base = base
        self.capacity = capacity
    }

    /// No list, but a count of the nodes that one would be given.
    init() {
        unsafe base = nil
        capacity = 0
    }

    subscript(index: Int) -> FormatNode {
        get {
            // SAFETY: what is below `count` was written, and `count` is at most the capacity.
            guard index >= 0 && index < count else { return FormatNode(form: .leaf) }
            return unsafe base.unsafelyUnwrapped[index]
        }
        nonmutating set {
            guard index >= 0 && index < count else { return }
            unsafe base.unsafelyUnwrapped[index] = newValue
        }
    }

    private mutating func append(_ node: FormatNode) {
        addedCount &+= 1
        guard count < capacity else { return }
        // SAFETY: there is room; FormatNode is trivial.
        unsafe (base.unsafelyUnwrapped + count).initialize(to: node)
        count &+= 1
    }

    /// Adds a node, of which the rest is known later.
    mutating func open(_ form: FormatNode.Form, count: Int = 0) {
        append(FormatNode(form: form, count: count))
    }

    /// Adds a leaf.
    mutating func openLeaf(_ kind: ScalarKind?, isByteSwapped: Bool, byteCount: Int, isPad: Bool) {
        append(FormatNode(form: .leaf, kind: kind, isByteSwapped: isByteSwapped, isPad: isPad, byteCount: byteCount))
    }

    /// Says where the text of a leaf or a tuple stands.
    func setText(of index: Int, from start: Int, to end: Int, prefix: UInt8) {
        self[index].textOffset = start
        self[index].textByteCount = end &- start
        self[index].prefix = prefix
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

    /// Says where a member stands, and what it is called.
    func place(_ index: Int, byteOffset: Int, isValue: Bool, name: Range<Int>?) {
        self[index].byteOffset = byteOffset
        self[index].isValue = isValue
        guard let name else { return }
        self[index].nameOffset = name.lowerBound
        self[index].nameByteCount = name.count
    }

    /// Takes back all nodes from an index on.
    mutating func drop(from index: Int) {
        count = min(count, index)
    }
}

extension FormatNode {
    var isListOrRun: Bool { form == .list || form == .run }
}
