// A granted Py_buffer of somebody else, held against itself.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

/// What a granted Py_buffer says, once it is known to be coherent.
@unsafe
struct ForeignView {
    private let view: UnsafeMutablePointer<Py_buffer>
    /// Element [0, …, 0]; never NULL.
    let base: UnsafeMutableRawPointer
    let rank: Int
    /// `rank` numbers.
    let shape: UnsafePointer<Int>
    /// `rank` byte strides.
    let strides: UnsafePointer<Int>
    let isCContiguous: Bool
    /// The bytes that the items reach; nil if there are none, or pointers lead to them.
    let bytes: Range<UInt>?

    /// Reads a Py_buffer.
    ///
    /// - Parameters:
    ///   - view: Granted; it neither moves nor is released while this is used.
    ///   - strides: Room for 64 numbers, for strides that the exporter does not give.
    ///   - extent: Room for one number, for a shape that it does not give.
    /// - Throws: ``BufferError/incoherentExporter``.
    @inline(__always)
    init(
        _ view: UnsafeMutablePointer<Py_buffer>, strides room: UnsafeMutablePointer<Int>, extent: UnsafeMutablePointer<Int>
    ) throws(BufferError) {
        // SAFETY: a granted Py_buffer; arrays that are not NULL have `ndim` numbers.
        let (byteCount, itemByteCount) = unsafe (view.pointee.len, view.pointee.itemsize)
        let rank = unsafe Int(view.pointee.ndim)
        guard rank >= 0 && rank <= Layout.maximumRank && itemByteCount > 0 && byteCount >= 0,
            unsafe view.pointee.buf != nil || byteCount == 0
        else { throw .incoherentExporter }
        unsafe self.view = view
        unsafe self.rank = rank
        unsafe base = view.pointee.buf ?? swiftbuf_memory_of_no_bytes()
        if let given = unsafe view.pointee.shape {
            unsafe shape = UnsafePointer(given)
        } else {
            // One dimension of as many items as there are; or one item alone.
            guard rank <= 1, byteCount % itemByteCount == 0, rank == 1 || byteCount == itemByteCount else {
                throw .incoherentExporter
            }
            unsafe extent.pointee = byteCount / itemByteCount
            unsafe shape = UnsafePointer(extent)
        }
        let shapeSpan = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: shape, count: rank))
        guard let counted = try? Layout.byteCount(shape: shapeSpan, itemByteCount: itemByteCount), counted == byteCount else {
            throw .incoherentExporter
        }
        let start = unsafe UInt(bitPattern: base)
        guard let given = unsafe view.pointee.strides else {
            // Without strides the items are packed in C order.
            var packed = unsafe MutableSpan(_unsafeStart: room, count: rank)
            Layout.pack(&packed, shape: shapeSpan, itemByteCount: itemByteCount, order: .c)
            unsafe strides = UnsafePointer(room)
            unsafe isCContiguous = true
            guard !start.addingReportingOverflow(UInt(bitPattern: byteCount)).overflow else { throw .incoherentExporter }
            unsafe bytes = byteCount == 0 ? nil : start..<start &+ UInt(bitPattern: byteCount)
            return
        }
        unsafe strides = UnsafePointer(given)
        let layout = unsafe Layout(
            shape: shapeSpan, byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: given, count: rank)),
            itemByteCount: itemByteCount)
        unsafe isCContiguous = layout.isCContiguous
        guard let reach = layout.reachableBytes else { throw .incoherentExporter }
        if byteCount == 0 {
            unsafe bytes = nil
            return
        }
        let low = start &+ UInt(bitPattern: reach.lowerBound)
        guard low <= start, !low.addingReportingOverflow(UInt(reach.count)).overflow else { throw .incoherentExporter }
        unsafe bytes = low..<low &+ UInt(reach.count)
    }

    /// Of all items, packed.
    var byteCount: Int { unsafe view.pointee.len }

    var itemByteCount: Int { unsafe view.pointee.itemsize }

    /// Whether items are reached through pointers.
    var isIndirect: Bool {
        guard let suboffsets = unsafe view.pointee.suboffsets else { return false }
        for axis in unsafe 0..<rank where unsafe suboffsets[axis] >= 0 { return true }
        return false
    }

    /// `rank` numbers, or NULL if no items are reached through pointers.
    var suboffsets: UnsafePointer<Int>? { unsafe view.pointee.suboffsets.map { unsafe UnsafePointer($0) } }

    /// NUL-terminated, or NULL for bytes.
    var format: UnsafePointer<CChar>? { unsafe view.pointee.format.map { unsafe UnsafePointer($0) } }

    /// Whether this is what was asked for.
    ///
    /// - Throws: ``BufferError/outOfMemory(byteCount:)``, where formats of records are compared.
    @inline(__always)
    func fits(_ request: BorrowRequest) throws(BufferError) -> Bool {
        guard unsafe itemByteCount == request.format.byteCount, unsafe !isIndirect,
            unsafe request.isStrided || isCContiguous, unsafe !request.isMutable || view.pointee.readonly == 0,
            unsafe isAligned(for: request), unsafe request.shape.accepts(rank: rank, shape: shape)
        else { return false }
        return try unsafe request.format.describesItems(of: format.map { unsafe UnsafeRawPointer($0) })
    }

    /// Whether every item stands at an address that its type can have.
    func isAligned(for request: BorrowRequest) -> Bool {
        unsafe isAligned(to: request.alignment)
    }

    /// Whether the address of every item is a multiple of a power of two.
    @inline(__always)
    func isAligned(to alignment: Int) -> Bool {
        let mask = alignment &- 1
        if unsafe Int(bitPattern: base) & mask != 0 { return unsafe byteCount == 0 }
        if unsafe isCContiguous { return true }
        for axis in unsafe 0..<rank where unsafe strides[axis] & mask != 0 && shape[axis] > 1 { return false }
        return true
    }

    /// What this is, in words.
    @inline(never)
    func description(for request: BorrowRequest) -> BufferDescription {
        BufferDescription(
            element: unsafe ItemDescription(items: format, itemByteCount: itemByteCount, askedFor: request),
            order: unsafe order,
            shape: unsafe request.shape.sameDetail(rank: rank, shape: shape),
            isWritable: unsafe isWritable, isAligned: unsafe isAligned(for: request))
    }

    /// How the items lie.
    var order: BufferDescription.Order {
        let layout = unsafe Layout(
            shape: Span(_unsafeElements: UnsafeBufferPointer(start: shape, count: rank)),
            byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: strides, count: rank)), itemByteCount: itemByteCount)
        return unsafe isIndirect ? .indirect : isCContiguous ? .c : layout.isFContiguous ? .fortran : .strided
    }

    /// Whether the exporter lets others write.
    var isWritable: Bool { unsafe view.pointee.readonly == 0 }
}

extension ElementFormat {
    /// Whether a format of somebody else says the same of each item; sizes are known to be equal.
    ///
    /// - Parameter text: NUL-terminated; NULL for bytes.
    /// - Throws: ``BufferError/outOfMemory(byteCount:)``.
    @unsafe
    @inline(__always)
    func describesItems(of text: UnsafeRawPointer?) throws(BufferError) -> Bool {
        guard let text = unsafe text?.assumingMemoryBound(to: UInt8.self) else { return kind == ScalarKind.uint8.rawValue }
        // SAFETY: both texts end with a NUL. Most are one letter, and the same one.
        if unsafe text[0] == self.text[0] && text[1] == 0 && textByteCount == 1 { return true }
        return try unsafe describesItemsByMeaning(of: text)
    }

    @inline(never)
    private func describesItemsByMeaning(of text: UnsafePointer<UInt8>) throws(BufferError) -> Bool {
        var count = 0
        // SAFETY: by the contract of the one above.
        while unsafe text[count] != 0 { count += 1 }
        let theirs = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: text, count: count))
        if kind != 0 {
            guard let format = try? Format.parse(theirs) else { return false }
            return format.kind?.rawValue == kind && !format.isByteSwapped && format.itemByteCount == byteCount
        }
        let ours = unsafe Span(_unsafeElements: UnsafeBufferPointer(start: self.text, count: textByteCount))
        guard let isSame = Format.describesSameItems(ours, theirs, itemByteCount: byteCount) else {
            throw .outOfMemory(byteCount: nil)
        }
        return isSame
    }
}

extension BufferDescription {
    /// Whether a description differs from what was asked for in anything that was asked.
    func isOtherThan(_ request: BufferDescription) -> Bool {
        element != request.element || (request.order != .any && order != request.order) || order == .indirect
            || (request.isWritable && !isWritable) || !isAligned || (request.shape.rank != nil && shape != request.shape)
    }
}

extension ShapePattern {
    /// A shape in the words of a pattern: with the numbers that the pattern names, or all of them if the ranks differ.
    @unsafe
    func sameDetail(rank: Int, shape: UnsafePointer<Int>?) -> ShapePattern {
        var names = false
        for axis in 0..<8 where counts[axis] >= 0 { names = true }
        return names ? unsafe ShapePattern(rank: rank, shape: shape) : unsafe ShapePattern(rank: rank, shape: nil)
    }
}

extension BufferError.Text {
    /// The name of an object's type.
    @unsafe
    init(typeOf object: UnsafeMutablePointer<PyObject>) {
        var bytes = InlineArray<62, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        // SAFETY: C writes no more than the room that it is told of.
        let count = unsafe span.withUnsafeMutableBufferPointer { unsafe swiftbuf_type_name(object, $0.baseAddress, $0.count) }
        self.init()
        for index in 0..<Int(count) { append(byte: bytes[index]) }
    }
}
