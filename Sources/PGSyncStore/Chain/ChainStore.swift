package import Days
package import Postgres

/// How far the chain reaches, how far it was verified, and where it is anchored.
package struct ChainState: Sendable, Equatable {
    /// unknown, verified, broken or unanchored.
    package let state: String
    package let system: Int64
    package let database: String
    package let seq: Int64
    package let head: String?
    package let rows: Int64
    package let extendedAt: Timestamp?
    package let lagSeconds: Double?
    package let hasMore: Bool
    package let verification: Int64?
    package let verifiedAt: Timestamp?
    package let verifiedSeq: Int64?
    package let links: Int64?
    package let rowsChecked: Int64?
    package let findings: Int64?
    package let anchors: [Anchor]

    /// The newest anchor of a destination, as the database remembers it.
    package struct Anchor: Sendable, Equatable {
        package let kind: String
        package let destination: String
        package let seq: Int64
        package let head: String
        package let anchoredAt: Timestamp
        package let seconds: Double

        init?(_ row: Row) throws {
            guard let kind = try row.decode("anchor_kind", as: String?.self) else { return nil }
            self.kind = kind
            destination = try row.decode("anchor_destination")
            seq = try row.decode("anchor_seq")
            anchoredAt = try row.decode("anchored_at")
            seconds = try row.decode("anchor_seconds")
            head = try row.decode("anchor_head")
        }
    }

    init(_ row: Row, anchors: [Anchor]) throws {
        state = try row.decode("state")
        system = try row.decode("system_identifier")
        database = try row.decode("database")
        seq = try row.decode("seq")
        head = try row.decode("head")
        rows = try row.decode("row_count")
        extendedAt = try row.decode("extended_at")
        lagSeconds = try row.decode("lag_seconds")
        hasMore = try row.decode("has_more")
        verification = try row.decode("verification")
        verifiedAt = try row.decode("verified_at")
        verifiedSeq = try row.decode("verified_seq")
        links = try row.decode("links")
        rowsChecked = try row.decode("rows_checked")
        findings = try row.decode("findings")
        self.anchors = anchors
    }
}

/// A verification of the chain.
package struct ChainVerification: Sendable, Equatable {
    package let id: Int64
    /// running, verified, broken or unanchored.
    package let state: String
    package let fromSeq: Int64
    package let toSeq: Int64
    package let head: String?
    package let nextSeq: Int64
    package let links: Int64
    package let rowsChecked: Int64
    package let rowsWaiting: Int64
    package let rowsDropped: Int64
    package let findingCount: Int64
    package let anchors: [Used]
    package let finishedAt: Timestamp?

    /// An anchor that was compared.
    package struct Used: Sendable, Equatable {
        package let anchor: String
        package let lines: Int64
        /// What its newest line says.
        package let seq: Int64
        package let anchoredAt: Timestamp

        init(_ row: Row) throws {
            anchor = try row.decode("anchor")
            lines = try row.decode("lines")
            seq = try row.decode("seq")
            anchoredAt = try row.decode("anchored_at")
        }
    }

    init(_ row: Row, anchors: [Used]) throws {
        id = try row.decode("id")
        state = try row.decode("state")
        fromSeq = try row.decode("from_seq")
        toSeq = try row.decode("to_seq")
        head = try row.decode("head_text")
        nextSeq = try row.decode("next_seq")
        links = try row.decode("links")
        rowsChecked = try row.decode("rows_checked")
        rowsWaiting = try row.decode("rows_waiting")
        rowsDropped = try row.decode("rows_dropped")
        findingCount = try row.decode("findings")
        finishedAt = try row.decode("finished_at")
        self.anchors = anchors
    }
}

/// What a verification found wrong.
package struct ChainFinding: Sendable, Equatable {
    package let finding: String
    package let seq: Int64?
    package let kind: String?
    package let key: String?
    package let found: String

    init(_ row: Row) throws {
        finding = try row.decode("finding")
        seq = try row.decode("seq")
        kind = try row.decode("kind")
        key = try row.decode("key")
        found = try row.decode("found")
    }
}

/// The chain over the audit log and the journal: `pgsync.audit_chain`.
package struct ChainStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Chains about so many rows; returns how many, and whether there are more.
    package func extend(limit: Int) throws -> (rows: Int, hasMore: Bool) {
        let row = try session.query(
            "select rows_chained, has_more from pgsync.extend_chain(\(limit)::integer)"
        ).onlyRow()
        return (try row.decode("rows_chained"), try row.decode("has_more"))
    }

    package func state() throws -> ChainState {
        let rows = try session.query(
            """
            select
                state.state, state.system_identifier, state.database, state.seq, encode(state.head, 'hex') as head,
                state.row_count, state.extended_at, state.lag_seconds, state.has_more, state.verification,
                state.verified_at, state.verified_seq, state.links, state.rows_checked, state.findings,
                own.anchor ->> 'kind' as anchor_kind, own.anchor ->> 'destination' as anchor_destination,
                (own.anchor ->> 'seq')::bigint as anchor_seq, own.anchor ->> 'head' as anchor_head,
                (own.anchor ->> 'anchored_at')::timestamptz as anchored_at,
                (own.anchor ->> 'seconds')::double precision as anchor_seconds
            from pgsync.chain_state as state
            left join lateral jsonb_array_elements(state.anchors) as own (anchor) on true
            """
        )
        guard let first = rows.first else { throw PostgresError(.unexpectedResult, "the chain has no state") }
        return try ChainState(first, anchors: rows.compactMap(ChainState.Anchor.init))
    }

    /// What to write to an anchor now; nil if nothing is chained.
    package func anchorLine() throws -> AnchorLine? {
        let row = try session.query(
            """
            select
                system_identifier, database, seq, encode(head, 'hex') as head, row_count, clock_timestamp() as at
            from pgsync.chain_state
            """
        ).onlyRow()
        guard let head = try row.decode("head", as: String?.self) else { return nil }
        return AnchorLine(
            seq: try row.decode("seq"),
            head: head,
            rows: try row.decode("row_count"),
            at: try row.decode("at"),
            system: try row.decode("system_identifier"),
            database: try row.decode("database")
        )
    }

    /// The head that a block has; nil if there is no such block.
    package func head(of seq: Int64) throws -> String? {
        try session.query("select encode(head, 'hex') from pgsync.audit_chain where seq = \(seq)")
            .first?.decode(0)
    }

    package func addAnchor(kind: String, destination: String, _ line: AnchorLine) throws {
        try session.execute(
            """
            select pgsync.add_anchor(\(kind), \(destination), \(line.seq), decode(\(line.head), 'hex'))
            """
        )
    }

    // MARK: Verification

    /// Begins a verification of the whole chain, or of what was chained since a day.
    package func beginVerification(since: Day?) throws -> ChainVerification {
        let id: Int64 = try session.query(
            "select pgsync.verify_chain(\(since?.description)::text::timestamp at time zone 'UTC')"
        ).onlyRow().decode(0)
        return try verification(id)
    }

    /// The next step; returns whether it was the last.
    package func verifyStep(_ id: Int64) throws -> Bool {
        try session.query("select is_done from pgsync.verify_chain_step(\(id))").onlyRow().decode(0)
    }

    /// Compares those lines of an anchor that are of this database with the chain; returns how many these are.
    package func compare(_ id: Int64, anchor: String, _ lines: [AnchorLine]) throws -> Int64 {
        try session.query(
            """
            select pgsync.compare_anchors(
                \(id), \(anchor), \(lines.map(\.seq)), \(lines.map(\.head)), \(lines.map(\.at))::text[]::timestamptz[],
                \(lines.map(\.system)), \(lines.map(\.database))
            )
            """
        ).onlyRow().decode(0)
    }

    package func endVerification(_ id: Int64) throws -> ChainVerification {
        try session.execute("select pgsync.end_verification(\(id))")
        return try verification(id)
    }

    package func verification(_ id: Int64) throws -> ChainVerification {
        let row = try session.query(
            "select *, encode(head, 'hex') as head_text from pgsync.chain_verifications where id = \(id)"
        ).onlyRow()
        let anchors = try session.query(
            """
            select
                used.anchor ->> 'anchor' as anchor, (used.anchor ->> 'lines')::bigint as lines,
                (used.anchor ->> 'seq')::bigint as seq, (used.anchor ->> 'anchored_at')::timestamptz as anchored_at
            from pgsync.chain_verifications as own
            cross join jsonb_array_elements(own.anchors) as used (anchor)
            where own.id = \(id)
            """
        ).map(ChainVerification.Used.init)
        return try ChainVerification(row, anchors: anchors)
    }

    package func findings(of id: Int64, limit: Int) throws -> [ChainFinding] {
        try session.query(
            """
            select finding, seq, kind, key, found from pgsync.chain_findings where verification = \(id)
            order by id limit \(limit)
            """
        ).map(ChainFinding.init)
    }
}
