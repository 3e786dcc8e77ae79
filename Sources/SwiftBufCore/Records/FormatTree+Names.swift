// The members of a format by their names: those of the `T{}` if the text is exactly one without a name, with a prefix or not, and those
// outside of any `T{}` otherwise. Members of members are not looked for; of two that have one name the first is found.
//
// An index of names is a hash table with open addressing: slots that hold indices of nodes, at most half of them taken. It stands
// behind the nodes, in the same block.

extension FormatTree {
    /// Finds a member by its name.
    ///
    /// - Parameters:
    ///   - name: As it stands between the colons; UTF-8.
    ///   - text: The text that the tree was compiled from.
    /// - Returns: The index of its node; nil if there is none.
    /// - Complexity: O(1) with an index of names, in the mean; else O(*n*) in the number of members.
    public borrowing func member(named name: Span<UInt8>, in text: Span<UInt8>) -> Int? {
        let slotCount = unsafe header.slotCount
        if slotCount > 0 {
            // SAFETY: the slots of the header.
            let slots = unsafe self.slots
            var slot = hash(name) & (slotCount &- 1)
            while true {
                let node = unsafe slots[slot]
                if node < 0 { return nil }
                if has(name, node, in: text) { return node }
                slot = (slot &+ 1) & (slotCount &- 1)
            }
        }
        var found: Int?
        forEachMember { index in
            guard has(name, index, in: text) else { return true }
            found = index
            return false
        }
        return found
    }

    /// Calls `body` with the index of each member, until it returns false.
    public borrowing func forEachMember(_ body: (Int) -> Bool) {
        let tuple = tupleOfMembers
        // SAFETY: members are nodes of the tree, one behind the other.
        var index = tuple &+ 1
        let end = unsafe tuple &+ nodes[tuple].nodeCount
        while index < end {
            guard body(index) else { return }
            unsafe index = index &+ nodes[index].nodeCount
        }
    }

    /// The first member of which a part cannot be read; nil if all can.
    public var firstUnreadableMember: Int? {
        var found: Int?
        forEachMember { index in
            for part in index..<(index &+ self[index].nodeCount) {
                let node = self[part]
                if node.form == .leaf && node.kind == nil { found = index }
            }
            return found == nil
        }
        return found
    }

    /// Whether any member has a name.
    public var hasNames: Bool {
        var hasNames = false
        forEachMember { index in
            unsafe hasNames = nodes[index].nameByteCount >= 0
            return !hasNames
        }
        return hasNames
    }

    /// The tuple whose members have the names: that of the only `T{}`, or of all that stands outside.
    private var tupleOfMembers: Int {
        // SAFETY: the first two nodes, of which the second is there if the first has another one in it.
        let whole = unsafe nodes[0]
        guard whole.nodeCount > 1 else { return 0 }
        let first = unsafe nodes[1]
        let isAlone =
            first.form == .tuple && first.nameByteCount < 0 && first.nodeCount &+ 1 == whole.nodeCount
            && first.byteCount == whole.byteCount
        return isAlone ? 1 : 0
    }

    static func slotCount(forMemberCount count: Int) -> Int {
        // Few members are looked at one by one as soon.
        guard count > 8 else { return 0 }
        var slots = 32
        while slots / 2 < count { slots = slots &* 2 }
        return slots
    }

    private var slots: UnsafeMutablePointer<Int> {
        // SAFETY: the block has `slotCount` words there.
        unsafe (UnsafeMutableRawPointer(block) + header.slotOffset).assumingMemoryBound(to: Int.self)
    }

    /// Enters all members into the slots.
    func indexNames(in text: Span<UInt8>) {
        let slotCount = unsafe header.slotCount
        let slots = unsafe self.slots
        // SAFETY: at most half of the slots are taken.
        unsafe slots.initialize(repeating: -1, count: slotCount)
        forEachMember { index in
            guard let name = self.name(of: index, in: text) else { return true }
            var slot = hash(name) & (slotCount &- 1)
            while unsafe slots[slot] >= 0 {
                // The first of one name is the one that is found.
                if unsafe has(name, slots[slot], in: text) { return true }
                slot = (slot &+ 1) & (slotCount &- 1)
            }
            unsafe slots[slot] = index
            return true
        }
    }

    /// The name of a node; nil if it has none.
    ///
    /// - Parameter text: The text that the tree was compiled from.
    @_lifetime(copy text)
    public borrowing func name(of index: Int, in text: Span<UInt8>) -> Span<UInt8>? {
        let node = self[index]
        guard node.nameByteCount >= 0 else { return nil }
        return text.extracting(node.nameOffset..<(node.nameOffset &+ node.nameByteCount))
    }

    private func has(_ name: Span<UInt8>, _ index: Int, in text: Span<UInt8>) -> Bool {
        guard let own = self.name(of: index, in: text), own.count == name.count else { return false }
        for offset in name.indices where own[offset] != name[offset] { return false }
        return true
    }
}

/// FNV-1a: good enough for names that nobody chooses against it; who does waits as long as without an index.
private func hash(_ name: Span<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in name.indices {
        hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01B3
    }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
}
