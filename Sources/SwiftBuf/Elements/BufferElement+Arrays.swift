// Arrays of fixed size as items: NumPy's sub-arrays.
//
// A generic type has no stored static properties, so that the formats of all array types are kept in one list.

import Synchronization

/// Arrays of fixed size: sub-arrays in NumPy.
///
/// Of elements that lie in memory as themselves: Bools and enums stand in a ``BufferItem``.
extension InlineArray: BufferElement where Element: BufferElement, Element.BufferStored == Element {
    /// `(3)f` and so on.
    ///
    /// - Complexity: O(*n*) in the number of array types that were used as items.
    public static var bufferFormat: BufferFormat<InlineArray<count, Element>> {
        BufferFormat(ArrayFormats.format(repeating: Element.bufferFormat.item, count: count))
    }
}

/// The formats of array types, each made once.
private enum ArrayFormats {
    /// One of them, and the next.
    @unsafe
    struct Entry {
        let element: UnsafePointer<UInt8>
        let count: Int
        let format: UnsafePointer<ComposedFormat>
        let next: UnsafePointer<Entry>?
    }

    // SAFETY: pointers are not Sendable, but what this one leads to never changes.

    /// The first entry.
    nonisolated(unsafe) private static let first = unsafe Atomic<UnsafeRawPointer?>(nil)

    static func format(repeating element: ElementFormat, count: Int) -> ElementFormat {
        // SAFETY: entries are never changed or given back once they are in the list, whose head is read and replaced atomically.
        while true {
            let head = unsafe first.load(ordering: .acquiring)
            var entry = unsafe head?.assumingMemoryBound(to: Entry.self)
            while let here = unsafe entry {
                if unsafe here.pointee.element == element.text && here.pointee.count == count {
                    return unsafe ElementFormat(here.pointee.format, byteCount: element.byteCount * count)
                }
                unsafe entry = here.pointee.next
            }
            let text = ElementFormat.text(repeating: element, count: count)
            let new = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
            unsafe new.initialize(
                to: Entry(
                    element: element.text, count: count,
                    format: ComposedFormat.forever(text, unpadded: text, error: element.error),
                    next: head?.assumingMemoryBound(to: Entry.self)))
            // If another thread was first, this one's entry is lost, and looked for again.
            _ = unsafe first.compareExchange(
                expected: head, desired: UnsafeRawPointer(new), successOrdering: .acquiringAndReleasing,
                failureOrdering: .acquiring)
        }
    }
}
