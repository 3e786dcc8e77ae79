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
        var check = Check()
        table.rows(&check)
        #expect(check.failed == 0, "the rows that failed are printed above")
        #expect(check.passed > 0)
    }

    // It counts the bytes of the whole process, and other tests have some at the same time. The mapping table asks besides which
    // descriptors and addresses are free, which other threads take, and a process of tests always has some: swiftbuf-core-check, a process
    // with one thread, runs it (`scripts/test core`).
    @Test("every row of the storage table holds, in a process of its own")
    func storageTableHolds() async {
        await #expect(processExitsWith: .success) {
            var check = Check()
            storageTables(&check)
            precondition(check.failed == 0 && check.passed > 0, "the rows that failed are printed above")
        }
    }
}

/// A table with its name.
struct Table: CustomTestStringConvertible {
    let name: String
    let rows: @Sendable (inout Check) -> Void

    var testDescription: String { name }
}
