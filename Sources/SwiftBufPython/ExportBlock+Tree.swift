// The compiled format of a Buffer, kept with it: who asks for many fields by their names, or for many records one by one, compiles the
// format once.
//
// It is kept where the format is too long for the object: in the first word of the heap block, and goes with the block. Formats that
// stand in the object are as soon compiled anew.

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
        guard let slot = unsafe pointer.pointee.block?.assumingMemoryBound(to: UnsafeMutableRawPointer?.self) else {
            let text = text(byteCount: formatByteCount - 1)
            return body(try compile(text, indexesNames: false), text)
        }
        if unsafe slot.pointee == nil {
            let tree = try compile(text(byteCount: formatByteCount - 1), indexesNames: true)
            unsafe slot.pointee = tree.relinquish()
        }
        // SAFETY: the tree is there as long as the block is, which a pin keeps. `body` may be here again meanwhile, and only reads it too.
        let tree = unsafe FormatTree(taking: slot.pointee.unsafelyUnwrapped)
        let result = body(tree, text(byteCount: tree.textByteCount))
        _ = unsafe tree.relinquish()
        return result
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
