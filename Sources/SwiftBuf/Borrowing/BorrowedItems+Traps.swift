// How a wrong index ends the process: with a sentence that names it and its bounds, in release builds too.
//
// A caller's bug in Swift, which Python cannot cause. Ordinary Swift prints it as a fatal error of its own; a module for Python, which has no
// Swift run-time library, by Python's, with Python's traceback.

#if hasFeature(Embedded)
    import CPython
#endif

/// Ends the process: an index is out of bounds.
@inline(never)
@usableFromInline
func trapOutOfBounds(_ index: Int, axis: Int, count: Int) -> Never {
    var text = TextWriter()
    text.append("index ")
    text.append(index)
    text.append(" is out of bounds: axis ")
    text.append(axis)
    text.append(" has ")
    text.append(count)
    text.append(count == 1 ? " item" : " items")
    endProcess(text)
}

/// Ends the process: there is no such dimension.
@inline(never)
@usableFromInline
func trapWithoutAxis(_ axis: Int, rank: Int) -> Never {
    var text = TextWriter()
    text.append("axis ")
    text.append(axis)
    text.append(" was asked for but the buffer has ")
    text.append(rank)
    text.append(rank == 1 ? " dimension" : " dimensions")
    endProcess(text)
}

/// Ends the process: a range of rows is out of bounds.
@inline(never)
@usableFromInline
func trapRowsOutOfBounds(_ first: Int, _ end: Int, count: Int) -> Never {
    var text = TextWriter()
    text.append("rows ")
    text.append(first)
    text.append("..<")
    text.append(end)
    text.append(" are out of bounds: the buffer has ")
    text.append(count)
    text.append(count == 1 ? " row" : " rows")
    endProcess(text)
}

private func endProcess(_ text: TextWriter) -> Never {
    #if hasFeature(Embedded)
        // SAFETY: a C string for the time of the call, which does not return.
        unsafe text.withCString { text in unsafe Py_FatalError(text) }
        fatalError()
    #else
        fatalError(text.string)
    #endif
}
