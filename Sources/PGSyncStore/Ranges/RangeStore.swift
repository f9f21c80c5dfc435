package import PGSyncCore
package import Postgres

/// The ranges of ids that the log and the audit log are kept in: made ahead, dropped behind.
package struct RangeStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    package func list() throws -> [IDRange] {
        try session.query("select * from pgsync.list_ranges()").map(IDRange.init)
    }

    /// What is wrong with them; empty when all is well.
    package func findings() throws -> [RangeFinding] {
        try session.query("select * from pgsync.inspect_ranges()").map { row in
            RangeFinding(
                kind: try row.decode("finding"),
                severity: Severity(rawValue: try row.decode("severity")) ?? .problem,
                found: try row.decode("found"),
                remedy: try row.decode("remedy")
            )
        }
    }

    /// Makes those that will be needed next; returns how many.
    package func make() throws -> Int {
        try session.query("select pgsync.make_ranges()").onlyRow().decode(0)
    }

    /// What the leader does in each round: moves bounds that came near, makes ranges, and takes the next step of
    /// emptying each open end that has rows, as transactions of their own.
    ///
    /// Reading a large table takes a while, so that is left to `pgsync migrate`; what it has begun and read is finished
    /// here. Whatever is in the way of one step, the others are taken.
    ///
    /// - Parameter onlyBounds: Cuts nothing, so that it waits for nothing.
    /// - Throws: The first `PostgresError`, such as when a view of another role is in the way.
    package func keep(onlyBounds: Bool = false) throws {
        var failure: PostgresError?
        func attempt(_ step: () throws -> Void) throws {
            do {
                try session.isInTransaction ? session.savepoint(step) : step()
            } catch let error as PostgresError where !error.isConnectionLost {
                failure = failure ?? error
            }
        }
        let tables = ["sync_logs", "sync_audit_log"]
        for table in tables { try attempt { try cut(table, onlyBound: true) } }
        try attempt { _ = try make() }
        if !onlyBounds {
            for table in tables { try attempt { try cut(table, onlyBound: false) } }
        }
        if let failure { throw failure }
    }

    private func cut(_ table: String, onlyBound: Bool) throws {
        try session.execute(
            """
            select pgsync.cut_step(\(table))
            from pgsync.open_end(\(table)) as last
            cross join lateral pgsync.cut_bound(\(table)) as own
            inner join pg_class as relation on relation.oid = last.part
            where own.is_near or not \(onlyBound)::boolean and (
                own.is_checked
                or not last.is_separate and relation.reltuples < 5000000
                or exists (
                    select from pgsync.inspect_ranges() as inspected
                    where inspected.finding = 'open_end_used'
                        and inspected.found like '%pgsync.' || \(table)::text || ' %'
                )
            )
            """
        )
    }

    /// Takes the next step of dropping ranges that are old enough; to be the only one of its transaction.
    package func drop() throws -> DropStep {
        let user: String = try session.query("select current_user::text").onlyRow().decode(0)
        let row: Row
        do {
            row = try session.query("select * from pgsync.drop_range_step()").onlyRow()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(user)
        }
        return DropStep(
            state: DropStep.State(rawValue: try row.decode("state")) ?? .busy,
            range: try row.decode("range_name"),
            bytes: try row.decode("bytes"),
            hasMore: try row.decode("has_more")
        )
    }
}

/// A range of ids.
package struct IDRange: Sendable, Equatable {
    package enum State: String, Sendable {
        case kept, freezing, frozen, dropped
    }

    /// Whose: `sync_logs` or `sync_audit_log`.
    package let table: String
    package let name: String
    package let from: Int64
    package let until: Int64
    package let state: State
    /// Why it cannot be dropped yet; nil if it can, or was.
    package let obstacle: String?
    package let rows: Int64
    package let bytes: Int64
    package let madeAt: Timestamp
    package let droppedAt: Timestamp?
    package let droppedBy: String?

    package var canGo: Bool { state != .dropped && obstacle == nil }

    init(_ row: Row) throws {
        table = try row.decode("table_name")
        name = try row.decode("range_name")
        from = try row.decode("from_id")
        until = try row.decode("until_id")
        state = State(rawValue: try row.decode("state")) ?? .kept
        obstacle = try row.decode("obstacle")
        rows = try row.decode("row_count", as: Int64?.self) ?? 0
        bytes = try row.decode("bytes", as: Int64?.self) ?? 0
        madeAt = try row.decode("made_at")
        droppedAt = try row.decode("dropped_at")
        droppedBy = try row.decode("dropped_by")
    }
}

/// What a step of dropping ranges did.
package struct DropStep: Sendable, Equatable {
    package enum State: String, Sendable {
        /// Counted a part of a range, or all of it.
        case freezing, frozen
        case dropped
        /// Others hold locks; to be tried again later.
        case busy
        /// Nothing is old enough.
        case done
    }

    package let state: State
    package let range: String?
    package let bytes: Int64?
    /// Whether the next step can follow at once.
    package let hasMore: Bool
}
