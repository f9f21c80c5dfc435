package import JSON
package import Postgres

/// A system that calls this one to exchange records.
package struct Node: Sendable, Equatable {
    package let name: String
    package let tables: [String]
    package let rowFilter: String?
    package let status: String
    package let lastSyncedAt: Timestamp?
    package let seenAt: Timestamp?
    package let lastError: String?
    package let retryCount: Int
    package let mustResync: Bool
    package let resyncReason: String?
    package let clockSkew: Duration?
    /// What its requests need at least.
    package let protection: ExchangeProtection
    package let pendingRecords: Int
    package let openConflicts: Int
    package let createdAt: Timestamp
    package let createdBy: String

    init(_ row: Row) throws {
        name = try row.decode("name")
        tables = try row.decode("tables")
        rowFilter = try row.decode("row_filter")
        status = try row.decode("status")
        lastSyncedAt = try row.decode("last_synced_at")
        seenAt = try row.decode("seen_at")
        lastError = try row.decode("last_error")
        retryCount = try row.decode("retry_count")
        mustResync = try row.decode("must_resync")
        resyncReason = try row.decode("resync_reason")
        clockSkew = try row.decode("clock_skew", as: Double?.self).map { .seconds($0) }
        protection = ExchangeProtection(try row.decode("protection"))
        pendingRecords = try row.decode("pending_records")
        openConflicts = try row.decode("open_conflicts")
        createdAt = try row.decode("created_at")
        createdBy = try row.decode("created_by")
    }
}

/// A system that this one calls to exchange records.
package struct Master: Sendable, Equatable {
    package let name: String
    package let baseURL: String
    /// Where else it may be, in the order in which it is tried.
    package let otherURLs: [String]
    package let protection: ExchangeProtection
    package let tables: [String]
    /// The status document.
    package let status: JSONValue
}
