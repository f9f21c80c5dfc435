package import Postgres

/// What is wrong, the life of alerts, and the figures of workers.
package struct AlertStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    // MARK: Reading

    /// Those that are not resolved, the worst first, as computed now.
    package func open() throws -> [Alert] {
        try session.query(
            """
            select own.id, own.kind, own.table_name, own.class, own.state, own.severity, own.is_true,
                own.value::double precision, own.threshold::double precision, own.unit, own.words, own.remedy, own.since,
                own.inhibited_by, coalesce(own.seen, 0) as seen, own.first_seen_at, own.last_seen_at, own.raised_at,
                null::timestamptz as resolved_at, own.acknowledged_at, own.acknowledged_by, own.acknowledged_until,
                own.note, own.told_at, own.silence
            from pgsync.alert_states as own
            left join pgsync.alert_kinds() as known on own.kind = known.kind
            order by known.place, own.table_name, own.class
            """
        ).map(Alert.init)
    }

    /// Those that fire, as the last check left them; that is quick.
    package func kept() throws -> [Alert] {
        try session.query(
            Query(
                Self.alerts + """
                    where own.state = 'firing' and own.inhibited_by is null
                    order by own.raised_at
                    limit 100
                    """
            )
        ).map(Alert.init)
    }

    /// Those that were resolved, the latest first.
    package func history(kind: String?, table: TableReference?, limit: Int) throws -> [Alert] {
        try session.query(
            Query(
                Self.alerts + """
                    where own.state = 'resolved'
                        and ($1::text is null or own.kind = $1)
                        and ($2::oid is null or own.source_table = $2)
                    order by own.resolved_at desc, own.id desc
                    limit $3
                    """,
                [kind, table?.id, limit]
            )
        ).map(Alert.init)
    }

    /// The silences that have not ended.
    package func silences() throws -> [AlertSilence] {
        try session.query(
            """
            select own.id, own.kind, coalesce(source.table_name, own.source_table::text) as table_name, own.class,
                own.ends_at, own.reason, own.created_by
            from pgsync.alert_silences as own
            left join pgsync.sources as source on own.source_table = source.source_table
            where own.ends_at > clock_timestamp()
            order by own.ends_at, own.id
            """
        ).map(AlertSilence.init)
    }

    package func lastCheck() throws -> AlertCheck {
        let row = try session.query(
            """
            select checked_at, checked_by,
                extract(epoch from clock_timestamp() - checked_at)::double precision as seconds
            from pgsync.alert_check
            """
        ).onlyRow()
        return AlertCheck(
            checkedAt: try row.decode("checked_at"),
            checkedBy: try row.decode("checked_by"),
            age: try row.decode("seconds", as: Double?.self).map(Duration.seconds)
        )
    }

    /// The kinds of which nothing can be said now, with the reason.
    package func unobserved() throws -> [String] {
        try session.query(
            """
            select fact.kind || ': ' || fact.words
            from pgsync.alert_facts() as fact
            where not fact.is_observed
            order by fact.kind
            """
        ).map { try $0.decode(0) }
    }

    // MARK: Checking

    /// Raises, resolves and tells; returns how many fire.
    package func check(by checker: String? = nil) throws -> [FiringAlerts] {
        try session.query(
            "select kind, severity, alerts from pgsync.check_alerts(checker => \(checker))"
        ).map { row in
            FiringAlerts(
                kind: try row.decode("kind"),
                severity: try row.decode("severity"),
                count: try row.decode("alerts")
            )
        }
    }

    /// Whether this user may check alerts, on a server that takes writes.
    package func mayCheck() throws -> Bool {
        try session.query(
            """
            select not pg_is_in_recovery()
                and has_function_privilege('pgsync.check_alerts(timestamptz, text)', 'execute')
            """
        ).onlyRow().decode(0)
    }

    /// Records the figures of a worker for the last whole minute; false if that was done before.
    @discardableResult
    package func recordHealth(of worker: Int) throws -> Bool {
        try session.query("select pgsync.record_health(\(worker)::integer)").onlyRow().decode(0)
    }

    // MARK: What users decide

    /// Acknowledges an alert for a time, or until it gets worse.
    package func acknowledge(_ id: Int64, for duration: Duration?, note: String?) throws -> Alert {
        let found = Query(
            Self.alerts + "where own.id = $1 and own.state not in ('pending', 'resolved')",
            [id]
        )
        guard try !session.query(found).isEmpty else { throw StoreError.noSuchAlert(id) }
        try session.asOperator {
            try session.execute(
                """
                select pgsync.acknowledge_alert(
                    \(id), clock_timestamp() + make_interval(secs => \(duration?.inSeconds)::double precision), \(note)
                )
                """
            )
        }
        guard let row = try session.query(found).first else {
            throw StoreError.noSuchAlert(id)
        }
        return try Alert(row)
    }

    /// Takes an acknowledgement back.
    package func endAcknowledgement(_ id: Int64) throws -> Alert {
        let found = Query(Self.alerts + "where own.id = $1 and own.state <> 'resolved'", [id])
        guard let row = try session.query(found).first, try Alert(row).acknowledgedBy != nil else {
            throw StoreError.noSuchAlert(id)
        }
        try session.asOperator { try session.execute("select pgsync.end_acknowledgement(\(id))") }
        return try Alert(session.query(found).onlyRow())
    }

    /// Silences what matches, for a time.
    package func silence(
        kind: String?,
        table: TableReference?,
        errorClass: String?,
        for duration: Duration,
        reason: String
    ) throws -> AlertSilence {
        let id: Int64 = try session.asOperator {
            try session.query(
                """
                select pgsync.silence_alerts(
                    clock_timestamp() + make_interval(secs => \(duration.inSeconds)), \(reason), \(kind),
                    \(table?.id)::oid::regclass, \(errorClass)
                )
                """
            ).onlyRow().decode(0)
        }
        guard let silence = try silences().first(where: { $0.id == id }) else {
            throw StoreError.noSuchSilence(id)
        }
        return silence
    }

    /// Ends a silence early.
    package func endSilence(_ id: Int64) throws -> AlertSilence {
        guard let silence = try silences().first(where: { $0.id == id }) else {
            throw StoreError.noSuchSilence(id)
        }
        try session.asOperator { try session.execute("select pgsync.end_silence(\(id))") }
        return silence
    }

    private static let alerts = """
        select own.id, own.kind, own.table_name, own.class, own.state, own.severity,
            own.state <> 'resolved' and own.gone_at is null as is_true, own.value::double precision,
            own.threshold::double precision, own.unit, own.words, own.remedy, own.since, own.inhibited_by, own.seen,
            own.first_seen_at, own.last_seen_at, own.raised_at, own.resolved_at, own.acknowledged_at,
            own.acknowledged_by, own.acknowledged_until, own.note, own.told_at,
            case when own.state = 'silenced' then own.silence end as silence
        from pgsync.sync_alerts as own

        """
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
