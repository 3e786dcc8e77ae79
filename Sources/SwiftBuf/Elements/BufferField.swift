// One field of a record: its name in Python, its type, and, by key path, its place.

/// One stored property of a record.
public struct BufferField<Root> {
    let name: StaticString
    let format: BufferFormat
    /// Bytes that the property takes in the record: not its stride, because Swift puts the next one into a pad at the end.
    let byteCount: Int
    let byteAlignment: Int
    /// Where its key path says that it is; nil if it was declared by its type alone, or, of a key path, if it is not stored.
    let byteOffset: Int?
    let hasKeyPath: Bool

    /// The property that comes next in the record, declared by its type.
    ///
    /// - Parameters:
    ///   - name: The field's name in Python, without `:`.
    ///   - type: The property's type, an element itself.
    public init<Value: BufferElement>(_ name: StaticString, _ type: Value.Type) {
        self.name = name
        format = Value.bufferFormat
        byteCount = MemoryLayout<Value>.size
        byteAlignment = MemoryLayout<Value>.alignment
        byteOffset = nil
        hasKeyPath = false
    }
}

#if !hasFeature(Embedded)
    // Embedded Swift has no key paths.
    extension BufferField {
        /// A stored property.
        ///
        /// - Parameters:
        ///   - name: The field's name in Python, without `:`.
        ///   - property: The property, whose type is an element itself.
        public init<Value: BufferElement>(_ name: StaticString, _ property: KeyPath<Root, Value>) {
            self.name = name
            format = Value.bufferFormat
            byteCount = MemoryLayout<Value>.size
            byteAlignment = MemoryLayout<Value>.alignment
            byteOffset = MemoryLayout<Root>.offset(of: property)
            hasKeyPath = true
        }
    }
#endif
