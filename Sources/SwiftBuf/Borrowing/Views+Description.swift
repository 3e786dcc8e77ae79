// Views in words, for people who look at one: type, shape and the first few items.

#if !hasFeature(Embedded)
    extension BufferView {
        /// The view in words, with its first items: `BufferView of uint8, shape [2, 3]: [7, 0, 0, 255, 1, 2]`.
        ///
        /// At most eight items are written. A view cannot conform to `CustomStringConvertible`: print this text.
        public var description: String {
            describe("BufferView", of: Element.self, items, isStrided: false)
        }
    }

    extension MutableBufferView {
        /// The view in words, with its first items: `MutableBufferView of uint8, shape [2, 3]: [7, 0, 0, 255, 1, 2]`.
        ///
        /// At most eight items are written. A view cannot conform to `CustomStringConvertible`: print this text.
        public var description: String {
            describe("MutableBufferView", of: Element.self, items, isStrided: false)
        }
    }

    extension StridedBufferView {
        /// The view in words, with its first items: `StridedBufferView of uint8, shape [2, 3]: [7, 0, 0, 255, 1, 2]`.
        ///
        /// At most eight items are written. A view cannot conform to `CustomStringConvertible`: print this text.
        public var description: String {
            describe("StridedBufferView", of: Element.self, items, isStrided: true)
        }
    }

    extension MutableStridedBufferView {
        /// The view in words, with its first items: `MutableStridedBufferView of uint8, shape [2, 3]: [7, 0, 0, 255, 1, 2]`.
        ///
        /// At most eight items are written. A view cannot conform to `CustomStringConvertible`: print this text.
        public var description: String {
            describe("MutableStridedBufferView", of: Element.self, items, isStrided: true)
        }
    }

    /// Describes items that are borrowed meanwhile.
    func describe<Element: BufferElement>(
        _ name: String, of element: Element.Type, _ items: BorrowedItems, isStrided: Bool
    ) -> String {
        var texts: [String] = []
        for number in 0..<min(items.count, 8) {
            // SAFETY: the address of an item.
            let place =
                unsafe isStrided ? items.place(number: number) : items.base + number * MemoryLayout<Element.BufferStored>.stride
            texts.append("\(Element._value(of: unsafe place.load(as: Element.BufferStored.self)))")
        }
        if items.count > 8 { texts.append("…") }
        let type = ItemDescription(Element.bufferFormat.item).name
        return "\(name) of \(type), shape \(items.shapeArray): [\(texts.joined(separator: ", "))]"
    }
#endif
