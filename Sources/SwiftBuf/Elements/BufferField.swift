// One field of a record: its name in Python, its type, and its place, by a key path or by what a closure reads.

/// One stored property of a record.
public struct BufferField<Root> {
    let name: StaticString
    let format: ElementFormat
    /// Bytes that the property takes in the record: not its stride, because Swift puts the next one into a pad at the end.
    let byteCount: Int
    let byteAlignment: Int
    /// Where it is; nil if it was declared by its type alone, or, if `hasPlace`, is not stored.
    let byteOffset: Int?
    /// Whether its place is known by more than its order.
    let hasPlace: Bool
    #if !hasFeature(Embedded)
        /// The property's type.
        let type: ObjectIdentifier
    #endif

    private init<Value: BufferElement>(_ name: StaticString, of type: Value.Type, byteOffset: Int?, hasPlace: Bool) {
        self.name = name
        format = Value.bufferFormat.item
        byteCount = MemoryLayout<Value>.size
        byteAlignment = MemoryLayout<Value>.alignment
        self.byteOffset = byteOffset
        self.hasPlace = hasPlace
        #if !hasFeature(Embedded)
            self.type = ObjectIdentifier(Value.self)
        #endif
    }

    /// A stored property, as a closure reads it: `BufferField("mass") { $0.mass }`.
    ///
    /// Its type is the closure's, and its place is where bytes come back that are written into a record: so a type or a place that is not the
    /// property's is an error, without key paths too.
    ///
    /// - Parameters:
    ///   - name: The field's name in Python, without `:`.
    ///   - property: Reads the property, and nothing else. It gets records of arbitrary bits. A Bool or an enum stands in a ``BufferItem``.
    public init<Value: BufferElement>(_ name: StaticString, _ property: (Root) -> Value)
    where Root: BitwiseCopyable {
        // What is refused anyway is not read.
        let place = Value.bufferFormat.item.isConverted ? nil : placeOfProperty(in: Root.self, property)
        self.init(name, of: Value.self, byteOffset: place, hasPlace: true)
    }
}

#if !hasFeature(Embedded)
    // Embedded Swift has neither key paths nor reflection, which is what a type alone is held against.
    extension BufferField {
        /// A stored property.
        ///
        /// - Parameters:
        ///   - name: The field's name in Python, without `:`.
        ///   - property: The property, whose type is an element itself; a Bool or an enum stands in a ``BufferItem``.
        public init<Value: BufferElement>(_ name: StaticString, _ property: KeyPath<Root, Value>) {
            self.init(name, of: Value.self, byteOffset: MemoryLayout<Root>.offset(of: property), hasPlace: true)
        }

        /// The property that comes next in the record, declared by its type, which is held against the property's.
        ///
        /// - Parameters:
        ///   - name: The field's name in Python, without `:`.
        ///   - type: The property's type, an element itself.
        public init<Value: BufferElement>(_ name: StaticString, _ type: Value.Type) {
            self.init(name, of: type, byteOffset: nil, hasPlace: false)
        }
    }
#endif
