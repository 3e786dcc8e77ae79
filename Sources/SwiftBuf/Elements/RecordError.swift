// How the fields that a record declares do not fit its type.

/// Why a record's fields do not describe its type.
public enum RecordError: Error, Equatable, Sendable {
    /// No fields were declared.
    case noFields
    /// A stored property is no field: the property's name, or, where it is not known, that of the field behind which it stands.
    case fieldLeftOut(ShortText)
    /// A stored property is no element, and so cannot be a field: the property.
    case notAnElement(ShortText)
    /// The field stands elsewhere in the type than behind the one before it.
    case outOfOrder(ShortText)
    /// The key path of the field leads to no stored property.
    case notStored(ShortText)
    /// The name is empty, or has a `:` or a NUL in it.
    case invalidName(ShortText)
    /// Two fields have this name.
    case duplicateName(ShortText)
    /// The field is a record that does not describe its own type.
    case invalidField(ShortText)
    /// The fields take another number of bytes than the type has.
    case unequalSize(declared: Int, actual: Int)
}

extension RecordError {
    /// Writes the error out, in one sentence.
    @inline(never)
    func write(to text: inout TextWriter) {
        switch self {
        case .noFields: text.append("a record was declared without fields")
        case .fieldLeftOut(let name): text.append("a stored property is not among the record's fields: ", name)
        case .notAnElement(let name): text.append("a stored property is of a type that is no BufferElement: ", name)
        case .outOfOrder(let name): text.append("a field is declared out of the order of the stored properties: ", name)
        case .notStored(let name): text.append("a field's key path leads to no stored property: ", name)
        case .invalidName(let name): text.append("a field's name is empty, or has a ':' or a NUL in it: ", name)
        case .duplicateName(let name): text.append("two fields of a record have the name ", name)
        case .invalidField(let name): text.append("a field is a record whose own fields do not fit it: ", name)
        case .unequalSize(let declared, let actual):
            text.append("the fields of a record take ")
            text.append(declared)
            text.append(" bytes, but the type has ")
            text.append(actual)
        }
    }
}

#if !hasFeature(Embedded)
    extension RecordError: CustomStringConvertible {
        /// The error in words.
        public var description: String {
            var text = TextWriter()
            write(to: &text)
            return text.string
        }
    }
#endif
