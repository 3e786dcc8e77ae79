// Memory that is told apart by its address: what else may have borrowed the same bytes.

import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Enters the loan of a range of bytes where no block is listed that could have them.
    ///
    /// - Returns: False if it has to be looked at with care; then nothing was changed.
    /// - Threads: With the GIL, which guards the loans.
    @inline(__always)
    func enterPlainLoan(_ bytes: Range<UInt>) -> Bool {
        // SAFETY: the lease does not move, and `holds` says what has to be taken out of the ledger again.
        let ledger = unsafe swiftbuf_ledger_current()
        if unsafe swiftbuf_ledger_is_empty(ledger) == 0 && !pointee.holds.contains(.word) { return false }
        guard unsafe setLoan(bytes, in: ledger) == 0 else { return false }
        unsafe pointee.holds.insert(.loan)
        return true
    }

    @inline(__always)
    private func setLoan(_ bytes: Range<UInt>, in ledger: UnsafeMutablePointer<swiftbuf_ledger>?) -> CInt {
        let loan = unsafe loanPointer
        unsafe loan.pointee.low = bytes.lowerBound
        unsafe loan.pointee.high = bytes.upperBound
        unsafe loan.pointee.is_mutable = pointee.isMutable ? 1 : 0
        unsafe loan.pointee.reserved = 0
        return unsafe swiftbuf_loan_begin(ledger, loan)
    }

    /// Counts the borrow of a range of bytes that belong to no listed block of the caller's.
    ///
    /// A listed block that has some of them is borrowed as a whole; and everybody who borrows bytes in this way sees the loan.
    ///
    /// - Throws: ``BorrowError/conflict(_:)``; what was held before is held still, and nothing more.
    /// - Threads: With the GIL, which guards the loans.
    func enterLoan(_ bytes: Range<UInt>) throws(BorrowError) {
        let ledger = unsafe swiftbuf_ledger_current()
        // SAFETY: the lease does not move, and `holds` says what has to be taken out of the ledger again.
        if unsafe swiftbuf_ledger_is_empty(ledger) == 0 { try unsafe borrowListedBlock(of: bytes) }
        switch unsafe setLoan(bytes, in: ledger) {
        case 0: unsafe pointee.holds.insert(.loan)
        case 1: throw .conflict(.mutablyBorrowed)
        default: throw .conflict(.borrowed)
        }
    }

    @inline(never)
    private func borrowListedBlock(of bytes: Range<UInt>) throws(BorrowError) {
        guard let block = unsafe swiftbuf_ledger_find(bytes.lowerBound, bytes.upperBound) else { return }
        do throws(BorrowError) {
            try unsafe block.beginBorrow(isMutable: pointee.isMutable)
        } catch {
            unsafe swiftbuf_storage_release(block)
            throw error
        }
        unsafe pointee.listed = block
        unsafe pointee.holds.insert(.listed)
    }
}
