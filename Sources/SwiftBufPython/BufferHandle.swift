// A Buffer as a slot is called with it, and the doors to its export block.
//
// Python code may run in the middle of a slot, and may release or resize the Buffer there. So a handle says of a Buffer only whether it
// is released. All else stands in the export block, and an `ExportBlock` is had in one of three ways, each for a scope that the compiler
// holds it to:
//
// - `pinned`: the Buffer counts one export more. `release` and `resize` are refused meanwhile, and what was read stays so.
// - `glance`: nothing is counted, so nothing that may run Python code is called inside. For the slots that loops in Python are made of.
// - `exclusive`: an object that nobody else knows yet, or one whose exports are closed.
//
// Tests/Python/test_doors.py names the places of the last two, and reads what they call.

import CPython
import CSwiftBuf
import SwiftBufCore

/// A Buffer whose reference the caller holds, as CPython does during every slot and method call.
@safe
struct BufferHandle {
    private let pointer: UnsafeMutablePointer<swiftbuf_export>

    /// The handle of a Buffer.
    ///
    /// CPython calls slots and methods of the type with nothing else.
    @inline(__always)
    init(_ object: UnsafeMutablePointer<PyObject>?) {
        // SAFETY: `object` is a Buffer, and C says where in it the block stands. (swiftbuf_export_of says the same, but what C inlines
        // is a call in a @_cdecl function.)
        unsafe pointer = (UnsafeMutableRawPointer(object.unsafelyUnwrapped) + Int(SWIFTBUF_OBJECT_EXPORT_OFFSET))
            .assumingMemoryBound(to: swiftbuf_export.self)
    }

    /// The handle of a Buffer whose block C calls with.
    @inline(__always)
    init(block pointer: UnsafeMutablePointer<swiftbuf_export>) {
        unsafe self.pointer = pointer
    }

    /// Whether the Buffer let go of its memory.
    @inline(__always)
    var isReleased: Bool { unsafe pointer.pointee.traits & Traits.released.rawValue != 0 }

    /// Sets `ValueError` if the Buffer let go of its memory.
    @inline(__always)
    func checkNotReleased() -> Bool {
        isReleased ? raiseReleased() : true
    }

    @inline(never)
    private func raiseReleased() -> Bool {
        raise(.valueError, "operation forbidden on a released Buffer")
        return false
    }

    /// Keeps fields and memory where they are while `body` runs, which may run Python code.
    ///
    /// In a free-threaded CPython another thread may change this Buffer: it is counted first, and looked at then.
    ///
    /// - Throws: With `ValueError` set for a released Buffer, or what `body` threw.
    @inline(__always)
    func pinned<Result: ~Copyable>(
        _ body: (PinnedBuffer) throws(ExceptionIsSet) -> Result
    ) throws(ExceptionIsSet) -> Result {
        guard beginPin() else {
            _ = raiseReleased()
            throw ExceptionIsSet()
        }
        defer { endPin() }
        return try unsafe body(PinnedBuffer(pointer))
    }

    /// Pins as ``pinned(_:)`` does, for a slot that returns an object.
    ///
    /// - Returns: What `body` returned; or nil, with an exception set.
    @inline(__always)
    func pinnedReference(_ body: (PinnedBuffer) throws(ExceptionIsSet) -> NewReference) -> NewReference {
        do throws(ExceptionIsSet) {
            return try unsafe pinned(body)
        } catch {
            return nil
        }
    }

    /// Pins as ``pinned(_:)`` does; nil, with no exception set, for a released Buffer.
    @inline(__always)
    func pinnedUnlessReleased<Result>(_ body: (PinnedBuffer) -> Result) -> Result? {
        guard beginPin() else { return nil }
        defer { endPin() }
        return unsafe body(PinnedBuffer(pointer))
    }

    @inline(__always)
    private func beginPin() -> Bool {
        if isFreeThreaded {
            unsafe swiftbuf_begin_export(pointer)
            if isReleased {
                unsafe swiftbuf_exports_end(ExportBlock(pointer).exportsWord)
                return false
            }
            unsafe ExportBlock(pointer).countExportOfStorage()
            return true
        }
        if isReleased { return false }
        unsafe ExportBlock(pointer).countExport()
        return true
    }

    @inline(__always)
    private func endPin() {
        unsafe ExportBlock(pointer).uncountExport()
    }

    /// Lends the block, of a Buffer that may be released, without counting anything.
    ///
    /// - Precondition: `body` calls nothing that may run Python code, but for the exception that it ends with.
    @unsafe
    @inline(__always)
    func glance<Result, Failure: Error>(_ body: (ExportBlock) throws(Failure) -> Result) throws(Failure) -> Result {
        try unsafe body(ExportBlock(pointer))
    }

    /// The block, to be written.
    ///
    /// - Precondition: Nobody else knows this object yet; or its exports are closed, and no Python code runs until they are open again.
    @unsafe
    @inline(__always)
    var exclusive: ExportBlock {
        @_lifetime(borrow self)
        get { unsafe ExportBlock(pointer) }
    }
}

/// A Buffer that neither `release` nor `resize` can change in this scope: it counts as an export.
@safe
struct PinnedBuffer: ~Escapable {
    private let pointer: UnsafeMutablePointer<swiftbuf_export>

    @unsafe
    @inline(__always)
    @_lifetime(immortal)
    fileprivate init(_ counted: UnsafeMutablePointer<swiftbuf_export>) {
        unsafe pointer = counted
    }

    /// The Buffer; borrowed.
    @unsafe
    @inline(__always)
    var object: UnsafeMutablePointer<PyObject> {
        // SAFETY: C says where in the object the block stands.
        unsafe (UnsafeMutableRawPointer(pointer) - Int(SWIFTBUF_OBJECT_EXPORT_OFFSET)).assumingMemoryBound(to: PyObject.self)
    }

    /// The fields, which stay as they are.
    @inline(__always)
    var export: ExportBlock {
        @_lifetime(copy self)
        get { unsafe ExportBlock(pointer) }
    }
}

/// What bf_getbuffer reads: the fields of a Buffer, for the scope that a door of ``BufferHandle`` gives.
///
/// All that touches the C struct goes through here, so that the rest of the module reads names instead of pointers.
@safe
struct ExportBlock: ~Escapable {
    let pointer: UnsafeMutablePointer<swiftbuf_export>

    @unsafe
    @inline(__always)
    @_lifetime(immortal)
    fileprivate init(_ pointer: UnsafeMutablePointer<swiftbuf_export>) {
        unsafe self.pointer = pointer
    }
}
