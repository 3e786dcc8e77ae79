// A field's type is an element itself.
// Ordinary Swift only, which has key paths.

import SwiftBuf

struct Pair {
    var first: Float
    var second: Float
}

final class Node: Sendable {}

struct Sample {
    var pair: Pair
    var node: Node
    var numbers: [Float]
    var name: String
}

let pair = BufferField("pair", \Sample.pair)  // error: requires that 'Pair' conform to 'BufferElement'
let node = BufferField("node", \Sample.node)  // error: requires that 'Node' conform to 'BufferElement'
let numbers = BufferField("numbers", \Sample.numbers)  // error: requires that 'Array<Float>' conform to 'BufferElement'
let name = BufferField("name", \Sample.name)  // error: requires that 'String' conform to 'BufferElement'
