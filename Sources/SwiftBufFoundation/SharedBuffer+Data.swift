// Foundation's Data as memory that Python shares. A module of its own, because Foundation is twelve megabytes.

public import Foundation
public import SwiftBuf

extension SharedBuffer where Element == UInt8 {
    /// Shares the bytes of a `Data`, to read: nothing is copied, but for up to 14 bytes, which a `Data` keeps inside of itself.
    ///
    /// - Parameters:
    ///   - data: The bytes. This value keeps them alive; other copies of the `Data` may be changed, which then copies them first.
    ///   - shape: Items along each dimension, as many in all as there are bytes; nil is one dimension of them.
    /// - Throws: `BufferError` if the shape does not fit, or there is no room.
    /// - Threads: Any.
    public convenience init(sharing data: Data, shape: [Int]? = nil) throws(BufferError) {
        let (bytes, release) = unsafe keep(data)
        try unsafe self.init(adopting: bytes, shape: shape, isReadOnly: true, release: release)
    }
}

/// The bytes of a `Data`, and what lets go of them.
private func keep(_ data: Data) -> (UnsafeMutableBufferPointer<UInt8>, @Sendable () -> Void) {
    if data.count <= longestInline {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: data.count)
        _ = unsafe copy.initialize(from: data)
        nonisolated(unsafe) let kept = unsafe copy
        return unsafe (copy, { unsafe kept.deallocate() })
    }
    // SAFETY: the address outlives the closure, which is more than Foundation promises. More than a few bytes lie in one heap object
    // that every copy of the Data refers to, and whoever changes one copies them first, because this one is kept; a test holds the
    // address. Nobody writes to them here: the buffer is read-only.
    let bytes = unsafe data.withUnsafeBytes { bytes in
        unsafe UnsafeMutableBufferPointer(
            start: UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }
    return unsafe (bytes, { withExtendedLifetime(data) {} })
}

/// How many bytes a `Data` keeps inside of itself, on 64-bit systems.
private let longestInline = 14
