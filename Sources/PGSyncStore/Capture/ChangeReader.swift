package import PGSyncCore
package import Postgres

/// Reads the log in the order of commits, without a gap: by ticks, never by ids.
package struct ChangeReader {
    /// A moment to read up to.
    package struct Tick: Sendable, Hashable {
        package let id: Int64

        package init(id: Int64) {
            self.id = id
        }
    }

    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Marks this moment.
    package func tick() throws -> Tick {
        Tick(id: try session.query("select pgsync.tick()").onlyRow().decode(0))
    }

    /// Hands over what committed after one tick (nil: ever) and until another, each change once, by growing id.
    ///
    /// The pages keep memory flat however much there is. It needs an open transaction.
    package func changes(
        after: Tick?,
        until: Tick,
        pageSize: Int = 1_000,
        _ body: ([Change]) throws -> Void
    ) throws {
        try session.execute(
            """
            declare pgsync_changes no scroll cursor for
            select
                id, source_table::bigint as source, record_id, action, data, old_data, origin, slot,
                captured_xid, captured_at, correlation_id, snapshot is not null as is_backfilled,
                source_version
            from pgsync.changes_between(\(after?.id), \(until.id))
            """
        )
        let fetch: String = "fetch \(pageSize) from pgsync_changes"
        while true {
            let page = try session.query(Query(fetch)).map(Change.init)
            guard !page.isEmpty else { break }
            try body(page)
        }
        try session.execute("close pgsync_changes")
    }
}

extension Change {
    init(_ row: Row) throws {
        let name: String = try row.decode("action")
        guard let action = ChangeAction(rawValue: name) else {
            throw PostgresError(.undecodableValue, "column \"action\": \(name) is no action of this pgsync")
        }
        let capturedAt: Timestamp = try row.decode("captured_at")
        self.init(
            id: try row.decode("id"),
            source: try row.decode("source"),
            recordID: try row.decode("record_id"),
            action: action,
            data: try row.decode("data", as: JSONText?.self)?.text,
            oldData: try row.decode("old_data", as: JSONText?.self)?.text,
            origin: try row.decode("origin"),
            slot: try row.decode("slot"),
            transactionID: try row.decode("captured_xid"),
            capturedAt: .microseconds(capturedAt.microsecondsSinceEpoch),
            correlationID: try row.decode("correlation_id"),
            isBackfilled: try row.decode("is_backfilled"),
            sourceVersion: try row.decode("source_version")
        )
    }
}
