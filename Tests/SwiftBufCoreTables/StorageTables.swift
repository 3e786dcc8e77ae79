// Storage: memory, its owners, and the borrow word.

import CSwiftBufStorage
import SwiftBufCore

/// States the facts about ``Storage``.
public func storageTables(_ check: inout Check) {
    let before = swiftbuf_memory_allocated_bytes()
    allocationFacts(&check)
    resizeFacts(&check)
    inlineResizeFacts(&check)
    borrowFacts(&check)
    borrowFactsWithGIL(&check)
    ownerFacts(&check)
    ledgerFacts(&check)
    ledgerRoomFacts(&check)
    check.that(swiftbuf_memory_allocated_bytes() == before, "every byte that was allocated was given back")
}

private let threshold = Int(SWIFTBUF_MAPPING_THRESHOLD)

private func isAligned(_ address: UnsafeMutableRawPointer) -> Bool {
    Int(bitPattern: address) % Int(SWIFTBUF_ALIGNMENT) == 0
}

private func allocationFacts(_ check: inout Check) {
    for byteCount in [0, 1, 7, 63, 64, 65, 1000, 4096, 100_000, threshold - 1, threshold, threshold + 1, 3 * threshold] {
        let before = swiftbuf_memory_allocated_bytes()
        guard let storage = Storage.allocate(byteCount: byteCount, zeroed: true) else {
            check.that(false, "memory of this size can be allocated", byteCount)
            continue
        }
        check.that(unsafe isAligned(storage.base), "memory is aligned to 64 bytes", byteCount)
        check.that(
            swiftbuf_memory_allocated_bytes() - before == Int64(byteCount), "the counter counts what was asked for", byteCount)
        var isZero = true
        for offset in stride(from: 0, to: byteCount, by: max(1, byteCount / 1000)) {
            if unsafe storage.base.load(fromByteOffset: offset, as: UInt8.self) != 0 { isZero = false }
        }
        check.that(isZero, "zeroed memory is zero", byteCount)
    }
    check.that(Storage.allocate(byteCount: Int.max, zeroed: true) == nil, "what cannot fit is refused, not a trap")
    check.that(Storage.allocate(byteCount: Int.max / 2, zeroed: false) == nil, "so is what no machine has")
}

private func resizeFacts(_ check: inout Check) {
    // Each step is one of the ways to change: in the heap, from heap to mapping, in the mapping, and back.
    let steps = [
        10, 100, 64, 0, 5000, threshold - 1, threshold, 3 * threshold, threshold + 100_000, threshold + 5, threshold + 1_000_000,
        threshold, 77, 2 * threshold, 1,
    ]
    guard let storage = Storage.allocate(byteCount: steps[0], zeroed: true) else {
        check.that(false, "memory can be allocated")
        return
    }
    let block = unsafe storage.relinquish()
    defer { unsafe swiftbuf_storage_release(block) }
    unsafe fill(block, from: 0)
    var kept = steps[0]
    for byteCount in steps.dropFirst() {
        do throws(ResizeRefusal) {
            try unsafe block.resize(byteCount: byteCount)
        } catch {
            check.that(false, "memory that nobody uses can be resized", byteCount)
        }
        kept = min(kept, byteCount)
        check.that(unsafe isAligned(block.pointee.base), "memory is aligned to 64 bytes after it was resized", byteCount)
        check.that(unsafe block.pointee.capacity == byteCount, "the capacity is what was asked for", byteCount)
        unsafe check.that(pattern(block, upTo: kept), "the bytes that fit are kept", byteCount)
        unsafe check.that(isZero(block, from: kept), "new bytes are zero", byteCount)
        unsafe fill(block, from: kept)
        kept = byteCount
    }

    for count in 1...2 {
        unsafe block.pointee.exports = numericCast(count)
        unsafe check.that(refusal(block) == .exported(count: count), "memory that is exported keeps its size", count)
    }
    unsafe block.pointee.exports = 0
    unsafe swiftbuf_storage_retain(block)
    unsafe check.that(refusal(block) == .shared(references: 2), "memory with two owners keeps its size")
    unsafe swiftbuf_storage_release(block)
    do throws(BorrowConflict) {
        try unsafe block.beginSharedBorrow()
        unsafe check.that(refusal(block) == .borrowed(.borrowed), "memory that Swift reads keeps its size")
        unsafe block.endSharedBorrow()
    } catch {
        check.that(false, "memory that nobody uses can be borrowed")
    }
    unsafe check.that(refusal(block, byteCount: Int.max) == .outOfMemory, "what cannot fit is refused")
    check.that(unsafe block.pointee.capacity == 1, "and the memory is as before")
    unsafe check.that(refusal(block) == nil, "once nobody uses it, it can be resized again")
}

private func inlineResizeFacts(_ check: inout Check) {
    // So little stands behind its block, where it shrinks; it moves out to grow.
    let before = swiftbuf_memory_allocated_bytes()
    guard let storage = Storage.allocate(byteCount: 32, zeroed: true) else {
        check.that(false, "little memory can be allocated")
        return
    }
    let block = unsafe storage.relinquish()
    unsafe fill(block, from: 0)
    for byteCount in [8, 100] {
        unsafe check.that(refusal(block, byteCount: byteCount) == nil, "little memory can be resized", byteCount)
        unsafe check.that(pattern(block, upTo: 8), "little memory keeps the bytes that fit", byteCount)
        check.that(
            swiftbuf_memory_allocated_bytes() - before == Int64(byteCount), "the counter counts what is left of it", byteCount)
    }
    unsafe swiftbuf_storage_release(block)
    check.that(swiftbuf_memory_allocated_bytes() == before, "it is given back where it stands then")
}

private func refusal(_ block: UnsafeMutablePointer<swiftbuf_storage>, byteCount: Int = 8) -> ResizeRefusal? {
    do throws(ResizeRefusal) {
        try unsafe block.resize(byteCount: byteCount)
        return nil
    } catch {
        return error
    }
}

private func value(at offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: offset &* 31 &+ offset >> 8 &+ 1) | 1 }

private func fill(_ block: UnsafeMutablePointer<swiftbuf_storage>, from start: Int) {
    for offset in start..<max(start, unsafe block.pointee.capacity) {
        unsafe block.pointee.base.storeBytes(of: value(at: offset), toByteOffset: offset, as: UInt8.self)
    }
}

private func pattern(_ block: UnsafeMutablePointer<swiftbuf_storage>, upTo end: Int) -> Bool {
    for offset in 0..<end where unsafe block.pointee.base.load(fromByteOffset: offset, as: UInt8.self) != value(at: offset) {
        return false
    }
    return true
}

private func isZero(_ block: UnsafeMutablePointer<swiftbuf_storage>, from start: Int) -> Bool {
    for offset in start..<max(start, unsafe block.pointee.capacity)
    where unsafe block.pointee.base.load(fromByteOffset: offset, as: UInt8.self) != 0 {
        return false
    }
    return true
}

private enum BorrowStep: UInt8 {
    case shared, endShared, mutable, endMutable, moving, endMoving
}

private func borrowFacts(_ check: inout Check) {
    guard let storage = Storage.allocate(byteCount: 8, zeroed: true) else { return }
    let block = unsafe storage.relinquish()
    defer { unsafe swiftbuf_storage_release(block) }
    let nothing = unsafe attempt(block, .shared)
    check.that(nothing == nil, "free memory can be borrowed to read")
    unsafe check.that(attempt(block, .shared) == nil, "readers share")
    unsafe check.that(attempt(block, .mutable) == .borrowed, "a writer waits for readers")
    unsafe check.that(attempt(block, .moving) == .borrowed, "so does who moves the memory")
    _ = unsafe attempt(block, .endShared)
    unsafe check.that(attempt(block, .mutable) == .borrowed, "for all of them")
    _ = unsafe attempt(block, .endShared)
    unsafe check.that(attempt(block, .mutable) == nil, "free memory can be borrowed to write")
    unsafe check.that(attempt(block, .shared) == .mutablyBorrowed, "a reader waits for the writer")
    unsafe check.that(attempt(block, .mutable) == .mutablyBorrowed, "so does another writer")
    unsafe check.that(attempt(block, .moving) == .mutablyBorrowed, "and who moves the memory")
    _ = unsafe attempt(block, .endMutable)
    unsafe check.that(attempt(block, .moving) == nil, "free memory can be moved")
    unsafe check.that(attempt(block, .shared) == .moving, "nobody reads memory that moves")
    unsafe check.that(attempt(block, .mutable) == .moving, "nobody writes it")
    unsafe check.that(attempt(block, .moving) == .moving, "nobody else moves it")
    _ = unsafe attempt(block, .endMoving)
    check.that(unsafe swiftbuf_storage_load_borrows(block) == 0, "after all that the word is zero")
    let mostReaders: UInt64 = 1 << 62 - 1
    unsafe block.pointee.borrows = mostReaders
    unsafe check.that(attempt(block, .shared) == .mutablyBorrowed, "one reader more than the word can count is refused")
    check.that(unsafe swiftbuf_storage_load_borrows(block) == mostReaders, "and not counted")
    unsafe block.pointee.borrows = 0
}

/// Both ways to count a borrow are of one word: each sees the other's.
private func borrowFactsWithGIL(_ check: inout Check) {
    guard let storage = Storage.allocate(byteCount: 8, zeroed: true) else { return }
    let block = unsafe storage.relinquish()
    defer { unsafe swiftbuf_storage_release(block) }
    check.that(unsafe block.isBorrowedByBufferAlone, "memory in no ledger is borrowed by Buffers alone")
    check.that(unsafe block.beginBorrowWithGIL(isMutable: false), "free memory can be borrowed to read")
    check.that(unsafe block.beginBorrowWithGIL(isMutable: false), "readers share")
    check.that(unsafe !block.beginBorrowWithGIL(isMutable: true), "a writer waits for readers")
    unsafe check.that(attempt(block, .mutable) == .borrowed, "so does one who counts by atomic operations")
    unsafe check.that(attempt(block, .moving) == .borrowed, "and who moves the memory")
    unsafe block.endBorrowWithGIL(isMutable: false)
    unsafe block.endBorrowWithGIL(isMutable: false)
    check.that(unsafe block.beginBorrowWithGIL(isMutable: true), "free memory can be borrowed to write")
    check.that(unsafe !block.beginBorrowWithGIL(isMutable: false), "a reader waits for the writer")
    check.that(unsafe !block.beginBorrowWithGIL(isMutable: true), "so does another writer")
    unsafe check.that(attempt(block, .shared) == .mutablyBorrowed, "and a reader who counts by atomic operations")
    unsafe block.endBorrowWithGIL(isMutable: true)
    _ = unsafe attempt(block, .moving)
    check.that(unsafe !block.beginBorrowWithGIL(isMutable: false), "nobody reads memory that moves")
    check.that(unsafe !block.beginBorrowWithGIL(isMutable: true), "nobody writes it")
    _ = unsafe attempt(block, .endMoving)
    check.that(unsafe swiftbuf_storage_load_borrows(block) == 0, "after all that the word is zero")
    unsafe block.pointee.borrows = 1 << 62 - 1
    check.that(unsafe !block.beginBorrowWithGIL(isMutable: false), "one reader more than the word can count is refused")
    unsafe block.pointee.borrows = 0
    unsafe block.pointee.flags |= UInt32(SWIFTBUF_STORAGE_LISTED)
    check.that(unsafe !block.isBorrowedByBufferAlone, "memory in a ledger is borrowed on any thread")
    unsafe block.pointee.flags &= ~UInt32(SWIFTBUF_STORAGE_LISTED)
}

private func attempt(_ block: UnsafeMutablePointer<swiftbuf_storage>, _ step: BorrowStep) -> BorrowConflict? {
    do throws(BorrowConflict) {
        switch step {
        case .shared: try unsafe block.beginSharedBorrow()
        case .endShared: unsafe block.endSharedBorrow()
        case .mutable: try unsafe block.beginMutableBorrow()
        case .endMutable: unsafe block.endMutableBorrow()
        case .moving: try unsafe block.beginMoving()
        case .endMoving: unsafe block.endMoving()
        }
        return nil
    } catch {
        return error
    }
}

private func ownerFacts(_ check: inout Check) {
    // The owner is a counter; releasing adds one to it.
    let counter = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    unsafe counter.initialize(to: 0)
    defer { unsafe counter.deallocate() }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    defer { unsafe memory.deallocate() }
    do {
        let storage = unsafe Storage.adopt(base: memory, capacity: 16, readonly: true, owner: counter) { owner, _, _ in
            unsafe owner!.assumingMemoryBound(to: Int.self).pointee += 1
        }
        guard let storage else { return }
        let second = storage.retained()
        check.that(unsafe second.base == memory, "every owner sees the same address")
        check.that(second.byteCount == 16, "and the same size")
        check.that(unsafe counter.pointee == 0, "nothing is released while there is an owner")
        let block = unsafe storage.relinquish()
        unsafe check.that(refusal(block) == .foreign, "memory that is somebody else's keeps its size")
        unsafe swiftbuf_storage_release(block)
        check.that(unsafe counter.pointee == 0, "nothing is released while there is another owner")
    }
    check.that(unsafe counter.pointee == 1, "the last owner releases, once")
}

private func ledgerFacts(_ check: inout Check) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 48, alignment: 16)
    defer { unsafe memory.deallocate() }
    func adopt(from start: Int, _ byteCount: Int) -> UnsafeMutablePointer<swiftbuf_storage>? {
        let storage = unsafe Storage.adopt(
            base: memory + start, capacity: byteCount, readonly: false, owner: nil, release: nil)
        guard let storage else { return nil }
        return unsafe storage.relinquish()
    }
    func finds(_ block: UnsafeMutablePointer<swiftbuf_storage>?, from start: Int, to end: Int) -> Bool {
        let found = unsafe swiftbuf_ledger_find(UInt(bitPattern: memory + start), UInt(bitPattern: memory + end))
        if let found = unsafe found { unsafe swiftbuf_storage_release(found) }
        return unsafe found == block
    }
    guard let first = unsafe adopt(from: 0, 16), let second = unsafe adopt(from: 16, 16), let across = unsafe adopt(from: 8, 16)
    else {
        check.that(false, "memory can be adopted")
        return
    }
    unsafe check.that(listing(second) == nil, "a block is listed")
    unsafe check.that(listing(first) == nil, "so is one whose last byte touches its first")
    unsafe check.that(listing(across) == .overlapping, "a block of the same bytes as listed ones is not")
    unsafe swiftbuf_storage_release(across)
    unsafe check.that(finds(first, from: 15, to: 16), "a block is found by its last byte")
    unsafe check.that(finds(second, from: 16, to: 17), "and the one behind it by its first")
    check.that(finds(nil, from: 32, to: 48), "bytes that touch a block are not its own")

    unsafe swiftbuf_storage_retain(first)
    unsafe check.that(taking(first) == .shared(references: 2), "memory that two own is not taken back")
    unsafe check.that(attempt(first, .shared) == nil, "and can be borrowed as before")
    unsafe swiftbuf_storage_release(first)
    unsafe check.that(taking(first) == .borrowed(.borrowed), "memory that is borrowed is not taken back")
    _ = unsafe attempt(first, .endShared)
    unsafe check.that(taking(first) == nil, "memory that one owns is taken back")
    unsafe check.that(taking(first) == .taken, "once")
    check.that(finds(nil, from: 0, to: 16), "and is not found any more")
    let isListed = unsafe first.pointee.flags & UInt32(SWIFTBUF_STORAGE_LISTED) != 0
    check.that(!isListed, "nor listed")
    unsafe swiftbuf_storage_release(first)
    unsafe swiftbuf_storage_release(second)
    check.that(finds(nil, from: 16, to: 32), "a block that is gone is not found")
}

private func listing(_ block: UnsafeMutablePointer<swiftbuf_storage>) -> ListingRefusal? {
    do throws(ListingRefusal) {
        try unsafe block.list()
        return nil
    } catch {
        return error
    }
}

private func taking(_ block: UnsafeMutablePointer<swiftbuf_storage>) -> TakingRefusal? {
    do throws(TakingRefusal) {
        return try unsafe block.take { nil }
    } catch {
        return error
    }
}
