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
        self.items = consume items
        unsafe base = nil
        super.init()
        // SAFETY: the address outlives the closure here, which is more than the standard library promises. A native array keeps its
        // items in one heap object that only a write to a shared array, or one that grows it, replaces; asking for the address to
        // write made this array the only owner of it, and by the invariant nobody else touches it.
        unsafe base = self.items.withUnsafeMutableBufferPointer { unsafe $0.baseAddress.map { UnsafeMutableRawPointer($0) } }
    }

    /// Takes the array out; there is none afterwards.
    func takeItems() -> [Element] {
        var taken: [Element] = []
        swap(&taken, &items)
        unsafe base = nil
        return taken
    }
}

/// Calls a function when it goes.
final class ClosureOwner: MemoryOwner {
    private let release: () -> Void

    init(_ release: @escaping () -> Void) {
        self.release = release
    }

    deinit {
        release()
    }
}

/// An address for memory that has none because it has no bytes.
var addressOfNoBytes: UnsafeMutableRawPointer { unsafe swiftbuf_memory_of_no_bytes() }
