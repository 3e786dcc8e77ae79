// A type cannot say that Python reads it as another one, unless it says `unsafe`.

import SwiftBuf

struct Two: BufferElement {
    var a: Int32
    var b: Int32

    static var bufferFormat: BufferFormat<Two> {
        Int32.bufferFormat  // error: cannot convert return expression of type 'BufferFormat<Int32>'
    }
}
