// The values of one item of a format, as nodes in memory of their own: compiled once, read for each item, and still there when
// the text is not.
//
// Names are not copied: a node says where in the text its name stands, so who asks for names lends the text again.

import CSwiftBufStorage

/// What the values of an item are and where they stand.
///
/// ``root`` is the node of the item's value. That is what `struct.unpack` gives outside of any `T{}`: a tuple, or the value
/// itself if there is only one; so the root of `T{…}` alone is that `T{}`'s tuple, and the root of a scalar is its leaf.
///
/// - Ownership: Noncopyable; gives its nodes back when it goes.
/// - Threads: Any; it changes only by a `mutating` function.
@safe
@frozen
public struct FormatTree: ~Copyable {
    /// Why there is no tree.
    public enum Failure: UInt8, Error {
        case outOfMemory
        /// The format cannot be read, or its items: `Format.isReadable`.
        case notReadable
    }

    /// ``count`` nodes, valid for as long as this value is.
    @unsafe public var nodes: UnsafePointer<FormatNode> { unsafe UnsafePointer(block + 1) }
    /// How many nodes there are; above zero.
    public var count: Int { unsafe header.count }
    /// The index of the item's value.
    public var root: Int { unsafe header.root }
    /// Bytes of one item.
    public var itemByteCount: Int { unsafe header.itemByteCount }
    /// Bytes of the text that it was compiled from.
    public var textByteCount: Int { unsafe header.textByteCount }
    /// Whether items can be read value by value.
    public var isReadable: Bool { unsafe header.isReadable }

    /// The header, whose room is one node's, then the nodes, then the slots of the index of names.
    @usableFromInline @unsafe let block: UnsafeMutablePointer<FormatNode>

    /// Compiles a format whose items can be read.
    ///
    /// Allocates one block, by `swiftbuf_block_allocate`.
    ///
    /// - Parameters:
    ///   - text: The format, without a terminating NUL.
    ///   - reading: What is granted beyond PEP 3118.
    /// - Complexity: O(*n*) in the length of the text.
    public init(of text: Span<UInt8>, as reading: FormatReading = []) throws(Failure) {
        try self.init(layoutOf: text, as: reading, indexesNames: false, needsValues: true)
    }

    /// Compiles a format, of which some leaves may be nothing that can be read.
    ///
    /// - Parameters:
    ///   - text: The format, without a terminating NUL.
    ///   - reading: What is granted beyond PEP 3118.
    ///   - indexesNames: Whether members are found by their names in constant time.
    /// - Throws: `notReadable` for what is no format.
    /// - Complexity: O(*n*) in the length of the text.
    public init(layoutOf text: Span<UInt8>, as reading: FormatReading = [], indexesNames: Bool = false) throws(Failure) {
        try self.init(layoutOf: text, as: reading, indexesNames: indexesNames, needsValues: false)
    }

    private init(
        layoutOf text: Span<UInt8>, as reading: FormatReading, indexesNames: Bool, needsValues: Bool
    ) throws(Failure) {
        // Counted first: a text of one long name has few nodes.
        var counting = FormatParser(text, as: reading, writing: FormatNodeList())
        guard let format = try? counting.parse(), let capacity = counting.nodes?.addedCount,
            format.isReadable || !needsValues
        else { throw .notReadable }
        let slotCount = indexesNames ? FormatTree.slotCount(forMemberCount: capacity) : 0
        guard let block = unsafe FormatTree.allocate(nodeCount: capacity, slotCount: slotCount) else { throw .outOfMemory }
        unsafe self.block = block
        var writing = unsafe FormatParser(text, as: reading, writing: FormatNodeList(base: block + 1, capacity: capacity))
        _ = try? writing.parse()
        // SAFETY: all nodes up to the count are written, the first one always; the header stands in front of them.
        var root = 0
        if unsafe block[1].count == 1 {
            root = 1
            while unsafe !block[1 + root].isValue { unsafe root += block[1 + root].nodeCount }
        }
        unsafe UnsafeMutableRawPointer(block).storeBytes(
            of: Header(
                count: writing.nodes?.count ?? 0, root: root, itemByteCount: format.itemByteCount, slotCount: slotCount,
                slotOffset: (capacity &+ 1) &* MemoryLayout<FormatNode>.stride, textByteCount: text.count,
                isReadable: format.isReadable),
            as: Header.self)
        if slotCount > 0 { indexNames(in: text) }
    }

    /// Takes a tree that ``relinquish()`` gave.
    ///
    /// - Precondition: Each is taken once at a time.
    @unsafe
    public init(taking pointer: UnsafeMutableRawPointer) {
        unsafe block = pointer.assumingMemoryBound(to: FormatNode.self)
    }

    deinit {
        // SAFETY: allocated by `init`, and nobody has it any more.
        unsafe swiftbuf_block_free(UnsafeMutableRawPointer(block))
    }

    /// Gives the tree up to who keeps the pointer, which ``init(taking:)`` makes a tree again; its memory is one block, which
    /// `swiftbuf_block_free` frees.
    public consuming func relinquish() -> UnsafeMutableRawPointer {
        let pointer = unsafe UnsafeMutableRawPointer(block)
        discard self
        return unsafe pointer
    }

    /// A node.
    public subscript(index: Int) -> FormatNode {
        precondition(index >= 0 && index < count, "no such node")
        // SAFETY: checked above.
        return unsafe nodes[index]
    }

    /// Bytes of the block.
    public var byteCount: Int { unsafe header.slotOffset &+ header.slotCount &* MemoryLayout<Int>.stride }
}

extension FormatTree {
    /// What a tree says of itself.
    struct Header {
        var count: Int
        var root: Int
        var itemByteCount: Int
        /// A power of two; 0 if there is no index of names.
        var slotCount: Int
        /// Where the slots start, in bytes from the start of the block.
        var slotOffset: Int
        var textByteCount: Int
        var isReadable: Bool
    }

    @unsafe var header: Header {
        // SAFETY: written by `init`, in room for a node, which is larger.
        unsafe UnsafeRawPointer(block).load(as: Header.self)
    }

    private static func allocate(nodeCount: Int, slotCount: Int) -> UnsafeMutablePointer<FormatNode>? {
        let (nodes, overflows) = (nodeCount &+ 1).multipliedReportingOverflow(by: MemoryLayout<FormatNode>.stride)
        let (slots, slotsOverflow) = slotCount.multipliedReportingOverflow(by: MemoryLayout<Int>.stride)
        let (byteCount, sumOverflows) = nodes.addingReportingOverflow(slots)
        guard !overflows, !slotsOverflow, !sumOverflows, let block = unsafe swiftbuf_block_allocate(byteCount, 0) else {
            return nil
        }
        // SAFETY: the block is that large, and aligned for any type.
        return unsafe block.bindMemory(to: FormatNode.self, capacity: nodeCount &+ 1)
    }
}
