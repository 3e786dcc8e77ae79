// One borrow of a Python object's memory: what is held for it, and what it shows.
//
// Ownership rules
// ---------------
// A lease that was begun holds, until it is ended: of a foreign exporter one granted Py_buffer, of a Buffer one reference; and of the
// borrow word, a listed block and the ledger what `holds` says. It lies on the stack of the function that lends it, or in one heap
// block, and never moves: exporters may point into the Py_buffer, and the ledger points to the loan. Both ends run with the GIL of the
// exporter's interpreter, or attached to it; the ledger has a lock of its own.

import CPython
import CSwiftBufABI
import CSwiftBufStorage
import SwiftBufCore

/// What is held for one borrow, and where its items are.
@unsafe
package struct Lease {
    /// What has to be given back.
    struct Holding: OptionSet {
        let rawValue: UInt8
        /// `view` was granted.
        static var view: Holding { Holding(rawValue: 1) }
        /// A reference to `object`.
        static var object: Holding { Holding(rawValue: 2) }
        /// The borrow word of `storage` counts this borrow.
        static var word: Holding { Holding(rawValue: 4) }
        /// A reference to `storage`, which is a copy.
        static var storage: Holding { Holding(rawValue: 8) }
        /// `loan` is entered.
        static var loan: Holding { Holding(rawValue: 16) }
        /// A reference to `listed`, whose borrow word counts this borrow.
        static var listed: Holding { Holding(rawValue: 32) }
    }

    /// What was asked of an exporter already.
    enum Progress: UInt8 {
        /// Nothing.
        case none
        /// It has granted `view`.
        case granted
        /// It has refused, with an exception set.
        case refused
    }

    var view: Py_buffer
    var loan: swiftbuf_loan

    // No two words that BorrowedItems takes stand beside each other: they would be loaded as a pair, and a pair of which each half was
    // just written by itself has to be waited for.

    /// Element [0, …, 0]; never NULL.
    var base: UnsafeMutableRawPointer
    var object: UnsafeMutablePointer<PyObject>?
    /// `rank` numbers.
    var shape: UnsafePointer<Int>
    var storage: UnsafeMutablePointer<swiftbuf_storage>?
    /// `rank` byte strides; only where strides were asked for.
    var strides: UnsafePointer<Int>
    var holds: Holding
    var isMutable: Bool
    /// How far a borrow has come that is not in the common form.
    var progress: Progress
    var rank: Int
    /// The block in the ledger that has the bytes of another exporter's memory.
    var listed: UnsafeMutablePointer<swiftbuf_storage>?
    /// Of all items.
    var count: Int

    /// The shape of an exporter that gives none.
    var extent: Int
    /// The strides of an exporter that gives none.
    var packedStrides: InlineArray<64, Int>
}

extension UnsafeMutablePointer where Pointee == Lease {
    /// Begins a borrow in the form that most have; false if it has another one, and then ``beginWithCare(_:_:)`` goes on from here.
    ///
    /// What throws is kept out of it: nothing here needs room for an error.
    @unsafe
    @inline(__always)
    func begin(
        _ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest, api: UnsafePointer<swiftbuf_api>?
    ) -> Bool {
        // SAFETY: the fields are trivial, so that memory which was not initialised can be assigned to.
        unsafe pointee.holds = []
        unsafe pointee.isMutable = request.isMutable
        unsafe pointee.progress = .none
        guard let api = unsafe api ?? swiftbuf_api_of_program() else { return false }
        if unsafe swiftbuf_is_of_type(object, api.pointee.buffer_type) != 0 {
            guard let export = unsafe api.pointee.buffer_export(api, object) else { return false }
            return unsafe beginOwn(object, export, request)
        }
        return unsafe beginForeign(object, request)
    }

    /// Begins a borrow of any form, from wherever ``begin(_:_:)`` left off.
    ///
    /// - Parameter object: Any Python object; the caller has a reference for the time of the call.
    /// - Throws: ``BufferError``; then nothing is held, and unless it is `pythonException` no exception is set.
    /// - Threads: With the GIL. May run Python code.
    @unsafe
    @inline(never)
    func beginWithCare(
        _ object: UnsafeMutablePointer<PyObject>, _ request: BorrowRequest, api: UnsafePointer<swiftbuf_api>?
    ) throws(BufferError) {
        if let error = request.format.error {
            unsafe end()
            PyErr_Clear()
            throw .invalidRecord(error)
        }
        // SAFETY: with the GIL.
        if unsafe pointee.progress == .none {
            let api = if let api = unsafe api { unsafe Optional(api) } else { unsafe try findAPI() }
            if let api = unsafe api, let export = unsafe api.pointee.buffer_export(api, object) {
                return try unsafe beginOwnWithCare(object, export, request)
            }
        }
        try unsafe beginForeignWithCare(object, request)
    }

    /// Finds the type of Buffers, for a caller that does not know it; nil if this interpreter has no `_swiftbuf`, and so no Buffers.
    ///
    /// - Throws: ``BufferError/pythonException`` if there may be one and it was not found: no memory, an interrupt, another version. A Buffer
    ///   would be taken for a foreign exporter then, and what other modules have borrowed would not be seen.
    @inline(never)
    private func findAPI() throws(BufferError) -> UnsafePointer<swiftbuf_api>? {
        // SAFETY: with the GIL.
        if let api = unsafe swiftbuf_api_find() { return unsafe api }
        guard swiftbuf_raised(SWIFTBUF_MODULE_NOT_FOUND_ERROR) != 0 else { throw .pythonException }
        PyErr_Clear()
        return nil
    }

    /// Gives back what is held, after a borrow that came to nothing or a part of one that is over.
    func reset() {
        unsafe end()
        unsafe pointee.holds = []
    }

    /// Ends a borrow: gives back all that is held.
    ///
    /// - Threads: With the GIL. May run Python code; an exception that is set stays set.
    @unsafe
    @inline(__always)
    package func end() {
        // SAFETY: `holds` says what is there.
        let holds = unsafe pointee.holds
        // The two that most are: of another exporter, and of a Buffer.
        if holds == [.view, .loan] {
            unsafe swiftbuf_loan_end(loanPointer)
            return unsafe swiftbuf_give_back(viewPointer)
        }
        if holds == [.word, .object, .loan] {
            unsafe swiftbuf_loan_end(loanPointer)
            unsafe pointee.storage.unsafelyUnwrapped.endBorrow(isMutable: pointee.isMutable)
            return unsafe swiftbuf_drop_reference(pointee.object)
        }
        if holds.contains(.loan) { unsafe swiftbuf_loan_end(loanPointer) }
        if holds.contains(.listed) {
            unsafe pointee.listed.unsafelyUnwrapped.endBorrow(isMutable: pointee.isMutable)
            unsafe swiftbuf_storage_release(pointee.listed)
        }
        if holds.contains(.word) { unsafe pointee.storage.unsafelyUnwrapped.endBorrow(isMutable: pointee.isMutable) }
        if holds.contains(.storage) { unsafe swiftbuf_storage_release(pointee.storage) }
        if holds.contains(.view) { unsafe swiftbuf_give_back(viewPointer) }
        if holds.contains(.object) { unsafe swiftbuf_drop_reference(pointee.object) }
    }

    /// The Py_buffer, where it lies.
    var viewPointer: UnsafeMutablePointer<Py_buffer> {
        unsafe UnsafeMutableRawPointer(self).assumingMemoryBound(to: Py_buffer.self)
    }

    /// The loan, where it lies.
    var loanPointer: UnsafeMutablePointer<swiftbuf_loan> {
        // Behind the Py_buffer, whose size is a multiple of the loan's alignment.
        unsafe (UnsafeMutableRawPointer(self) + MemoryLayout<Py_buffer>.stride).assumingMemoryBound(to: swiftbuf_loan.self)
    }

    /// The items' layout, of which strides were asked for.
    @inline(__always)
    func withLayout<Result>(itemByteCount: Int, _ body: (borrowing Layout) -> Result) -> Result {
        // SAFETY: `rank` numbers each, in the exporter's memory or in the lease.
        unsafe body(
            Layout(
                shape: Span(_unsafeElements: UnsafeBufferPointer(start: pointee.shape, count: pointee.rank)),
                byteStrides: Span(_unsafeElements: UnsafeBufferPointer(start: pointee.strides, count: pointee.rank)),
                itemByteCount: itemByteCount))
    }
}

extension UnsafeMutablePointer where Pointee == swiftbuf_storage {
    /// Counts a borrow, of either kind.
    @inline(__always)
    func beginBorrow(isMutable: Bool) throws(BufferError) {
        // SAFETY: the caller has a reference.
        do throws(SwiftBufCore.BorrowConflict) {
            if isMutable { try unsafe beginMutableBorrow() } else { try unsafe beginSharedBorrow() }
        } catch {
            throw unsafe error == .moving && isTaken ? .taken : BufferError(error, wanted: isMutable ? .write : .read)
        }
    }

    /// Counts a borrow if nothing is in its way.
    @inline(__always)
    func hasBegunBorrow(isMutable: Bool) -> Bool {
        // SAFETY: with the GIL, and the caller's Buffer has a reference.
        if unsafe hasGIL && isBorrowedByBufferAlone { return unsafe beginBorrowWithGIL(isMutable: isMutable) }
        do throws(SwiftBufCore.BorrowConflict) {
            if isMutable { try unsafe beginMutableBorrow() } else { try unsafe beginSharedBorrow() }
            return true
        } catch {
            return false
        }
    }

    /// Ends it, by whichever of the two it was begun: what tells them apart is the same for as long as a borrow is counted.
    ///
    /// - Threads: With the GIL.
    @inline(__always)
    func endBorrow(isMutable: Bool) {
        if unsafe hasGIL && isBorrowedByBufferAlone { return unsafe endBorrowWithGIL(isMutable: isMutable) }
        if isMutable { unsafe endMutableBorrow() } else { unsafe endSharedBorrow() }
    }
}

/// Whether the interpreters that this module is compiled for have a GIL.
@inline(__always)
private var hasGIL: Bool { SWIFTBUF_FREE_THREADED == 0 }
