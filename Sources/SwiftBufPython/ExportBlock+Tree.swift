// The compiled format of a Buffer, kept with it: who asks for many fields by their names, or for many records one by one, compiles the
// format once.
//
// It is kept in the first word of the heap block, and goes with the block. A Buffer whose dimensions and format stand in the object gets
// a block of that one word when its format is first compiled.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

extension ExportBlock {
    /// Bytes in front of the dimensions in a heap block: for the compiled format.
    static var treeByteCount: Int { MemoryLayout<Int>.stride }

    /// Gives a heap block back, with the compiled format in it.
    static func free(_ block: UnsafeMutableRawPointer?) {
        guard let block = unsafe block else { return }
        // SAFETY: each block starts with this word; a tree is one block.
        unsafe swiftbuf_block_free(block.load(as: UnsafeMutableRawPointer?.self))
        unsafe swiftbuf_block_free(block)
    }

    /// Lends the compiled format to `body`.
    ///
    /// - Precondition: The Buffer is pinned, and in a free-threaded CPython its critical section is held.
    /// - Parameter body: Also takes the text that the tree was compiled from.
    /// - Throws: With `MemoryError` set; or `NotImplementedError`, if the text means nothing.
    func withTree<Result>(
        _ body: (borrowing FormatTree, Span<UInt8>) -> Result
    ) throws(ExceptionIsSet) -> Result {
        let slot = try unsafe treeSlot()
        if unsafe slot.pointee == nil {
            let formatByteCount = formatByteCount
            // Of the few names that there is room for in the object the first is as near as the last.
            let tree = try compile(
                text(byteCount: formatByteCount - 1), indexesNames: formatByteCount > Int(SWIFTBUF_INLINE_FORMAT))
            unsafe slot.pointee = tree.relinquish()
        }
        // SAFETY: the tree is there as long as the block is, which a pin keeps. `body` may be here again meanwhile, and only reads it too.
        let tree = unsafe FormatTree(taking: slot.pointee.unsafelyUnwrapped)
        let result = body(tree, text(byteCount: tree.textByteCount))
        _ = unsafe tree.relinquish()
        return result
    }

    /// The word for the compiled format, in the heap block, which is made if there is none.
    ///
    /// - Throws: With `MemoryError` set.
    private func treeSlot() throws(ExceptionIsSet) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
        if let block = unsafe pointer.pointee.block {
            // SAFETY: each block starts with this word.
            return unsafe block.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        }
        guard let block = unsafe swiftbuf_block_allocate(Self.treeByteCount, 0) else {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
        // SAFETY: a block of one word, which the object owns from here on.
        let slot = unsafe block.bindMemory(to: UnsafeMutableRawPointer?.self, capacity: 1)
        unsafe slot.initialize(to: nil)
        unsafe pointer.pointee.block = block
        return unsafe slot
    }

    /// The format's text, whose length the caller knows.
    @_lifetime(copy self)
    func text(byteCount: Int) -> Span<UInt8> {
        // SAFETY: the text has that many bytes, and stays as it is for as long as the export block is lent.
        let span = unsafe Span<UInt8>(
            _unsafeStart: UnsafeRawPointer(pointer.pointee.format.unsafelyUnwrapped).assumingMemoryBound(to: UInt8.self),
            count: byteCount)
        return unsafe _overrideLifetime(span, copying: self)
    }

    private func compile(_ text: Span<UInt8>, indexesNames: Bool) throws(ExceptionIsSet) -> FormatTree {
        do throws(FormatTree.Failure) {
            return try FormatTree(layoutOf: text, as: .kept, indexesNames: indexesNames)
        } catch {
            switch error {
            case .outOfMemory: unsafe PyErr_NoMemory()
            case .notReadable: raiseItemsNotReadable()
            }
            throw ExceptionIsSet()
        }
    }
}
