// What a borrow does with memory that does not fit: a copy if the caller allowed one, else an error that says both sides.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Borrows a packed copy if that is allowed and would fit, and throws otherwise.
    @inline(never)
    func beginOtherwise(
        _ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest, found: BufferDescription
    ) throws(BufferError) {
        // An argument that is written to is never a copy: what was written would be lost.
        guard request.mayCopy && !request.isMutable else {
            throw .mismatch(expected: request.description, found: found)
        }
        let view = unsafe viewPointer
        // SAFETY: as in beginForeign: the Py_buffer stays where it is until it is released.
        unsafe view.initialize(to: Py_buffer())
        guard unsafe PyObject_GetBuffer(object, view, CInt(SWIFTBUF_PYBUF_FULL_RO)) == 0 else { throw .pythonException }
        defer { unsafe swiftbuf_give_back(view) }
        let source = try unsafe ForeignView(view, strides: packedStridesPointer, extent: extentForCopy)
        guard unsafe source.itemByteCount == request.format.byteCount,
            let unit = try unsafe request.format.unitToSwap(source.format),
            unsafe request.shape.accepts(rank: source.rank, shape: source.shape)
        else { throw .mismatch(expected: request.description, found: found) }
        unsafe pointee.holds = []
        do throws(BufferError) {
            // Nobody in Swift may write to them while they are copied.
            if let bytes = unsafe source.bytes { try unsafe enterLoan(bytes) }
            let block = try unsafe copy(source, unitByteCount: unit, itemByteCount: request.format.byteCount)
            unsafe reset()
            unsafe pointee.storage = block
            unsafe pointee.holds = .storage
        } catch {
            unsafe reset()
            throw error
        }
    }

    /// Room for one number, in the lease.
    private var extentForCopy: UnsafeMutablePointer<Int> { unsafe packedStridesPointer - 1 }

    /// Copies the items into memory of the lease's own, and shows them there.
    ///
    /// - Returns: A reference to that memory.
    private func copy(
        _ source: ForeignView, unitByteCount: Int, itemByteCount: Int
    ) throws(BufferError) -> UnsafeMutablePointer<swiftbuf_storage> {
        let rank = unsafe source.rank
        // The shape behind the items, because the exporter's goes with its Py_buffer.
        let (byteCount, overflow) = unsafe source.byteCount.addingReportingOverflow(Layout.maximumRank * 8 + 8)
        guard !overflow, let storage = Storage.allocate(byteCount: byteCount, zeroed: false) else {
            throw .outOfMemory(byteCount: byteCount)
        }
        // SAFETY: fresh memory of that size, aligned for any type; the number of its items' bytes is rounded up to that of an Int.
        let base = unsafe storage.base
        let shape = unsafe (base + (source.byteCount + 7) & ~7).bindMemory(to: Int.self, capacity: rank)
        for axis in 0..<rank { unsafe shape[axis] = source.shape[axis] }
        let suboffsets = unsafe UnsafeBufferPointer(
            start: source.isIndirect ? source.suboffsets : nil, count: source.isIndirect ? rank : 0)
        let isCopied = unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: Layout.maximumRank) { (packed) -> Bool in
            let shapeSpan = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: UnsafePointer(shape), count: rank))
            var strides = unsafe MutableSpan(_unsafeStart: packed.baseAddress.unsafelyUnwrapped, count: rank)
            Layout.pack(&strides, shape: shapeSpan, itemByteCount: itemByteCount, order: .c)
            let theirs = unsafe Items(
                at: source.base,
                layout: Layout(
                    shape: shapeSpan, byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: source.strides, count: rank)),
                    itemByteCount: itemByteCount), suboffsets: Span(_unsafeElements: suboffsets))
            let ours = unsafe Items(
                at: base,
                layout: Layout(
                    shape: shapeSpan,
                    byteStrides: Span(
                        _unsafeElements: UnsafeBufferPointer(start: UnsafePointer(packed.baseAddress), count: rank)),
                    itemByteCount: itemByteCount), suboffsets: Span())
            // The Py_buffer keeps the items in place while other threads run.
            let thread = unsafe source.byteCount >= longCopy ? PyEval_SaveThread() : nil
            let isCopied = theirs.copy(to: ours, swapping: unitByteCount)
            if let thread = unsafe thread { unsafe PyEval_RestoreThread(thread) }
            // SAFETY: the strides of the copy, in the lease, which outlives it. The source's own are not needed any more.
            unsafe packedStridesPointer.update(from: packed.baseAddress.unsafelyUnwrapped, count: rank)
            return isCopied
        }
        // NULL stands where the exporter's suboffsets say that a pointer does.
        guard isCopied else { throw .incoherentExporter }
        unsafe pointee.base = base
        unsafe pointee.rank = rank
        unsafe pointee.shape = UnsafePointer(shape)
        unsafe pointee.strides = UnsafePointer(packedStridesPointer)
        unsafe pointee.count = source.byteCount / itemByteCount
        return unsafe storage.relinquish()
    }
}

/// From so many bytes on, other threads of Python run while they are copied; below, letting them costs more than it gives.
private let longCopy = 1 << 20

extension ElementFormat {
    /// How many bytes are reversed at a time to make items of another format these: 0 for the same format; nil if that is not all
    /// that differs.
    ///
    /// - Parameter text: NUL-terminated; NULL for bytes. The sizes of the items are equal.
    @unsafe
    func unitToSwap(_ text: UnsafePointer<CChar>?) throws(BufferError) -> Int? {
        if try unsafe describesItems(of: text.map { unsafe UnsafeRawPointer($0) }) { return 0 }
        guard kind != 0, let text = unsafe text else { return nil }
        let bytes = unsafe UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
        var count = 0
        // SAFETY: it ends with a NUL.
        while unsafe bytes[count] != 0 { count += 1 }
        guard let format = try? Format.parse(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: bytes, count: count))),
            let theirs = format.kind, theirs.rawValue == kind
        else { return nil }
        return theirs.swappedByteCount
    }
}
