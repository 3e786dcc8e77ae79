// What keeps adopted memory alive.

import CSwiftBufStorage

/// Keeps memory alive; lets go of it when it goes.
class MemoryOwner {}

/// Keeps an array alive, whose items Python and Swift use where they stand.
///
/// Invariant: from `init` to ``takeItems()`` nobody uses `items` as an array, so that nothing moves or copies its storage.
@safe
final class ArrayOwner<Element: BufferElement>: MemoryOwner {
    private var items: [Element]
    /// Where the first item stands; nil if there is none.
    private(set) var base: UnsafeMutableRawPointer?

    init(_ items: consuming [Element]) {
        // Without `consume` the parameter keeps a second reference until the end, and asking for the address below makes a copy.
