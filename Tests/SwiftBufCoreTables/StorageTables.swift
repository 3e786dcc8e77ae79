// Storage: memory, its owners, and the borrow word.

import CSwiftBufStorage
import SwiftBufCore

/// States the facts about ``Storage``.
public func storageTables(_ check: inout Check) {
    let before = swiftbuf_memory_allocated_bytes()
    allocationFacts(&check)
    resizeFacts(&check)
    borrowFacts(&check)
    ownerFacts(&check)
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
        10, 100, 64, 0, 5000, threshold - 1, threshold, 3 * threshold, threshold + 5, threshold, 77, 2 * threshold, 1,
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

    unsafe block.pointee.exports = 2
    unsafe check.that(refusal(block) == .exported(count: 2), "memory that is exported keeps its size")
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
