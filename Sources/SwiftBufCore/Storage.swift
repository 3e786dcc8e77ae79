// One owner's reference to a storage block: memory, who keeps it alive, and the counters that say who uses it.
//
// The block itself is a C struct (CSwiftBufStorage), because every extension in a process reads it. Here is who may do what
// with it. A `Storage` value is one of the block's references, and drops it when it goes; a Python object keeps its reference as
// a plain pointer instead (`relinquish()`), because C owns that object.

public import CSwiftBufStorage

/// One reference to a storage block.
///
/// - Ownership: Noncopyable: it is dropped exactly once. The last one gives the memory back.
/// - Threads: Any thread may hold, add and drop references.
@safe
@frozen
public struct Storage: ~Copyable {
    /// The block; valid for as long as this value is.
    @usableFromInline let block: UnsafeMutablePointer<swiftbuf_storage>

    /// Takes over a reference that somebody counted.
    ///
    /// - Ownership: The reference is this value's from now on.
    @unsafe
    public init(adopting block: UnsafeMutablePointer<swiftbuf_storage>) {
        unsafe self.block = block
    }

    deinit {
        // SAFETY: this value owns one reference, so the block is alive.
        unsafe swiftbuf_storage_release(block)
    }

    /// Hands this reference to an owner that is not Swift's to manage, such as a Python object.
    ///
    /// - Ownership: The caller drops it with `swiftbuf_storage_release`.
    @unsafe
    public consuming func relinquish() -> UnsafeMutablePointer<swiftbuf_storage> {
        let block = unsafe self.block
        discard self
        return unsafe block
    }

    /// A second reference to the same memory.
    public func retained() -> Storage {
        // SAFETY: this value owns one reference, so the block is alive.
        unsafe swiftbuf_storage_retain(block)
        return unsafe Storage(adopting: block)
    }

    /// Allocates memory that swiftbuf owns, aligned to 64 bytes.
    ///
    /// - Parameters:
    ///   - byteCount: Bytes, zero or more; zero gives one address that is nobody else's.
    ///   - zeroed: Whether the bytes are zero; from 4 MiB on no page is touched for it. Otherwise they are uninitialised.
    /// - Returns: `nil` if there is no room.
    public static func allocate(byteCount: Int, zeroed: Bool) -> Storage? {
        if byteCount <= Int(SWIFTBUF_INLINE_MEMORY) {
            return allocateInline(byteCount: byteCount, zeroed: zeroed)
        }
        guard let base = unsafe swiftbuf_memory_allocate(byteCount, zeroed ? 1 : 0) else { return nil }
        guard let raw = unsafe swiftbuf_block_allocate(MemoryLayout<swiftbuf_storage>.size, 0) else {
            unsafe swiftbuf_memory_free(base, byteCount)
            return nil
        }
        return unsafe Storage(in: raw, base: base, capacity: byteCount, flags: CInt(SWIFTBUF_STORAGE_OWNED))
    }

    /// Allocates a block with its memory behind it.
    private static func allocateInline(byteCount: Int, zeroed: Bool) -> Storage? {
        let alignment = Int(SWIFTBUF_ALIGNMENT)
        let blockByteCount = unsafe MemoryLayout<swiftbuf_storage>.size
        // The C library's zeroed blocks do not come from its cache of small ones: these are cleared here.
        let isSmall = byteCount <= 896
        guard let raw = unsafe swiftbuf_block_allocate(blockByteCount + alignment + byteCount, zeroed && !isSmall ? 1 : 0) else {
            return nil
        }
        // SAFETY: the first multiple of the alignment behind the block is at most `alignment` bytes behind it, and there is room.
        let base = unsafe (raw + blockByteCount).alignedUp(toMultipleOf: alignment)
        if zeroed && isSmall { unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
        swiftbuf_memory_count(Int64(byteCount))
        return unsafe Storage(
            in: raw, base: base, capacity: byteCount, flags: CInt(SWIFTBUF_STORAGE_OWNED | SWIFTBUF_STORAGE_INLINE))
    }

    /// Writes a block of one reference into fresh memory.
    private init(
        in raw: UnsafeMutableRawPointer, base: UnsafeMutableRawPointer, capacity: Int, flags: CInt,
        owner: UnsafeMutableRawPointer? = nil, release: ReleaseFunction? = nil
    ) {
        // SAFETY: `raw` is a fresh allocation of at least a block's size, aligned for any type as malloc's are.
        let block = unsafe raw.bindMemory(to: swiftbuf_storage.self, capacity: 1)
        unsafe block.initialize(
            to: swiftbuf_storage(
                base: base, capacity: capacity, references: 1, exports: 0, borrows: 0, owner: owner, release: release,
                dispose: disposeOfBlock, flags: UInt32(bitPattern: flags), left_behind: 0))
        unsafe self.init(adopting: block)
    }

    /// Gives foreign memory back: the owner, the first byte, the bytes.
    public typealias ReleaseFunction =
        @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, Int) -> Void

    /// Describes memory that somebody else keeps alive.
    ///
    /// - Parameters:
    ///   - base: The first byte; `capacity` bytes from there may be read, and written unless `readonly`.
    ///   - owner: Handed to `release`, never looked at.
    ///   - release: Called exactly once, on whichever thread drops the last reference. It must not need the GIL.
    /// - Returns: `nil` if there is no room for the block; then `release` was not called.
    @unsafe
    public static func adopt(
        base: UnsafeMutableRawPointer, capacity: Int, readonly: Bool, owner: UnsafeMutableRawPointer?,
        release: ReleaseFunction?
    ) -> Storage? {
        guard let raw = unsafe swiftbuf_block_allocate(MemoryLayout<swiftbuf_storage>.size, 0) else { return nil }
        return unsafe Storage(
            in: raw, base: base, capacity: capacity, flags: readonly ? CInt(SWIFTBUF_STORAGE_READONLY) : 0, owner: owner,
            release: release)
    }

    /// The first byte.
    ///
    /// Constant while the memory is exported or borrowed.
    @unsafe
    public var base: UnsafeMutableRawPointer {
        // SAFETY: the block is alive; its base is never NULL by the block's invariant.
        unsafe block.pointee.base
    }

    /// The bytes of this memory.
    public var byteCount: Int { unsafe block.pointee.capacity }
}

/// Gives back the memory of a block whose last reference was dropped, and then the block.
///
/// `swiftbuf_storage.dispose`.
private func disposeOfBlock(_ block: UnsafeMutablePointer<swiftbuf_storage>?) {
    // SAFETY: called once, by swiftbuf_storage_release, with the block that nobody else refers to any more.
    guard let block = unsafe block else { return }
    // Before the memory goes: its address may be another block's next.
    unsafe swiftbuf_ledger_remove(block)
    let flags = unsafe block.pointee.flags
    if flags & UInt32(SWIFTBUF_STORAGE_INLINE) != 0 {
        unsafe swiftbuf_memory_count(-Int64(block.pointee.capacity))
    } else if flags & UInt32(SWIFTBUF_STORAGE_OWNED) != 0 {
        unsafe swiftbuf_memory_free(block.pointee.base, block.pointee.capacity)
    } else if let release = unsafe block.pointee.release {
        unsafe release(block.pointee.owner, block.pointee.base, block.pointee.capacity)
    }
    unsafe swiftbuf_block_free(block)
}
