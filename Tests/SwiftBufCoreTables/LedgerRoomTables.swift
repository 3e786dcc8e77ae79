// What the ledger remembers of rooms in which no listed block has a byte: it holds until a block is listed there.

import CSwiftBufStorage
import SwiftBufCore

/// States the facts about loans of bytes that were looked for before, all of one line of cache: where one room is remembered.
func ledgerRoomFacts(_ check: inout Check) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    defer { unsafe memory.deallocate() }
    func adopt(from start: Int) -> UnsafeMutablePointer<swiftbuf_storage>? {
        let storage = unsafe Storage.adopt(base: memory + start, capacity: 8, readonly: false, owner: nil, release: nil)
        guard let storage else { return nil }
        return unsafe storage.relinquish()
    }
    // SAFETY: a loan stays where it is while it is entered.
    let loan = UnsafeMutablePointer<swiftbuf_loan>.allocate(capacity: 1)
    defer { unsafe loan.deallocate() }
    func lends(from start: Int) -> Int {
        unsafe loan.initialize(to: swiftbuf_loan())
        unsafe loan.pointee.low = UInt(bitPattern: memory + start)
        unsafe loan.pointee.high = UInt(bitPattern: memory + start + 8)
        let answer = unsafe Int(swiftbuf_loan_begin(loan))
        if answer == Int(SWIFTBUF_LOAN_ENTERED) { unsafe swiftbuf_loan_end(loan) }
        if answer == Int(SWIFTBUF_LOAN_LISTED) { unsafe swiftbuf_storage_release(loan.pointee.block) }
        return answer
    }
    let (entered, listed) = (Int(SWIFTBUF_LOAN_ENTERED), Int(SWIFTBUF_LOAN_LISTED))
    guard let low = unsafe adopt(from: 0), let middle = unsafe adopt(from: 24), let high = unsafe adopt(from: 48) else {
        check.that(false, "memory can be adopted")
        return
    }
    unsafe check.that(swiftbuf_ledger_add(low) == 0, "a block is listed")
    unsafe check.that(swiftbuf_ledger_add(high) == 0, "so is one in the same line of cache")
    check.that(lends(from: 8) == entered, "bytes between two blocks are lent as nobody's")
    check.that(lends(from: 40) == entered, "so are others of the same room")
    check.that(lends(from: 0) == listed && lends(from: 48) == listed, "the blocks at its two ends are found still")
    check.that(lends(from: 24) == entered, "bytes in the middle of it are nobody's")
    unsafe check.that(swiftbuf_ledger_add(middle) == 0, "until a block of theirs is listed")
    check.that(lends(from: 24) == listed, "which is found then")
    check.that(lends(from: 8) == entered && lends(from: 40) == entered, "and the bytes beside it are nobody's")
    unsafe swiftbuf_storage_release(middle)
    check.that(lends(from: 24) == entered, "a block that is gone leaves its bytes to nobody")
    unsafe swiftbuf_storage_release(low)
    unsafe swiftbuf_storage_release(high)
}
