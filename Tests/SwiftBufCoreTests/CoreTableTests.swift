// The core's tables, run by Swift Testing in the ordinary mode. The same tables run in Embedded mode as `swiftbuf-core-check`.

import SwiftBufCoreTables
import Testing

@Suite struct CoreTableTests {
    @Test(
        "every row of the core's tables holds",
        arguments: [
            Table(name: "format", rows: formatTables),
            Table(name: "format record", rows: formatRecordTables),
            Table(name: "format pair", rows: formatPairTables),
            Table(name: "format field", rows: formatFieldTables),
            Table(name: "format same items", rows: formatSameItemsTables),
            Table(name: "layout", rows: layoutTables),
            Table(name: "grant", rows: grantTables),
            Table(name: "bulk", rows: bulkTables),
            Table(name: "half precision", rows: halfPrecisionTables),
            Table(name: "long double", rows: longDoubleTables),
        ])
    func tableHolds(_ table: Table) {
        expectToHold(table.rows)
    }

    // These two count the bytes and the open files of the whole process, and other tests have some at the same time.
    @Test("every row of the storage table holds, in a process of its own")
    func storageTableHolds() async {
        await #expect(processExitsWith: .success) { expectToHold(storageTables) }
    }

    @Test("every row of the mapping table holds, in a process of its own")
    func mappingTableHolds() async {
        await #expect(processExitsWith: .success) { expectToHold(mappingTables) }
    }
}

/// Expects every fact of a table to hold, and the table to have some.
private func expectToHold(_ table: (inout Check) -> Void) {
    var check = Check()
    table(&check)
    // The text too: of an issue in a process of its own, nothing else arrives.
    #expect(check.failures == [], "\(check.failures)")
    #expect(check.passed > 0)
}

/// A table with its name.
struct Table: CustomTestStringConvertible {
    let name: String
    let rows: @Sendable (inout Check) -> Void

    var testDescription: String { name }
}
