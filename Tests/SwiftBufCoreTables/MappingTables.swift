// Mapped files, without Python: which bytes are mapped, who sees what is written, and that nothing is left.

import CFiles
import CSwiftBufStorage
import SwiftBufCore

/// States the facts about files that are mapped.
public func mappingTables(_ check: inout Check) {
    guard let path = unsafe file_make() else {
        check.that(false, "a file can be made in TMPDIR")
        return
    }
    defer { unsafe file_remove(path) }
    let before = swiftbuf_memory_allocated_bytes()
    unsafe emptyFacts(&check, path)
    check.that(unsafe fill(path), "the file can be filled")
    unsafe partFacts(&check, path)
    unsafe refusalFacts(&check, path)
    unsafe modeFacts(&check, path)
    unsafe lifeFacts(&check, path)
    unsafe sparseFacts(&check, path)
    check.that(unsafe file_open_count(path) == 0, "no file is left open")
    check.that(swiftbuf_memory_allocated_bytes() == before, "mapped files are no memory of swiftbuf's own")
}

private let page = Int(page_byte_count())
/// Three pages and a bit: a prime number of bytes behind the last one.
private let fileByteCount = 3 * page + 101

private func value(at offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: offset &* 7 &+ offset >> 8) }

private func fill(_ path: UnsafePointer<CChar>) -> Bool {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: fileByteCount)
    defer { unsafe bytes.deallocate() }
    for offset in 0..<fileByteCount {
        unsafe (bytes + offset).initialize(to: value(at: offset))
    }
    return unsafe file_write(path, bytes, fileByteCount) == 1
}

/// A mapped part of the file; nil, and the error is kept, if it is refused.
private func map(
    _ path: UnsafePointer<CChar>, _ mode: MappingMode = .readOnly, offset: Int = 0, byteCount: Int? = nil,
    itemByteCount: Int = 1, _ error: inout MappingError?
) -> UnsafeMutablePointer<swiftbuf_storage>? {
    do throws(MappingError) {
        error = nil
        return try unsafe Storage.map(
            path: path, mode: mode, offset: offset, byteCount: byteCount, itemByteCount: itemByteCount
        ).relinquish()
    } catch let refusal {
        error = refusal
        return nil
    }
}

private func emptyFacts(_ check: inout Check, _ path: UnsafePointer<CChar>) {
    var error: MappingError?
    for mode in [MappingMode.readOnly, .writable, .copyOnWrite] {
        for byteCount in [nil, 0] {
            guard let block = unsafe map(path, mode, byteCount: byteCount, &error) else {
                check.that(false, "an empty file can be mapped", Int(mode.rawValue))
                continue
            }
            check.that(unsafe block.pointee.capacity == 0, "an empty file has no bytes", Int(mode.rawValue))
            check.that(unsafe flushError(block) == nil, "it can be flushed", Int(mode.rawValue))
            unsafe swiftbuf_storage_release(block)
        }
        _ = unsafe map(path, mode, offset: 1, &error)
        check.that(error == .beyondEnd(fileByteCount: 0), "nothing begins behind the end of an empty file")
        _ = unsafe map(path, mode, byteCount: 1, &error)
        check.that(error == .tooShort(available: 0), "it has not one byte")
    }
}

private func partFacts(_ check: inout Check, _ path: UnsafePointer<CChar>) {
    var error: MappingError?
    for offset in [0, 1, 63, page - 1, page, page + 1, 2 * page, 3 * page - 1, 3 * page + 100, fileByteCount] {
        for byteCount in [nil, 0, 1, 2, 50, page, page + 1, 2 * page] {
            let available = fileByteCount - offset
            guard let block = unsafe map(path, offset: offset, byteCount: byteCount, &error) else {
                check.that(error == .tooShort(available: available), "what the file does not have is refused", offset)
                check.that((byteCount ?? 0) > available, "and nothing else is", offset)
                continue
            }
            let count = byteCount ?? available
            check.that(unsafe block.pointee.capacity == count, "a block has the bytes that were asked for", offset)
            var same = true
            for place in 0..<count
            where unsafe block.pointee.base.load(fromByteOffset: place, as: UInt8.self) != value(at: offset + place) {
                same = false
            }
            check.that(same, "the bytes are those of the file from the offset on", offset)
            unsafe swiftbuf_storage_release(block)
        }
    }
}

private func refusalFacts(_ check: inout Check, _ path: UnsafePointer<CChar>) {
    var error: MappingError?
    for itemByteCount in [2, 3, 4, 7, 8, 16, page, fileByteCount + 1] {
        for offset in [0, 1, 5, page] {
            let available = fileByteCount - offset
            let block = unsafe map(path, offset: offset, itemByteCount: itemByteCount, &error)
            let left = available % itemByteCount
            let expected = left == 0 ? nil : MappingError.remainder(available: available, left: left)
            check.that(error == expected, "bytes that make no whole item are refused, not left out", offset)
            if let block = unsafe block { unsafe swiftbuf_storage_release(block) }
        }
    }
    for offset in [fileByteCount + 1, Int.max] {
        _ = unsafe map(path, offset: offset, &error)
        check.that(error == .beyondEnd(fileByteCount: fileByteCount), "nothing begins behind the end of the file", offset)
        _ = unsafe map(path, offset: offset, byteCount: 0, &error)
        check.that(error == .beyondEnd(fileByteCount: fileByteCount), "not even nothing", offset)
    }
    _ = unsafe map(path, offset: 10, byteCount: Int.max, &error)
    check.that(error == .tooShort(available: fileByteCount - 10), "a size that no file has is refused, not a trap")
    for name in ["/dev/null", "/dev/zero", "/", "/no/such/file", "/proc/self/environ"] as [StaticString] {
        for mode in [MappingMode.readOnly, .writable, .copyOnWrite] {
            let text = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            let openCount = unsafe file_open_count(text)
            let block = unsafe map(text, mode, &error)
            check.that(unsafe block == nil, "what is no file cannot be mapped", Int(mode.rawValue))
            check.that(unsafe file_open_count(text) == openCount, "nor is it left open", Int(mode.rawValue))
            guard case .system = error else {
                check.that(false, "and the system says why", Int(mode.rawValue))
                continue
            }
        }
    }
}

private func flushError(_ block: UnsafeMutablePointer<swiftbuf_storage>) -> MappingError? {
    do throws(MappingError) {
        try unsafe block.flush()
        return nil
    } catch {
        return error
    }
}

private func modeFacts(_ check: inout Check, _ path: UnsafePointer<CChar>) {
    var error: MappingError?
    let offset = page + 3
    for mode in [MappingMode.writable, .copyOnWrite] {
        guard let block = unsafe map(path, mode, offset: offset, byteCount: 100, &error),
            let reader = unsafe map(path, .readOnly, offset: offset, byteCount: 100, &error)
        else {
            check.that(false, "a file can be mapped twice")
            return
        }
        let old = value(at: offset + 50)
        let new = ~old
        unsafe block.pointee.base.storeBytes(of: new, toByteOffset: 50, as: UInt8.self)
        check.that(unsafe flushError(block) == nil, "it can be flushed", Int(mode.rawValue))
        let expected = mode == .writable ? new : old
        check.that(
            unsafe file_byte(path, offset + 50) == CInt(expected), "the file has what was written, or stays as it is",
            Int(mode.rawValue))
        check.that(
            unsafe reader.pointee.base.load(fromByteOffset: 50, as: UInt8.self) == expected, "so does another mapping",
            Int(mode.rawValue))
        check.that(
            unsafe block.pointee.base.load(fromByteOffset: 50, as: UInt8.self) == new, "the memory has what was written",
            Int(mode.rawValue))
        unsafe swiftbuf_storage_release(reader)
        unsafe swiftbuf_storage_release(block)
        check.that(unsafe fill(path), "the file can be filled")
    }
    for mode in [MappingMode.readOnly, .writable, .copyOnWrite] {
        guard let block = unsafe map(path, mode, &error) else { continue }
        let flags = unsafe block.pointee.flags
        let readonly = flags & UInt32(SWIFTBUF_STORAGE_READONLY) != 0
        check.that(readonly == (mode == .readOnly), "only what is mapped to read is read-only", Int(mode.rawValue))
        check.that(unsafe block.isMappedFile, "a block says that it is a mapped file", Int(mode.rawValue))
        do throws(ResizeRefusal) {
            try unsafe block.resize(byteCount: 8)
            check.that(false, "a mapped file keeps its size", Int(mode.rawValue))
        } catch {
            check.that(error == .mappedFile, "a mapped file keeps its size", Int(mode.rawValue))
        }
        unsafe swiftbuf_storage_release(block)
    }
    guard let ordinary = Storage.allocate(byteCount: 8, zeroed: true) else { return }
    let block = unsafe ordinary.relinquish()
    check.that(unsafe !block.isMappedFile, "other memory is no mapped file")
    unsafe swiftbuf_storage_release(block)
}

private func lifeFacts(_ check: inout Check, _ path: UnsafePointer<CChar>) {
    var error: MappingError?
    guard let block = unsafe map(path, .writable, offset: page + 1, &error) else { return }
    check.that(unsafe file_open_count(path) == 0, "no file is open while it is mapped")
    let first = unsafe block.pointee.base
    check.that(Int(bitPattern: first) % page == 1, "the mapping begins at the page in which the first byte lies")
    let last = unsafe first! + block.pointee.capacity - 1
    unsafe swiftbuf_storage_retain(block)
    unsafe swiftbuf_storage_release(block)
    let ends = unsafe [file_is_mapped_at(path, first), file_is_mapped_at(path, last)]
    check.that(ends == [1, 1], "it is mapped while it has an owner: first page and last")
    unsafe swiftbuf_storage_release(block)
    let endsAfter = unsafe [file_is_mapped_at(path, first), file_is_mapped_at(path, last)]
    check.that(endsAfter == [0, 0], "and no longer")
}

private func sparseFacts(_ check: inout Check, _ path: UnsafePointer<CChar>) {
    var error: MappingError?
    let large = 5 << 30
    check.that(unsafe file_resize(path, large) == 1, "a sparse file can be made")
    guard let block = unsafe map(path, offset: 1, &error) else {
        check.that(false, "a file of more than 4 GiB can be mapped")
        return
    }
    check.that(unsafe block.pointee.capacity == large - 1, "a file of more than 4 GiB has all of its bytes")
    check.that(unsafe block.pointee.base.load(fromByteOffset: large - 2, as: UInt8.self) == 0, "to the last one")
    unsafe swiftbuf_storage_release(block)
}
