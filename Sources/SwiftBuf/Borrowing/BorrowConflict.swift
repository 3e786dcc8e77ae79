// Why memory cannot be borrowed now: the public face of the core's borrow word.

import SwiftBufCore

/// Why the memory of a buffer cannot be borrowed now.
///
/// Who uses the memory is counted in one atomic word that all owners of the memory share, so the conflict may come from another
/// thread, from another ``SharedBuffer``, or from Python's `resize()` and `release()`. Memory of other exporters is told apart by its
/// addresses, so that a NumPy slice of borrowed memory is the same memory. What is not counted is Python reading and writing items:
/// NumPy takes part in no borrow.
public enum BorrowConflict: UInt8, Error, Equatable, Sendable {
    /// Python is resizing or releasing it.
    case moving
    /// Somebody has borrowed it to write.
    case mutablyBorrowed
    /// Somebody has borrowed it to read, and writing was asked for.
    case borrowed
    /// Its owner has taken it back: ``SharedBuffer/take()``.
    case taken
    /// It may only be read, and writing was asked for.
    case readOnly
    /// The range has bytes of several SharedBuffers, which are borrowed one at a time.
    case severalOwners
}

extension BorrowConflict {
    init(_ conflict: SwiftBufCore.BorrowConflict) {
        switch conflict {
        case .moving: self = .moving
        case .mutablyBorrowed: self = .mutablyBorrowed
        case .borrowed: self = .borrowed
        }
    }

    /// Writes the conflict out, in one sentence.
    @inline(never)
    func write(to text: inout TextWriter) {
        switch self {
        case .moving: text.append("another thread is moving this memory")
        case .mutablyBorrowed: text.append("Swift has borrowed this memory to write")
        case .borrowed: text.append("Swift has borrowed this memory to read")
        case .taken: text.append("this memory was taken back by its owner")
        case .severalOwners: text.append("this memory belongs to several SharedBuffers: borrow each by itself")
        case .readOnly: text.append("writable memory was asked for but this is read-only")
        }
    }
}

#if !hasFeature(Embedded)
    extension BorrowConflict: CustomStringConvertible {
        /// The conflict in words.
        public var description: String {
            var text = TextWriter()
            write(to: &text)
            return text.string
        }
    }
#endif
