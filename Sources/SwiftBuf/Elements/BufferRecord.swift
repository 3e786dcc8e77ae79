// Structs as items: NumPy's structured dtypes.

/// A struct whose values can be the items of a buffer: NumPy sees a structured dtype with its fields.
///
///     struct Particle: BufferRecord {
///         var position: InlineArray<3, Float>
///         var mass: Double
///         var id: Int32
///
///         static let bufferFields = BufferFields<Particle>([
///             BufferField("position", \.position), BufferField("mass", \.mass), BufferField("id", \.id),
///         ])
///     }
///
/// Every stored property is one field, in the order of the properties. What is declared is held against the type: a property that is
/// left out, a wrong order or a wrong type is a ``RecordError`` that names the field, thrown by whatever would make the first view.
/// Where there are no key paths (Embedded Swift), `BufferField("mass") { $0.mass }` says the same.
///
/// Embedded Swift has no reflection either. There a field is held against its property by what the closure reads, and the record by its
/// size; that a name is the property's own, that the type is a struct, and that the closure converts nothing, is for you to see.
///
/// - Note: Bytes between fields are exported as pads. What they hold is not defined: whoever must not show it zeroes the memory first.
public protocol BufferRecord: BufferElement {
    /// The fields, in the order of the stored properties.
    ///
    /// A stored `static let`; a generic record has none, and computes them: they are worked out once for each type all the same. (In Embedded
    /// Swift a computed property is worked out at each borrow. It keeps no memory.)
    static var bufferFields: BufferFields<Self> { get }
}

extension BufferRecord {
    /// `T{…}` with the fields and their names, as PEP 3118 writes a struct.
    public static var bufferFormat: BufferFormat<Self> {
        #if hasFeature(Embedded)
            BufferFormat(bufferFields.format)
        #else
            BufferFormat(RecordFormats.format(of: Self.self) { bufferFields.format })
        #endif
    }
}
