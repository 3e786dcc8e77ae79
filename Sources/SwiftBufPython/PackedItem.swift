// The bytes of one item on their way from a Python value into the memory.

import CPython
import CSwiftBuf
import CSwiftBufStorage

/// The bytes of one item: up to sixteen in place, more in a block of their own.
///
/// - Ownership: Noncopyable; gives the block back when it goes.
@safe
struct PackedItem: ~Copyable {
    /// Bytes of the item.
    let byteCount: Int
    /// The bytes as they stand in memory, if they are few.
    private var inline: (UInt64, UInt64)
    /// All bytes, if they are more.
    private let block: UnsafeMutableRawPointer?

    /// A scalar of at most sixteen bytes.
    @inline(__always)
    init(_ bits: ScalarBits, byteCount: Int) {
        self.byteCount = byteCount
        unsafe block = nil
        #if _endian(little)
            inline = (bits.low, bits.high)
        #else
            inline = (0, 0)
            unsafe withUnsafeMutableBytes(of: &inline) { unsafe bits.store(to: $0.baseAddress!, byteCount: byteCount) }
        #endif
    }

    /// An item whose bytes are all zero.
    ///
    /// - Throws: With `MemoryError` set.
    init(zeroed byteCount: Int) throws(PackFailure) {
        self.byteCount = byteCount
        inline = (0, 0)
        guard byteCount > MemoryLayout<(UInt64, UInt64)>.size else {
            unsafe block = nil
            return
        }
        guard let block = unsafe swiftbuf_block_allocate(byteCount, 1) else {
            unsafe PyErr_NoMemory()
            throw .exceptionIsSet
        }
        unsafe self.block = block
    }

    deinit {
        if let block = unsafe block {
            unsafe swiftbuf_block_free(block)
        }
    }

    /// Writes the item.
    ///
    /// - Parameter address: `byteCount` bytes that may be written, at any address.
    @inline(__always)
    borrowing func store(to address: UnsafeMutableRawPointer) {
        // SAFETY: the caller vouches for the bytes there, and here are as many.
        unsafe withBytes { (bytes) in
            switch byteCount {
            case 8: unsafe address.copyMemory(from: bytes, byteCount: 8)
            case 1: unsafe address.copyMemory(from: bytes, byteCount: 1)
            case 4: unsafe address.copyMemory(from: bytes, byteCount: 4)
            case 2: unsafe address.copyMemory(from: bytes, byteCount: 2)
            default: unsafe address.copyMemory(from: bytes, byteCount: byteCount)
            }
        }
    }

    /// Lends the bytes to be read; they may stand at any address.
    @inline(__always)
    borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if let block = unsafe block {
            return try unsafe body(UnsafeRawPointer(block))
        }
        let copy = inline
        // SAFETY: a copy of the bytes, which is there during the call.
        return try unsafe withUnsafeBytes(of: copy) { (bytes) throws(Failure) in
            try unsafe body(bytes.baseAddress.unsafelyUnwrapped)
        }
    }

    /// Lends the bytes to be written.
    mutating func withMutableBytes(
        _ body: (UnsafeMutableRawPointer) throws(PackFailure) -> Void
    ) throws(PackFailure) {
        if let block = unsafe block {
            return try unsafe body(block)
        }
        var copy = inline
        try unsafe withUnsafeMutableBytes(of: &copy) { (bytes) throws(PackFailure) in
            // SAFETY: sixteen bytes are not empty.
            try unsafe body(bytes.baseAddress.unsafelyUnwrapped)
        }
        inline = copy
    }
}
