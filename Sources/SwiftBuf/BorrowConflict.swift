// Why memory cannot be borrowed now: the public face of the core's borrow word.

import SwiftBufCore

/// Why the memory of a buffer cannot be borrowed now.
///
/// Who uses the memory is counted in one atomic word that all owners of the memory share, so the conflict may come from another
/// thread, from another ``SharedBuffer``, or from Python's `resize()` and `release()`. What is not counted is Python reading and
/// writing items: NumPy takes part in no borrow.
public enum BorrowConflict: UInt8, Error, Equatable, Sendable {
    /// Python is resizing or releasing it.
    case moving
    /// Somebody has borrowed it to write.
    case mutablyBorrowed
    /// Somebody has borrowed it to read, and writing was asked for.
    case borrowed
}

extension BorrowConflict {
    init(_ conflict: SwiftBufCore.BorrowConflict) {
        switch conflict {
        case .moving: self = .moving
        case .mutablyBorrowed: self = .mutablyBorrowed
        case .borrowed: self = .borrowed
        }
    }
}
