// What reflection adds where it exists: the name of a property that is left out, also of one that stands where a pad could.

#if !hasFeature(Embedded)
    extension BufferFields {
        /// The first stored property that is no field or no element; nil if there is none.
        static func firstErrorByReflection(in fields: [BufferField<Root>]) -> RecordError? {
            // SAFETY: of an element all bits zero are a value (BufferElement), and it is only looked at.
            let zero = unsafe withUnsafeTemporaryAllocation(of: Root.self, capacity: 1) { room in
                unsafe UnsafeMutableRawBufferPointer(room).initializeMemory(as: UInt8.self, repeating: 0)
                return unsafe room[0]
            }
            var end = 0
            for child in Mirror(reflecting: zero).children {
                let name = ShortText(child.label ?? "?")
                guard let element = child.value as? any BufferElement else { return .notAnElement(name) }
                let (size, alignment) = layout(of: element)
                let offset = (end + alignment - 1) & ~(alignment - 1)
                if !fields.contains(where: { $0.byteOffset == offset && $0.byteCount == size }) {
                    // A field without a key path is only known by its order.
                    if fields.allSatisfy(\.hasKeyPath) { return .fieldLeftOut(name) }
                }
                end = offset + size
            }
            return nil
        }

        private static func layout<Value: BufferElement>(of value: Value) -> (size: Int, alignment: Int) {
            (MemoryLayout<Value>.size, MemoryLayout<Value>.alignment)
        }
    }
#endif
