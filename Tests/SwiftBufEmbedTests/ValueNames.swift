// Names for what tests hand to Python, where they say which type it is.

import SwiftBuf
import SwiftBufEmbed

extension PythonConvertible {
    static func int(_ value: Int) -> Int where Self == Int { value }
    static func double(_ value: Double) -> Double where Self == Double { value }
    static func string(_ value: String) -> String where Self == String { value }
    static func buffer<Element>(_ buffer: SharedBuffer<Element>) -> SharedBuffer<Element> where Self == SharedBuffer<Element> {
        buffer
    }
}
