package import JSON
package import Postgres

/// Something that a verification found to be different from what it should be.
package struct Difference: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case open, investigating, healed, accepted, gone
    }

    package let id: Int64
    package let kind: String
    package let state: State
    package let table: String?
    package let record: String?
    package let entry: Int64?
    package let change: Int64?
    package let found: String
    package let remedy: String?
    /// The lines that the rules make of the row, and those that are posted.
    package let expected: JSONValue
    package let posted: JSONValue
    /// The amount at stake, in its currency.
    package let amount: String?
    package let currency: String?
    package let firstJob: Int64
    package let lastJob: Int64
    package let seen: Int
    package let firstSeenAt: Timestamp
    package let lastSeenAt: Timestamp
    package let stateSince: Timestamp
    package let stateBy: String
    package let reason: String?

    init(_ row: Row) throws {
        func json(_ column: String) throws -> JSONValue {
            try row.decode(column, as: JSONText?.self).map { try JSONValue(parsing: $0.text) } ?? .null
        }
        id = try row.decode("id")
        kind = try row.decode("kind")
        state = State(rawValue: try row.decode("state")) ?? .open
        table = try row.decode("table_name")
        record = try row.decode("record_id")
        entry = try row.decode("entry_id")
        change = try row.decode("change_id")
        found = try row.decode("found")
        remedy = try row.decode("remedy")
        expected = try json("expected")
        posted = try json("posted")
        amount = try row.decode("amount_text")
        currency = try row.decode("currency")
        firstJob = try row.decode("first_job")
        lastJob = try row.decode("last_job")
        seen = try row.decode("seen")
        firstSeenAt = try row.decode("first_seen_at")
        lastSeenAt = try row.decode("last_seen_at")
        stateSince = try row.decode("state_since")
        stateBy = try row.decode("state_by")
        reason = try row.decode("reason")
    }
}

/// What a verification found, in numbers.
package struct FoundDifferences: Sendable, Equatable {
    package let counts: [Difference.State: Int]
    /// Whether a table could not be read.
    package let isPartial: Bool
    /// Whether it stopped recording, so that there may be more.
    package let isCapped: Bool

    /// Those that need somebody.
    package var left: Int { (counts[.open] ?? 0) + (counts[.investigating] ?? 0) }
}

/// What became of one healing that was to be undone.
package struct UndoneHeal: Sendable, Equatable {
    package let table: String
    package let record: String
    package let change: Int64
    package let isUndone: Bool
    package let reason: String
}

/// What verifications found, and what people decide about it.
package struct DifferenceStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Those that match, the newest first; without a state, those that need somebody.
    package func list(
        states: [Difference.State] = [.open, .investigating],
        table: TableReference? = nil,
        kind: String? = nil,
        job: Int64? = nil,
        limit: Int
    ) throws -> [Difference] {
        try session.query(
            Query(
                Self.differences + """
                    where known.state = any($1)
                        and ($2::oid is null or known.source_table = $2)
                        and ($3::text is null or known.kind = $3)
                        and ($4::bigint is null or known.last_job = $4)
                    order by known.id desc
                    limit $5
                    """,
                [states.map(\.rawValue), table?.id, kind, job, limit]
            )
        ).map(Difference.init)
    }

    /// How many of each state a verification found, whether it could not read a table, and how many records differ in
    /// all, recorded or not.
    package func totals(of job: Int64) throws -> FoundDifferences {
        let counts = try session.query(
            """
            select known.state, count(*) as number
            from pgsync.sync_differences as known
            where known.last_job = \(job)
            group by known.state
            """
        ).map { row in
            (
                Difference.State(rawValue: try row.decode("state")) ?? .open,
                try row.decode("number", as: Int.self)
            )
        }
        let row = try session.query(
            """
            select
                exists (
                    select
                    from pgsync.sync_differences as known
                    where known.last_job = \(job) and known.kind = 'unreadable' and known.state in ('open', 'investigating')
                ) as is_partial,
                (
                    select run.named >= pgsync.configuration_integer('verify_named_differences')
                    from pgsync.verify_runs as run
                    where run.job = \(job)
                ) as is_capped
            """
        ).onlyRow()
        return FoundDifferences(
            counts: Dictionary(uniqueKeysWithValues: counts),
            isPartial: try row.decode("is_partial"),
            isCapped: try row.decode("is_capped")
        )
    }

    package func difference(_ id: Int64) throws -> Difference {
        let found = try session.query(Query(Self.differences + "where known.id = $1", [id]))
        guard let row = found.first else { throw StoreError.noSuchDifference(id) }
        return try Difference(row)
    }

    package func mark(_ id: Int64, _ state: Difference.State, reason: String?) throws -> Difference {
        _ = try permitted {
            try session.execute("select pgsync.mark_difference(\(id), \(state.rawValue), \(reason))")
        }
        return try difference(id)
    }

    /// Undoes what a verification healed, where nothing has changed since.
    package func undo(_ job: Int64) throws -> [UndoneHeal] {
        try permitted {
            try session.query(
                """
                select
                    pgsync.qualified_name(heal.source_table) as table_name, heal.record_id, heal.change_id, heal.undone,
                    heal.reason
                from pgsync.undo_heals(\(job)) as heal
                """
            ).map { row in
                UndoneHeal(
                    table: try row.decode("table_name"),
                    record: try row.decode("record_id"),
                    change: try row.decode("change_id"),
                    isUndone: try row.decode("undone"),
                    reason: try row.decode("reason")
                )
            }
        }
    }

    private func permitted<Result>(_ body: () throws -> Result) throws -> Result {
        let user: String = try session.query("select current_user::text").onlyRow().decode(0)
        do {
            return try body()
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(user)
        } catch let error as PostgresError
            where error.kind == .server && error.sqlState?.conditionClass == "P0"
        {
            throw StoreError.refused(error)
        } catch let error as PostgresError where error.isRefusal {
            throw StoreError.refused(error)
        }
    }

    private static let differences = """
        select
            known.*,
            pgsync.qualified_name(known.source_table) as table_name,
            ledger.amount_text(known.amount, known.currency) as amount_text
        from pgsync.sync_differences as known

        """
}
