// An item as it lies in memory: what a Bool or an enum is inside of a record or an array, where it cannot be converted by a view.

/// An item as it lies in memory that Python shares, for the fields of records and for arrays.
///
///     struct Tile: BufferRecord {
///         var brightness: Float
///         var isFlat: BufferItem<Bool>
///
///         static let bufferFields = BufferFields<Tile>([BufferField("brightness", \.brightness), BufferField("is_flat", \.isFlat)])
///     }
///
/// All bytes are a value of this type, as Python can write any; ``value`` converts them.
@frozen
public struct BufferItem<Element: BufferElement>: BufferElement {
    /// The bytes.
    public var stored: Element.BufferStored

    /// An item in memory.
    @inlinable
    public init(_ value: Element.BufferValue) {
        stored = Element._stored(value)
    }

    /// The item; nil if the element is a ``BufferRawValue`` and these bytes are none of its values.
    ///
    /// - Precondition: What is set is not nil.
    @inlinable
    public var value: Element.BufferValue {
        get { Element._value(of: stored) }
        set { stored = Element._stored(newValue) }
    }

    /// The element's own.
    @inlinable
    public static var bufferFormat: BufferFormat<BufferItem<Element>> {
        BufferFormat(ElementFormat(Element.bufferFormat.item, isConverted: false))
    }
}

extension BufferItem: Equatable where Element.BufferStored: Equatable {}

#if !hasFeature(Embedded)
    // Embedded Swift's hashes want a newer C library.
    extension BufferItem: Hashable where Element.BufferStored: Hashable {}
#endif

extension BufferItem: ExpressibleByBooleanLiteral where Element == Bool {
    /// An item in memory.
    @inlinable
    public init(booleanLiteral value: Bool) {
        self.init(value)
    }
}
