// The grant decision, over every request and every set of traits: 1024 × 128.
//
// The flags are tried bit by bit, so that combinations which no flag has are among them. The rules are written out here a second time, one sentence each, as the consumers' and exporters' duties of the protocol have
// them; the decision must refuse exactly if one of them says so, and for a reason that holds.

import SwiftBufCore

/// States the facts about ``Grant/decide(_:of:)``.
public func grantTables(_ check: inout Check) {
    for flags in CInt(0)..<1024 {
        for traitBits in 0..<UInt32(128) {
            let request = Request(rawValue: flags)
            let traits = Traits(rawValue: traitBits)
            let admission = Admission(traits)
            let row = Int(flags) << 8 | Int(traitBits)
            switch Grant.decide(request, of: traits) {
            case .granted:
                for index in allRefusals.indices {
                    check.that(!holds(allRefusals[index], request, traits), "nothing is granted that a rule refuses", row)
                }
            case .refused(let refusal):
                check.that(holds(refusal, request, traits), "what is refused is refused for a reason that holds", row)
                check.that(!admission.admits(request), "nothing is admitted that is refused", row)
            }
        }
    }
    for bit in 0..<32 {
        for flags in [CInt(bitPattern: 1 << UInt32(bit)), ~CInt(bitPattern: 1 << UInt32(bit)), -1, .min, .max, 0] {
            check.that(
                !Admission([.released, .cContiguous]).admits(Request(rawValue: flags)),
                "released memory admits nothing, whatever bits are set", bit)
        }
    }
    check.that(
        Grant.decide([.cContiguous, .fContiguous], of: .cContiguous) == .refused(.notFContiguous),
        "both contiguities asked for means that both must hold")
    check.that(
        Grant.decide([.format], of: [.cContiguous, .formatIsBytes]) == .granted,
        "a format without a shape is granted for bytes")
    for flags in usualRequests.indices {
        check.that(
            Admission([.cContiguous, .fContiguous]).admits(usualRequests[flags]),
            "packed memory admits every usual request without a second look", flags)
    }
    check.that(
        Grant.decide([], of: [.cContiguous, .fContiguous]) == .granted, "a simple request of packed items is granted")
}

/// What memoryview, NumPy, `bytes` and the kinds of argument parsing ask for.
private let usualRequests: InlineArray<6, Request> = [
    [], .writable, .shape, [.strides, .format], [.indirect, .format], [.cContiguous, .format, .writable],
]

private let allRefusals: InlineArray<8, Refusal> = [
    .released, .readonly, .notCContiguous, .notFContiguous, .notContiguous, .needsSuboffsets, .needsStrides,
    .formatWithoutShape,
]

/// Whether a rule refuses this request, read literally from the bits.
private func holds(_ refusal: Refusal, _ request: Request, _ traits: Traits) -> Bool {
    let c = traits.rawValue & 2 != 0
    let f = traits.rawValue & 4 != 0
    switch refusal {
    case .released: return traits.rawValue & 16 != 0
    case .readonly: return asks(request, 0x1) && traits.rawValue & 1 == 1
    case .notCContiguous: return asks(request, 0x38) && !c
    case .notFContiguous: return asks(request, 0x58) && !f
    case .notContiguous: return asks(request, 0x98) && !(c || f)
    case .needsSuboffsets: return traits.rawValue & 32 != 0 && !asks(request, 0x118)
    case .needsStrides: return !asks(request, 0x18) && !c
    case .formatWithoutShape: return asks(request, 0x4) && !asks(request, 0x8) && traits.rawValue & 8 == 0
    }
}

/// Whether all bits of a flag are set, by the numbers of PEP 3118.
private func asks(_ request: Request, _ flag: CInt) -> Bool {
    request.rawValue & flag == flag
}
