// Memory that is told apart by its address: what else may have borrowed the same bytes.

import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Counts the borrow of a range of bytes that belong to no listed block of the caller's.
    ///
    /// A listed block that has some of them is borrowed as a whole; and everybody who borrows bytes in this way sees the loan.
    ///
    /// - Throws: ``BorrowError/conflict(_:)``; what was held before is held still, and nothing more.
    /// - Threads: With the GIL, which guards the loans.
    func enterLoan(_ bytes: Range<UInt>) throws(BorrowError) {
        let ledger = unsafe swiftbuf_ledger_current()
        // SAFETY: the lease does not move, and `holds` says what has to be taken out of the ledger again.
        if unsafe swiftbuf_ledger_is_empty(ledger) == 0, unsafe !pointee.holds.contains(.word) {
            try unsafe borrowListedBlock(of: bytes)
        }
        let loan = unsafe loanPointer
        unsafe loan.pointee.low = bytes.lowerBound
        unsafe loan.pointee.high = bytes.upperBound
        unsafe loan.pointee.is_mutable = pointee.isMutable ? 1 : 0
        unsafe loan.pointee.reserved = 0
        switch unsafe swiftbuf_loan_begin(ledger, loan) {
        case 0: unsafe pointee.holds.insert(.loan)
        case 1: throw .conflict(.mutablyBorrowed)
        default: throw .conflict(.borrowed)
        }
    }

    private func borrowListedBlock(of bytes: Range<UInt>) throws(BorrowError) {
        guard let block = unsafe swiftbuf_ledger_find(bytes.lowerBound, bytes.upperBound) else { return }
        do throws(BorrowError) {
            try unsafe block.beginBorrow(isMutable: pointee.isMutable)
        } catch {
            unsafe swiftbuf_storage_release(block)
            throw error
        }
        unsafe pointee.storage = block
        unsafe pointee.holds.formUnion([.word, .storage])
    }
}
