// Memory that is told apart by its address: what else may have borrowed the same bytes. The ledger's lock guards it, no GIL.

import CSwiftBufStorage
import SwiftBufCore

extension UnsafeMutablePointer where Pointee == Lease {
    /// Enters the loan of a range of bytes that nobody has borrowed, in no listed block.
    ///
    /// - Returns: False if it has to be looked at with care; then nothing was changed.
    /// - Threads: Any.
    @inline(__always)
    func enterPlainLoan(_ bytes: Range<UInt>) -> Bool {
        // SAFETY: the lease does not move, and `holds` says what has to be taken out of the ledger again.
        let result = unsafe setLoan(bytes, block: nil)
        if result == SWIFTBUF_LOAN_ENTERED {
            unsafe pointee.holds.insert(.loan)
            return true
        }
        if result == SWIFTBUF_LOAN_LISTED { unsafe swiftbuf_storage_release(loanPointer.pointee.block) }
        return false
    }

    @inline(__always)
    private func setLoan(_ bytes: Range<UInt>, block: UnsafeMutablePointer<swiftbuf_storage>?) -> Int {
        let loan = unsafe loanPointer
        unsafe loan.pointee.low = bytes.lowerBound
        unsafe loan.pointee.high = bytes.upperBound
        unsafe loan.pointee.block = block
        unsafe loan.pointee.is_mutable = pointee.isMutable ? 1 : 0
        unsafe loan.pointee.reserved = 0
        return unsafe Int(swiftbuf_loan_begin(loan))
    }

    /// Counts the borrow of a range of bytes that belong to no listed block of the caller's.
    ///
    /// A listed block that has some of them is borrowed as a whole; and everybody who borrows bytes in this way sees the loan.
    ///
    /// - Throws: ``BufferError/inUse(by:wanted:)``; what was held before is held still, and nothing more.
    /// - Threads: Any.
    func enterLoan(_ bytes: Range<UInt>) throws(BufferError) {
        // SAFETY: the lease does not move, and `holds` says what has to be taken out of the ledger again.
        var result = unsafe setLoan(bytes, block: nil)
        if result == SWIFTBUF_LOAN_LISTED {
            let block = unsafe loanPointer.pointee.block.unsafelyUnwrapped
            do throws(BufferError) {
                try unsafe block.beginBorrow(isMutable: pointee.isMutable)
            } catch {
                unsafe swiftbuf_storage_release(block)
                throw error
            }
            result = unsafe setLoan(bytes, block: block)
            if result == SWIFTBUF_LOAN_ENTERED {
                unsafe pointee.listed = block
                unsafe pointee.holds.insert(.listed)
            } else {
                unsafe block.endBorrow(isMutable: pointee.isMutable)
                unsafe swiftbuf_storage_release(block)
            }
        }
        let use: BufferError.Use = unsafe pointee.isMutable ? .write : .read
        switch result {
        case SWIFTBUF_LOAN_ENTERED: unsafe pointee.holds.insert(.loan)
        case SWIFTBUF_LOAN_MUTABLY_BORROWED: throw .inUse(by: .writer, wanted: use)
        case SWIFTBUF_LOAN_BORROWED: throw .inUse(by: .reader, wanted: use)
        default: throw .inUse(by: .severalBuffers, wanted: use)
        }
    }
}
