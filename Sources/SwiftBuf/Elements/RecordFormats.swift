// The formats of record types, each worked out once: a generic type has no stored static properties.

#if !hasFeature(Embedded)
    import Synchronization

    /// Record types and their formats: a list for each of a few last bits of a type's address.
    enum RecordFormats {
        /// One of them, and the next.
        @unsafe
        private struct Entry {
            let type: ObjectIdentifier
            let format: ElementFormat
            let next: UnsafePointer<Entry>?
        }

        // SAFETY: pointers are not Sendable, but what these lead to never changes.

        /// The first entry of each list.
        nonisolated(unsafe) private static let lists = unsafe Lists()

        @unsafe
        private final class Lists {
            let first: UnsafeMutablePointer<Atomic<UnsafeRawPointer?>>

            init() {
                unsafe first = .allocate(capacity: listCount)
                for index in 0..<listCount { unsafe (first + index).initialize(to: Atomic(nil)) }
            }
        }

        private static var listCount: Int { 64 }

        /// The format of a type, which `make` works out the first time.
        ///
        /// - Threads: Any; two that are first at the same time work it out both, to the same.
        static func format<Record>(of type: Record.Type, _ make: () -> ElementFormat) -> ElementFormat {
            let key = ObjectIdentifier(type)
            let list = unsafe lists.first + Int((UInt(bitPattern: key) >> 4) % UInt(listCount))
            // SAFETY: entries are never changed or given back once they are in a list, whose head is read and replaced atomically.
            while true {
                let head = unsafe list.pointee.load(ordering: .acquiring)
                var entry = unsafe head?.assumingMemoryBound(to: Entry.self)
                while let here = unsafe entry {
                    if unsafe here.pointee.type == key { return unsafe here.pointee.format }
                    unsafe entry = here.pointee.next
                }
                let format = make()
                let new = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
                unsafe new.initialize(to: Entry(type: key, format: format, next: head?.assumingMemoryBound(to: Entry.self)))
                if unsafe list.pointee.compareExchange(
                    expected: head, desired: UnsafeRawPointer(new), successOrdering: .acquiringAndReleasing,
                    failureOrdering: .acquiring
                ).exchanged {
                    return format
                }
                unsafe new.deallocate()
            }
        }
    }
#endif
