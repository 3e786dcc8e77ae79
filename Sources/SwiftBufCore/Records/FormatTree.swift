// The values of one item of a format, as nodes in memory of their own: compiled once, read for each item, and still there when
// the text is not.

import CSwiftBufStorage

/// What the values of an item are and where they stand.
///
/// ``root`` is the node of the item's value. That is what `struct.unpack` gives outside of any `T{}`: a tuple, or the value
/// itself if there is only one; so the root of `T{…}` alone is that `T{}`'s tuple, and the root of a scalar is its leaf.
///
/// - Ownership: Noncopyable; gives its nodes back when it goes.
/// - Threads: Any; it never changes.
@safe
public struct FormatTree: ~Copyable {
    /// Why there is no tree.
    public enum Failure: UInt8, Error {
        case outOfMemory
        /// The format cannot be read, or its items: `Format.isReadable`.
        case notReadable
    }

    /// ``count`` nodes, valid for as long as this value is.
    @unsafe public let nodes: UnsafePointer<FormatNode>
    /// How many nodes there are; above zero.
    public let count: Int
    /// The index of the item's value.
    public let root: Int
    /// Bytes of one item.
    public let itemByteCount: Int

    /// Compiles a format.
    ///
    /// Allocates one block, by `swiftbuf_block_allocate`.
    ///
    /// - Parameter padsStructs: Whether a `T{}` in native mode is padded at its end, as PEP 3118 has it.
    /// - Complexity: O(*n*) in the length of the text.
    public init(of text: Span<UInt8>, padsStructs: Bool = true) throws(Failure) {
        // Each node has a byte of the text to itself, but for the tuple of all values. A text in memory is far from overflowing this.
        let capacity = text.count &+ 1
        let (byteCount, overflows) = capacity.multipliedReportingOverflow(by: MemoryLayout<FormatNode>.stride)
        guard !overflows, let block = unsafe swiftbuf_block_allocate(byteCount, 0) else { throw .outOfMemory }
        // SAFETY: the block is that large, and aligned for any type.
        let base = unsafe block.bindMemory(to: FormatNode.self, capacity: capacity)
        var parser = unsafe FormatParser(text, writing: FormatNodeList(base: base, capacity: capacity))
        parser.padsStructs = padsStructs
        guard let format = try? parser.parse(), format.isReadable, let list = parser.nodes else {
            unsafe swiftbuf_block_free(block)
            throw .notReadable
        }
        unsafe nodes = UnsafePointer(base)
        count = list.count
        root = list[0].count == 1 ? 1 : 0
        itemByteCount = format.itemByteCount
    }

    deinit {
        // SAFETY: allocated by `init`, and nobody has it any more.
        unsafe swiftbuf_block_free(UnsafeMutableRawPointer(mutating: nodes))
    }

    /// A node.
    public subscript(index: Int) -> FormatNode {
        precondition(index >= 0 && index < count, "no such node")
        // SAFETY: checked above.
        return unsafe nodes[index]
    }
}
