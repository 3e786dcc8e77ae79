// A BufferError in words: one sentence, for Swift and for Python alike.

extension BufferError {
    /// Writes the error out, in one sentence.
    @inline(never)
    func write(to text: inout TextWriter) {
        switch self {
        case .noBuffer(let typeName):
            text.append("an object with a buffer was asked for but type '")
            text.append(name: typeName)
            text.append("' has none")
            if typeName == "str" { text.append(": encode it first, s.encode()") }
            if typeName == "list" { text.append(": make it an array first, array.array('d', x)") }
        case .mismatch(let expected, let found):
            text.append("expected ")
            expected.write(to: &text)
            text.append("; got ")
            found.write(to: &text, asFoundFor: expected)
        case .inUse(let user, let wanted):
            text.append(wanted.words)
            text.append(" was asked for but ")
            user.write(to: &text)
        case .released: text.append("a buffer was asked for but this Buffer is released")
        case .taken: text.append("this memory was asked for but take() gave it back to Swift")
        case .notAdopted: text.append("an adopted array was asked for but this memory was none: copy the items out of a span")
        case .invalidShape(let problem): problem.write(to: &text)
        case .invalidRecord(let error): error.write(to: &text)
        case .outOfMemory(let byteCount):
            text.append("there is no room")
            if let byteCount {
                text.append(" for ")
                text.append(byteCount)
                text.append(" bytes")
            }
        case .incoherentExporter:
            text.append("the exporter is not coherent: what it says of its memory contradicts itself")
        case .pythonException: text.append("Python raised an exception")
        }
    }
}

extension BufferError.Use {
    fileprivate var words: StaticString {
        switch self {
        case .read: "memory to read"
        case .write: "memory to write"
        case .share: "memory to share with Python"
        case .take: "the adopted array"
        case .adopt: "memory to adopt"
        }
    }
}

extension BufferError.User {
    fileprivate func write(to text: inout TextWriter) {
        switch self {
        case .reader: text.append("Swift has borrowed it to read")
        case .writer: text.append("Swift has borrowed it to write")
        case .mover: text.append("another thread is moving it")
        case .owners(1): text.append("one other owner has its memory")
        case .owners(let count):
            text.append(count)
            text.append(" other owners have its memory")
        case .otherBuffer: text.append("another SharedBuffer or a borrow has some of its bytes")
        case .severalBuffers: text.append("it belongs to several SharedBuffers: borrow each by itself")
        }
    }
}

extension BufferError.ShapeProblem {
    fileprivate func write(to text: inout TextWriter) {
        switch self {
        case .tooManyDimensions(let count):
            text.append(count)
            text.append(" dimensions were asked for but a buffer has at most 64")
        case .negativeDimension(let axis, let count):
            text.append("a dimension of at least 0 items was asked for but dimension ")
            text.append(axis)
            text.append(" is ")
            text.append(count)
        case .tooLarge: text.append("the shape takes more bytes than an Int can count")
        case .otherItemCount(let expected, let found):
            text.append("a shape of ")
            text.append(expected)
            text.append(" items was asked for but there are ")
            text.append(found)
        }
    }
}

#if !hasFeature(Embedded)
    extension BufferError: CustomStringConvertible {
        /// The error in words: `expected float32, C-contiguous, 2-D; got float64, Fortran-contiguous, 2-D`.
        public var description: String {
            var text = TextWriter()
            write(to: &text)
            return text.string
        }
    }
#endif
