// No object keeps a view.

import SwiftBuf

final class KeepsBufferView {
    var view: BufferView<UInt8>  // error: accessor cannot return a ~Escapable result
    init(_ view: consuming BufferView<UInt8>) { self.view = view }
}

final class KeepsMutableBufferView {
    var view: MutableBufferView<UInt8>  // error: accessor cannot return a ~Escapable result
    init(_ view: consuming MutableBufferView<UInt8>) { self.view = view }
}

final class KeepsStridedBufferView {
    var view: StridedBufferView<UInt8>  // error: accessor cannot return a ~Escapable result
    init(_ view: consuming StridedBufferView<UInt8>) { self.view = view }
}

final class KeepsMutableStridedBufferView {
    var view: MutableStridedBufferView<UInt8>  // error: accessor cannot return a ~Escapable result
    init(_ view: consuming MutableStridedBufferView<UInt8>) { self.view = view }
}
