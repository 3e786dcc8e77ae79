// What reflection adds where it exists: the names and the types of the stored properties.

#if !hasFeature(Embedded)
    extension BufferFields {
        /// One stored property.
        private struct Property {
            let name: BufferError.Text
            let type: ObjectIdentifier
            let format: ElementFormat
            let byteOffset: Int
            let byteCount: Int
        }

        /// How the fields differ from the stored properties; nil if they do not, or not more than was seen before.
        ///
        /// - Parameter error: What was seen without reflection.
        static func firstErrorByReflection(in fields: [BufferField<Root>], seen error: RecordError?) -> RecordError? {
            // SAFETY: of an element all bits zero are a value (BufferElement), and it is only looked at.
            let zero = unsafe withUnsafeTemporaryAllocation(of: Root.self, capacity: 1) { room in
                unsafe UnsafeMutableRawBufferPointer(room).initializeMemory(as: UInt8.self, repeating: 0)
                return unsafe room[0]
            }
            let mirror = Mirror(reflecting: zero)
            guard mirror.displayStyle == .struct else { return .notAStruct }
            var properties: [Property] = []
            for child in mirror.children {
                let name = BufferError.Text(child.label ?? "?")
                guard let element = child.value as? any BufferElement,
                    let property = property(name, of: element, behind: properties.last)
                else { return .notAnElement(name) }
                properties.append(property)
            }
            // Those with a place are found by it, the others by their order.
            if fields.allSatisfy(\.hasPlace) {
                for property in properties
                where !fields.contains(where: { $0.byteOffset == property.byteOffset && $0.byteCount == property.byteCount }) {
                    return error?.isOfOneField == true ? nil : .fieldLeftOut(property.name)
                }
            }
            if let misnamed = firstNameOfAnother(fields, properties) { return .outOfOrder(misnamed) }
            for (field, property) in zip(fields, properties) where field.type != property.type {
                if error?.isOfOneField == true { return nil }
                return .wrongType(
                    BufferError.Text(field.name), declared: field.format.name, actual: property.format.name)
            }
            return nil
        }

        /// The first field that has the name of a stored property which is another one.
        private static func firstNameOfAnother(_ fields: [BufferField<Root>], _ properties: [Property]) -> BufferError.Text? {
            for (index, field) in fields.enumerated() {
                let name = BufferError.Text(field.name)
                guard let named = properties.firstIndex(where: { $0.name == name }) else { continue }
                let isThere = field.hasPlace ? properties[named].byteOffset == field.byteOffset : named == index
                if !isThere { return name }
            }
            return nil
        }

        /// A stored property behind another one; nil if it cannot be a field.
        private static func property<Value: BufferElement>(
            _ name: BufferError.Text, of value: Value, behind previous: Property?
        ) -> Property? {
            if Value.bufferFormat.item.isConverted { return nil }
            let mask = MemoryLayout<Value>.alignment - 1
            let end = previous.map { $0.byteOffset + $0.byteCount } ?? 0
            return Property(
                name: name, type: ObjectIdentifier(Value.self), format: Value.bufferFormat.item,
                byteOffset: (end + mask) & ~mask, byteCount: MemoryLayout<Value>.size)
        }
    }

    extension ElementFormat {
        /// What an error calls the items.
        var name: BufferError.Text {
            // SAFETY: the text ends with a NUL.
            unsafe ItemDescription(items: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), itemByteCount: byteCount)
                .name
        }
    }
#endif
