// How the fields that a record declares do not fit its type.

/// Why a record's fields do not describe its type.
public enum RecordError: Error, Equatable, Sendable {
    /// No fields were declared.
    case noFields
    /// A stored property is no field: the property's name, or, where it is not known, that of the field behind which it stands.
    case fieldLeftOut(BufferError.Text)
    /// A stored property is no element, and so cannot be a field: the property.
    case notAnElement(BufferError.Text)
    /// The field stands elsewhere in the type than behind the one before it.
    case outOfOrder(BufferError.Text)
    /// The key path or the closure of the field reads no stored property.
    case notStored(BufferError.Text)
    /// The name is empty, or has a `:` or a NUL in it.
    case invalidName(BufferError.Text)
    /// Two fields have this name.
    case duplicateName(BufferError.Text)
    /// The field is a record that does not describe its own type.
    case invalidField(BufferError.Text)
    /// The field is of another type than its property: both, by NumPy's names where there are some.
    case wrongType(BufferError.Text, declared: BufferError.Text, actual: BufferError.Text)
    /// The type is no struct: an enum is an item by ``BufferRawValue``.
    case notAStruct
    /// The element's format says another number of bytes than its type takes.
    case otherStride(declared: Int, actual: Int)
    /// The fields take another number of bytes than the type has.
    case unequalSize(declared: Int, actual: Int)
    /// An item has no bytes: an array of no elements.
    case noBytes
}

extension RecordError {
    /// Writes the error out, in one sentence.
    @inline(never)
    func write(to text: inout TextWriter) {
        switch self {
        case .noFields: text.append("a record was declared without fields")
        case .fieldLeftOut(let name): text.append("a stored property is not among the record's fields: ", name)
        case .notAnElement(let name):
            text.append("a stored property cannot be a field (a Bool or an enum stands in a BufferItem): ", name)
        case .outOfOrder(let name): text.append("a field is declared out of the order of the stored properties: ", name)
        case .notStored(let name): text.append("a field is no stored property of this type: ", name)
        case .invalidName(let name): text.append("a field's name is empty, or has a ':' or a NUL in it: ", name)
        case .duplicateName(let name): text.append("two fields of a record have the name ", name)
        case .invalidField(let name): text.append("a field is a record whose own fields do not fit it: ", name)
        case .wrongType(let name, let declared, let actual):
            text.append("a field is declared as ")
            text.append(name: declared)
            text.append(" but its property is ")
            text.append(name: actual)
            text.append(": ", name)
        case .notAStruct: text.append("a record was declared for a type that is no struct")
        case .otherStride(let declared, let actual):
            text.append("an element's format says ")
            text.append(declared)
            text.append(" bytes, but its type takes ")
            text.append(actual)
        case .noBytes: text.append("an item of a buffer has at least one byte, but an array of no elements has none")
        case .unequalSize(let declared, let actual):
            text.append("the fields of a record take ")
            text.append(declared)
            text.append(" bytes, but the type has ")
            text.append(actual)
        }
    }
}

extension RecordError {
    /// Whether it is one of the declared names, or of their number: no stored property is needed to see it.
    var isOfNames: Bool {
        switch self {
        case .noFields, .invalidName, .duplicateName, .invalidField: true
        default: false
        }
    }
}

#if !hasFeature(Embedded)
    extension RecordError {
        /// Whether a field is known to be wrong where it stands, so that which property is missed for it says no more.
        var isOfOneField: Bool {
            switch self {
            case .outOfOrder, .notStored: true
            default: false
            }
        }
    }

    extension RecordError: CustomStringConvertible {
        /// The error in words.
        public var description: String {
            var text = TextWriter()
            write(to: &text)
            return text.string
        }
    }
#endif
