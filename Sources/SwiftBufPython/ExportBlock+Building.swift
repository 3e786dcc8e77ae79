// Making the export block of a new object: room for its dimensions and its format, its strides, its traits.
//
// Nobody else can see the object yet, so nothing here is counted.

import CPython
import CSwiftBuf
import CSwiftBufStorage
import SwiftBufCore

extension ExportBlock {
    /// Makes room for `rank` dimensions: inline for a few, one heap block for more, for a format that does not fit inline, or for
    /// suboffsets.
    ///
    /// - Parameters:
    ///   - formatByteCount: Bytes of the format that is to be kept, the NUL included.
    ///   - indirect: Whether there are suboffsets.
    /// - Throws: With `MemoryError` set.
    @inline(__always)
    func reserve(rank: Int, formatByteCount: Int, indirect: Bool = false) throws(ExceptionIsSet) {
        guard hasReserved(rank: rank, formatByteCount: formatByteCount, indirect: indirect) else {
            unsafe PyErr_NoMemory()
            throw ExceptionIsSet()
        }
    }

    /// Makes room as ``reserve(rank:formatByteCount:indirect:)`` does; false if there is none, with no exception set.
    @inline(__always)
    func hasReserved(rank: Int, formatByteCount: Int, indirect: Bool = false) -> Bool {
        // SAFETY: the object's own fields.
        guard
            rank <= Int(SWIFTBUF_INLINE_DIMENSIONS) && formatByteCount <= Int(SWIFTBUF_INLINE_FORMAT) && !indirect
        else {
            return hasReservedBlock(rank: rank, formatByteCount: formatByteCount, indirect: indirect)
        }
        unsafe place(inlineDimensions, rank: rank, format: inlineFormat)
        return true
    }

    @inline(never)
    private func hasReservedBlock(rank: Int, formatByteCount: Int, indirect: Bool) -> Bool {
        // SAFETY: the block is as large as what is laid out in it: a word for the compiled format, shape, strides, suboffsets if there are
        // any, and a format that does not fit inline.
        let formatFits = formatByteCount <= Int(SWIFTBUF_INLINE_FORMAT)
        let words = (indirect ? 3 : 2) * rank
        let size = Self.treeByteCount + words * MemoryLayout<Int>.stride + (formatFits ? 0 : formatByteCount)
        guard let block = unsafe swiftbuf_block_allocate(size, 0) else { return false }
        unsafe block.storeBytes(of: nil, as: UnsafeMutableRawPointer?.self)
        let dimensions = unsafe (block + Self.treeByteCount).bindMemory(to: Int.self, capacity: words)
        let text = unsafe UnsafeMutableRawPointer(dimensions + words).assumingMemoryBound(to: CChar.self)
        unsafe pointer.pointee.block = block
        unsafe place(dimensions, rank: rank, format: formatFits ? inlineFormat : text)
        if indirect {
            unsafe pointer.pointee.suboffsets = dimensions + 2 * rank
        }
        return true
    }

    /// Leaves no dimensions, no bytes, and the text "B" in the object: of a Buffer that lets go of what these pointed to.
    func forgetDimensions() {
        unsafe place(inlineDimensions, rank: 0, format: inlineFormat)
        unsafe pointer.pointee.suboffsets = nil
        unsafe pointer.pointee.block = nil
        unsafe pointer.pointee.buf = swiftbuf_memory_of_no_bytes()
        byteCount = 0
        itemByteCount = 1
        unsafe pointer.pointee.item_kind = ScalarKind.uint8.rawValue
        unsafe inlineFormat[0] = CChar(UInt8(ascii: "B"))
        unsafe inlineFormat[1] = 0
    }

    @inline(__always)
    private func place(_ dimensions: UnsafeMutablePointer<Int>, rank: Int, format: UnsafeMutablePointer<CChar>) {
        unsafe pointer.pointee.ndim = Int32(truncatingIfNeeded: rank)
        unsafe pointer.pointee.shape = rank == 0 ? nil : dimensions
        unsafe pointer.pointee.strides = rank == 0 ? nil : dimensions + rank
        unsafe pointer.pointee.format = format
    }

    /// The dimensions that stand in the object.
    private var inlineDimensions: UnsafeMutablePointer<Int> {
        // SAFETY: the imported tuple is that many Ints in a row; its address is the object's, not a copy's.
        unsafe UnsafeMutableRawPointer(pointer).advanced(by: MemoryLayout<swiftbuf_export>.inlineDimensionsOffset)
            .assumingMemoryBound(to: Int.self)
    }

    /// The format text that stands in the object.
    private var inlineFormat: UnsafeMutablePointer<CChar> {
        // SAFETY: as above.
        unsafe UnsafeMutableRawPointer(pointer).advanced(by: MemoryLayout<swiftbuf_export>.inlineFormatOffset)
            .assumingMemoryBound(to: CChar.self)
    }

    /// The shape, as long as nothing changes this block.
    var shape: UnsafeMutableBufferPointer<Int> {
        unsafe UnsafeMutableBufferPointer(start: pointer.pointee.shape, count: rank)
    }

    /// The byte strides, as long as nothing changes this block.
    var byteStrides: UnsafeMutableBufferPointer<Int> {
        unsafe UnsafeMutableBufferPointer(start: pointer.pointee.strides, count: rank)
    }

    /// The layout of this block for the duration of `body`.
    ///
    /// - Precondition: `body` runs nothing that could release or resize the object.
    func withLayout<Result, Failure: Error>(
        _ body: (borrowing Layout) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // SAFETY: shape and strides each have `ndim` items and outlive the call by the precondition.
        try unsafe body(
            Layout(
                shape: Span(_unsafeElements: UnsafeBufferPointer(shape)),
                byteStrides: Span(_unsafeElements: UnsafeBufferPointer(byteStrides)),
                itemByteCount: itemByteCount))
    }

    /// The packed length of one dimension, as most Buffers have, without the loop over dimensions; nil for any other rank, and for a
    /// shape that is refused.
    @inline(__always)
    var rowByteCount: Int? {
        guard rank == 1 else { return nil }
        // SAFETY: the block has one dimension.
        let count = unsafe pointer.pointee.shape[0]
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: itemByteCount)
        return count < 0 || isTooLarge ? nil : product
    }

    /// Writes the format and what follows from it.
    ///
    /// `reserve` has made room for the text.
    @inline(__always)
    func setFormat(_ format: ItemFormat) {
        unsafe itemByteCount = format.format.itemByteCount
        unsafe pointer.pointee.item_kind = format.itemKind
        // SAFETY: `reserve` made room for `byteCount + 1` bytes.
        let target = unsafe UnsafeMutableRawPointer(pointer.pointee.format.unsafelyUnwrapped)
        if unsafe format.byteCount == 1 {
            unsafe target.storeBytes(of: format.text.load(as: UInt8.self), as: UInt8.self)
        } else {
            unsafe target.copyMemory(from: format.text, byteCount: format.byteCount)
        }
        unsafe target.storeBytes(of: 0, toByteOffset: format.byteCount, as: UInt8.self)
    }

    /// Works out what is so of this view: its contiguity, whether its items are bytes, and what the caller adds.
    @inline(__always)
    func settleTraits(_ added: Traits = []) {
        // What is one letter is native.
        if unsafe pointer.pointee.format[0] != 0 && pointer.pointee.format[1] != 0 { settleAlignment() }
        if unsafe pointer.pointee.suboffsets != nil {
            // Items behind pointers are contiguous in no order, as PyBuffer_IsContiguous has it.
            traits = added.union(.indirect)
            return
        }
        var traits = isPackedRow ? [.cContiguous, .fContiguous] : withLayout { (layout: borrowing Layout) in layout.traits }
        if unsafe pointer.pointee.format[0] == CChar(UInt8(ascii: "B")) && pointer.pointee.format[1] == 0 {
            traits.insert(.formatIsBytes)
        }
        self.traits = traits.union(added)
    }

    /// Makes a format that promises no alignment the native letter, which does, where the items are aligned: `<q` becomes `q`.
    ///
    /// Then memoryview reads it, and NumPy sooner. Memory that is not aligned keeps the word for it; `<F`, which only struct knows,
    /// becomes `=Zf` there.
    @inline(never)
    private func settleAlignment() {
        guard let kind = itemKind, !itemIsSwapped, let letters = kind.nativeFormat else { return }
        // SAFETY: the text is NUL-terminated and of one scalar; no text that takes its place is longer than the room that it has, of at
        // least 16 bytes in the object or of its own length.
        let text = self.text(byteCount: formatByteCount - 1)
        guard Format.promisesNoAlignment(text) else { return }
        let isAligned = isAligned(to: kind.byteAlignment)
        let isForeignLetter = text[text.count - 1] == UInt8(ascii: "F") || text[text.count - 1] == UInt8(ascii: "D")
        guard isAligned || isForeignLetter else { return }
        let target = unsafe UnsafeMutableRawPointer(pointer.pointee.format.unsafelyUnwrapped)
        let prefix = isAligned ? 0 : 1
        if prefix == 1 { unsafe target.storeBytes(of: UInt8(ascii: "="), as: UInt8.self) }
        unsafe (target + prefix).copyMemory(from: letters.utf8Start, byteCount: letters.utf8CodeUnitCount)
        unsafe target.storeBytes(of: 0, toByteOffset: prefix + letters.utf8CodeUnitCount, as: UInt8.self)
    }

    /// Takes back the promise of a native letter (`q` becomes `=q`) where the items are not aligned: of a field, whose record promised
    /// nothing.
    ///
    /// There is room for three bytes and the NUL in the object.
    func settleFieldAlignment() {
        guard let kind = itemKind, !itemIsSwapped, let letters = kind.nativeFormat, !isAligned(to: kind.byteAlignment) else {
            return
        }
        guard !Format.promisesNoAlignment(text(byteCount: formatByteCount - 1)) else { return }
        let target = unsafe UnsafeMutableRawPointer(pointer.pointee.format.unsafelyUnwrapped)
        // What has no standard size keeps its native one.
        let isNativeOnly = kind == .longDouble || kind == .complexLongDouble || kind == .pointer
        unsafe target.storeBytes(of: UInt8(ascii: isNativeOnly ? "^" : "="), as: UInt8.self)
        unsafe (target + 1).copyMemory(from: letters.utf8Start, byteCount: letters.utf8CodeUnitCount)
        unsafe target.storeBytes(of: 0, toByteOffset: 1 + letters.utf8CodeUnitCount, as: UInt8.self)
    }

    /// Whether every item stands at a multiple of an alignment: the first one, and those of all dimensions with more than one.
    private func isAligned(to byteAlignment: Int) -> Bool {
        if isIndirect { return byteAlignment == 1 }
        var bits = unsafe UInt(bitPattern: pointer.pointee.buf)
        for axis in 0..<rank where unsafe shape[axis] > 1 { unsafe bits |= UInt(bitPattern: byteStrides[axis]) }
        return bits & (UInt(bitPattern: byteAlignment) - 1) == 0
    }

    /// Whether this is the most common layout of all: one dimension, packed.
    @inline(__always)
    private var isPackedRow: Bool {
        unsafe rank == 1 && pointer.pointee.strides[0] == itemByteCount && itemByteCount > 0
    }

    /// Gives the memory to the block.
    func setStorage(_ storage: consuming Storage) {
        // SAFETY: the object owns the reference from now on, and `swiftbuf_export_clear` drops it.
        unsafe pointer.pointee.buf = storage.base
        unsafe pointer.pointee.storage = storage.relinquish()
    }
}

extension MemoryLayout where T == swiftbuf_export {
    // Embedded Swift has no key paths: C gives the offsets.
    static var inlineDimensionsOffset: Int { Int(SWIFTBUF_EXPORT_INLINE_DIMENSIONS_OFFSET) }
    static var inlineFormatOffset: Int { Int(SWIFTBUF_EXPORT_INLINE_FORMAT_OFFSET) }
}

extension ExportBlock {
    /// Bytes of the format text, the NUL included.
    var formatByteCount: Int {
        // SAFETY: the format is NUL-terminated.
        var count = 0
        while unsafe pointer.pointee.format[count] != 0 { count += 1 }
        return count + 1
    }

    /// Bytes of the heap block.
    var blockByteCount: Int {
        let formatIsInline = unsafe pointer.pointee.format == inlineFormat
        let dimensionsAreInline = unsafe pointer.pointee.shape == inlineDimensions
        let words = unsafe dimensionsAreInline ? 0 : (pointer.pointee.suboffsets == nil ? 2 : 3) * rank
        return Self.treeByteCount + words * MemoryLayout<Int>.stride + (formatIsInline ? 0 : formatByteCount)
    }

    /// Takes over the format and item size of another block, for which `reserve` made room.
    @inline(__always)
    func copyItemFormat(from source: ExportBlock) {
        itemByteCount = source.itemByteCount
        unsafe pointer.pointee.item_kind = source.pointer.pointee.item_kind
        // SAFETY: the caller reserved `source.formatByteCount` bytes.
        let text = unsafe UnsafeRawPointer(source.pointer.pointee.format.unsafelyUnwrapped)
        let target = unsafe UnsafeMutableRawPointer(pointer.pointee.format.unsafelyUnwrapped)
        let byteCount = source.formatByteCount
        if byteCount == 2 {
            // One letter: less than a call.
            unsafe target.storeBytes(of: text.loadUnaligned(as: UInt16.self), as: UInt16.self)
        } else {
            unsafe target.copyMemory(from: text, byteCount: byteCount)
        }
    }
}
