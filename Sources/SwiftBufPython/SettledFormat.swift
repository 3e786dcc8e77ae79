// What another exporter's format means for its items: settled once, when its Py_buffer was granted, before any Buffer is looked at.
//
// One letter, and all else that is no struct, means what it says. Of a struct NumPy's and ctypes' texts leave out what their own
// descriptions have, which are asked then (FormatWitness); a text of our own takes the place of theirs. That may run Python code.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

/// A format of somebody else, with the text that is kept of it.
///
/// - Ownership: Noncopyable; gives the text back when it goes, if it is not the exporter's. `format` is not used afterwards.
@safe
struct SettledFormat: ~Copyable {
    /// The text of swiftbuf's own; nil if it is the exporter's.
    private var block: UnsafeMutableRawPointer?
    /// What the items are.
    @unsafe private(set) var format: ItemFormat

    deinit {
        if let block = unsafe block { unsafe swiftbuf_block_free(block) }
    }

    /// Settles the format of a granted Py_buffer.
    ///
    /// - Parameter exporter: Whom it was asked of.
    /// - Throws: With `MemoryError` set, or what the exporter's own code raised that is no ordinary exception.
    @inline(__always)
    init(
        of view: UnsafeMutablePointer<Py_buffer>, from exporter: UnsafeMutablePointer<PyObject>
    ) throws(ExceptionIsSet) {
        // SAFETY: the exporter says that a format is NUL-terminated.
        let text = unsafe view.pointee.format.map { unsafe UnsafePointer($0) } ?? cText("B")
        let itemByteCount = unsafe view.pointee.itemsize
        unsafe block = nil
        if unsafe text[0] != 0 && text[1] == 0, let letter = unsafe Format(letter: UInt8(bitPattern: text[0])),
            letter.itemByteCount == itemByteCount
        {
            unsafe format = ItemFormat(letter, text: text, byteCount: 1)
            return
        }
        let byteCount = unsafe Self.count(text)
        // SAFETY: that many bytes were counted.
        let bytes = unsafe Span<UInt8>(
            _unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: byteCount)
        if let plain = FormatSettlement.plainFormat(of: bytes, itemByteCount: itemByteCount) {
            unsafe format = ItemFormat(plain, text: text, byteCount: byteCount)
            return
        }
        unsafe format = ItemFormat(keeping: text, byteCount: byteCount, itemByteCount: itemByteCount)
        try unsafe settle(view, from: exporter)
    }

    private static func count(_ text: UnsafePointer<CChar>) -> Int {
        // SAFETY: NUL-terminated.
        var count = 0
        while unsafe text[count] != 0 { count += 1 }
        return count
    }

    /// Settles what is no letter.
    @inline(never)
    private mutating func settle(
        _ view: UnsafeMutablePointer<Py_buffer>, from exporter: UnsafeMutablePointer<PyObject>
    ) throws(ExceptionIsSet) {
        // SAFETY: the exporter's text, which stays as it is for as long as its Py_buffer is held.
        let text = unsafe Span<UInt8>(_unsafeStart: format.text.assumingMemoryBound(to: UInt8.self), count: format.byteCount)
        let itemByteCount = unsafe format.format.itemByteCount
        if unsafe !hasBrace(text) && format.format.isReadable { return }
        var settlement: FormatSettlement
        do throws(FormatTree.Failure) {
            settlement = try FormatSettlement.settle(text, itemByteCount: itemByteCount)
        } catch {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
        let certainty = settlement.certainty
        if certainty == .asWritten && !settlement.wantsWitness { return }
        guard var tree = settlement.tree.take() else {
            unsafe format.standing = 0
            return
        }
        let answer =
            unsafe settlement.wantsWitness
            ? try askWitness(of: view, from: exporter, about: &tree, text, itemByteCount: itemByteCount) : FormatWitness.none
        switch answer {
        case .ours(let standing):
            // Of PEP 3118's reading, as it was made.
            unsafe format.standing = standing
        case .agrees:
            let isGood = try saysWhatIsWritten(tree, text)
            if certainty == .asWritten && isGood { return }
            unsafe format.standing = 0
            try rewrite(tree, text, itemByteCount)
        case .contradicts:
            unsafe format.standing = 0
        case .none:
            if certainty == .asWritten { return }
            unsafe format.standing = certainty == .ambiguous ? UInt8(SWIFTBUF_ITEM_DOUBTFUL) : 0
            if certainty == .rewritten && (hasBrace(text) || tree.isReadable) { try rewrite(tree, text, itemByteCount) }
        }
    }

    /// Whether the exporter's text is as good as any: the witness says the same.
    private func saysWhatIsWritten(_ tree: borrowing FormatTree, _ text: Span<UInt8>) throws(ExceptionIsSet) -> Bool {
        do throws(FormatTree.Failure) {
            let written = try FormatTree(layoutOf: text, as: .kept)
            return tree.saysSame(as: written, text, text) && tree.hasSameSizes(as: written)
        } catch {
            if error == .notReadable { return false }
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
    }

    /// Keeps a text in which all pads are said, unless what the witness said does not fit together.
    private mutating func rewrite(
        _ tree: borrowing FormatTree, _ source: Span<UInt8>, _ itemByteCount: Int
    ) throws(ExceptionIsSet) {
        guard let count = unsafe tree.writeText(from: source, itemByteCount: itemByteCount, to: nil) else {
            return
        }
        guard let block = unsafe swiftbuf_block_allocate(count + 1, 1) else {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
        // SAFETY: as many bytes as were counted, and a NUL.
        let bytes = unsafe block.bindMemory(to: UInt8.self, capacity: count + 1)
        _ = unsafe tree.writeText(from: source, itemByteCount: itemByteCount, to: bytes)
        unsafe self.block = block
        unsafe format = ItemFormat(
            keeping: UnsafeRawPointer(block).assumingMemoryBound(to: CChar.self), byteCount: count, itemByteCount: itemByteCount)
    }
}

/// Whether there may be a struct in a text.
private func hasBrace(_ text: Span<UInt8>) -> Bool {
    for index in text.indices where text[index] == UInt8(ascii: "{") { return true }
    return false
}
