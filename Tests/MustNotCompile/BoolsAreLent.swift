// Bytes that Python writes are not lent as Bools, nor as an enum: most bytes are no value of them.

import SwiftBuf

enum Suit: UInt8, BufferRawValue { case hearts, spades }

func flags(_ buffer: borrowing BufferView<Bool>) -> Int {
    let span: Span<Bool> = buffer.span  // error: cannot assign value of type 'Span<Bool.BufferStored>'
    return span.count
}

func suits(_ buffer: SharedBuffer<Suit>) throws {
    try buffer.withMutableSpan { (span: inout MutableSpan<Suit>) in }  // error: cannot convert value of type
}

func adopted(_ suits: [Suit]) throws -> SharedBuffer<Suit> {
    try SharedBuffer(adopting: suits)  // error: requires the types 'Suit' and 'UInt8' be equivalent
}
