// A new list, of whatever length.

import CPython
import CSwiftBuf
import CSwiftBufStorage

/// How many items PyList_New is asked for, at most, where there is no GIL.
let mostOfANewList = 1 << 16

/// A list of `count` items that are all to be set; NULL, with MemoryError, if there is no memory for it.
///
/// A free-threaded CPython 3.13 frees other memory a second time when PyList_New finds none (`list_dealloc` sees the items of the list that the
/// object was before), and views of a stride of 0 ask for lists of any length. Repeating a list goes another way.
@inline(__always)
func newList(_ count: Int) -> NewReference {
    if isFreeThreaded && count > mostOfANewList { return unsafe longList(count) }
    return unsafe PyList_New(count)
}

/// A list of `count` times None.
@inline(never)
private func longList(_ count: Int) -> NewReference {
    // CPython's allocator reserves whatever is asked for, and the system ends the program when it is filled; malloc refuses more than there is.
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Int>.size)
    guard !overflow, let room = unsafe swiftbuf_block_allocate(byteCount, 0) else { return unsafe PyErr_NoMemory() }
    unsafe swiftbuf_block_free(room)
    guard let one = unsafe PyList_New(1) else { return nil }
    defer { unsafe swiftbuf_drop_reference(one) }
    // SAFETY: PyList_SetItem steals the reference to None.
    guard unsafe PyList_SetItem(one, 0, swiftbuf_none()) == 0 else { return nil }
    return unsafe PySequence_Repeat(one, count)
}
