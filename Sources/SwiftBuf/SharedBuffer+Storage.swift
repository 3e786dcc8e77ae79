// The storage block, for the modules of this package that hand the memory to Python.

package import CSwiftBufStorage

extension SharedBuffer {
    /// A reference to the storage block.
    ///
    /// - Ownership: The caller drops it with `swiftbuf_storage_release`.
    @unsafe
    package func retainedBlock() -> UnsafeMutablePointer<swiftbuf_storage> {
        // SAFETY: this value owns one reference, so the block is alive.
        unsafe swiftbuf_storage_retain(block)
        return unsafe block
    }
}
