// A record has no references: a String is one.

import SwiftBuf

struct Named: BufferRecord {
    var name: String  // error: stored property 'name' of 'BitwiseCopyable'-conforming struct
    var value: Double

    static let bufferFields = BufferFields<Named>([BufferField("value", \.value)])
}
