// Memory that is a file: which bytes of it are mapped, and the storage block that owns them.
//
// The system calls stand in CSwiftBufStorage/mapping.c. The file is open only while it is being mapped: the mapping needs no descriptor
// later, so that none can be left open.

public import CSwiftBufStorage

/// How a mapped file and its memory depend on each other.
public enum MappingMode: UInt8, Sendable {
    /// The memory cannot be written to.
    case readOnly
    /// What is written to the memory is written to the file.
    case writable
    /// What is written to the memory is its own; the file stays as it is.
    case copyOnWrite

    fileprivate var c: swiftbuf_mapping_mode {
        switch self {
        case .readOnly: SWIFTBUF_MAPPING_READ
        case .writable: SWIFTBUF_MAPPING_WRITE
        case .copyOnWrite: SWIFTBUF_MAPPING_COPY_ON_WRITE
        }
    }
}

/// Why a file cannot be mapped, or its memory not be written back.
public enum MappingError: Error, Equatable, Sendable {
    /// The system said so, with this `errno`.
    case system(CInt)
    /// The part that was asked for begins behind the end of the file.
    case beyondEnd(fileByteCount: Int)
    /// The file has fewer bytes from the offset on than were asked for.
    case tooShort(available: Int)
    /// The bytes from the offset on are no whole number of items.
    case remainder(available: Int, left: Int)
    /// There is no room for the block.
    case outOfMemory
}

extension Storage {
    /// Maps a part of a file.
    ///
    /// No byte is read before it is touched, so a large file takes as long as a small one. A file never grows by being mapped. Whoever
    /// touches memory whose file was made shorter meanwhile gets the signal SIGBUS.
    ///
    /// - Parameters:
    ///   - path: The file's name as the system takes it, NUL-terminated.
    ///   - mode: How the file and the memory depend on each other.
    ///   - offset: Where in the file the memory begins, in bytes, zero or more; any, not only a multiple of the page size.
    ///   - byteCount: The bytes to map, zero or more; nil for as many as there are from `offset` on.
    ///   - itemByteCount: With a `byteCount` of nil: what the bytes must be a multiple of; above zero.
    /// - Returns: A block of exactly those bytes, at any address. None of them: an address of no bytes.
    /// - Throws: ``MappingError``; then nothing is mapped, open or allocated. An interrupted call is `.system(EINTR)`.
    /// - Ownership: The last reference to the block unmaps the file.
    /// - Threads: Any, and without the GIL, because files on a network can block.
    /// - Complexity: O(1).
    @unsafe
    public static func map(
        path: UnsafePointer<CChar>, mode: MappingMode, offset: Int, byteCount: Int?, itemByteCount: Int
    ) throws(MappingError) -> Storage {
        var descriptor: CInt = -1
        var fileByteCount: Int64 = 0
        let error = unsafe swiftbuf_mapping_open(path, mode.c, &descriptor, &fileByteCount)
        guard error == 0 else { throw .system(error) }
        defer { swiftbuf_mapping_close(descriptor) }
        let count = try mappedByteCount(
            fileByteCount: Int(fileByteCount), offset: offset, byteCount: byteCount, itemByteCount: itemByteCount)
        return try map(descriptor, mode, offset: offset, byteCount: count)
    }

    /// The bytes to map of a file of a known size.
    private static func mappedByteCount(
        fileByteCount: Int, offset: Int, byteCount: Int?, itemByteCount: Int
    ) throws(MappingError) -> Int {
        guard offset <= fileByteCount else { throw .beyondEnd(fileByteCount: fileByteCount) }
        let available = fileByteCount - offset
        guard let byteCount else {
            let left = available % itemByteCount
            guard left == 0 else { throw .remainder(available: available, left: left) }
            return available
        }
        guard byteCount <= available else { throw .tooShort(available: available) }
        return byteCount
    }

    /// Maps bytes that the file has.
    private static func map(
        _ descriptor: CInt, _ mode: MappingMode, offset: Int, byteCount: Int
    ) throws(MappingError) -> Storage {
        guard let raw = unsafe swiftbuf_block_allocate(MemoryLayout<swiftbuf_mapping>.size, 1) else { throw .outOfMemory }
        // SAFETY: a fresh allocation of that size, all zero, which says that no byte is mapped.
        let mapping = unsafe raw.bindMemory(to: swiftbuf_mapping.self, capacity: 1)
        // Where no byte is mapped, the address is the owner's: nobody else's, and never NULL.
        var first: UnsafeMutableRawPointer? = unsafe raw
        if byteCount != 0 {
            let error = unsafe swiftbuf_mapping_map(descriptor, mode.c, Int64(offset), byteCount, mapping, &first)
            guard error == 0 else {
                unsafe swiftbuf_block_free(raw)
                throw .system(error)
            }
        }
        let storage = unsafe adopt(
            base: first ?? raw, capacity: byteCount, readonly: mode == .readOnly, owner: raw,
            release: swiftbuf_mapping_release)
        guard let storage else {
            unsafe swiftbuf_mapping_release(raw, first, byteCount)
            throw .outOfMemory
        }
        unsafe storage.block.pointee.flags |= UInt32(SWIFTBUF_STORAGE_MAPPED)
        return storage
    }
}

extension UnsafeMutablePointer where Pointee == swiftbuf_storage {
    /// Whether the memory is a mapped file.
    @unsafe
    public var isMappedFile: Bool {
        // SAFETY: the caller owns a reference to the block.
        unsafe pointee.flags & UInt32(SWIFTBUF_STORAGE_MAPPED) != 0
    }

    /// Writes what was changed in memory that is a mapped file to the file, and waits until it is there.
    ///
    /// Of all of the mapping, whatever part of it a view shows. Nothing to do for modes that do not write to the file.
    ///
    /// - Precondition: ``isMappedFile``.
    /// - Throws: ``MappingError/system(_:)``.
    /// - Ownership: The caller owns a reference to the block.
    /// - Threads: Any, and without the GIL.
    @unsafe
    public func flush() throws(MappingError) {
        // SAFETY: the owner of a block with that flag is a mapping, which lives as long as the block.
        let error = unsafe swiftbuf_mapping_flush(pointee.owner.assumingMemoryBound(to: swiftbuf_mapping.self))
        guard error == 0 else { throw .system(error) }
    }
}
