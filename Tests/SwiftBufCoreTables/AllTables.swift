// Every table, in the order of the layers.

/// States every fact about the core.
public func allTables(_ check: inout Check) {
    formatTables(&check)
    formatRecordTables(&check)
    formatPairTables(&check)
    formatFieldTables(&check)
    formatSameItemsTables(&check)
    formatSettlementTables(&check)
    layoutTables(&check)
    grantTables(&check)
    storageTables(&check)
    mappingTables(&check)
    bulkTables(&check)
    halfPrecisionTables(&check)
    longDoubleTables(&check)
}
