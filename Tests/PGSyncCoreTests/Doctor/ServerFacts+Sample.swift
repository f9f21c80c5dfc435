import PGSyncCore

extension ServerFacts {
    /// A server about which there is nothing to say.
    static let sound = ServerFacts(
        server: .known(
            Server(version: 150_018, encoding: "UTF8", isStandby: false, isReadOnly: false, database: "shop")
        ),
        schema: .known(.upToDate(migrations: 2)),
        capture: .known(
            Capture(
                sourceCount: 1,
                findings: [],
                growth: [],
                usesDoorbell: true,
                pollInterval: .seconds(5)
            )
        ),
        rules: .known(Rules(inForce: 1, findings: [])),
        posting: .known(Posting()),
        ledger: .known(Ledger(missing: [])),
        roles: .known(
            Roles(
                user: "worker_1",
                isSuperuser: false,
                existing: ["pgsync_reader": false, "pgsync_worker": true],
                expected: ["pgsync_reader", "pgsync_worker"]
            )
        ),
        grants: .known(Grants(publicCreatesInPublic: false, schemasOpenToPublic: [])),
        settings: .known(.sound),
        standbys: .known([]),
        connection: .known(Connection(isLocal: true, encryption: nil, isPooled: false)),
        occupancy: .known(Occupancy(used: 5)),
        foreignLocks: .known([]),
        heldSnapshots: .known([]),
        preparedTransactions: .known([]),
        replicationSlots: .known([]),
        notificationQueueUsage: .known(0),
        clock: .known(Clock(ahead: .microseconds(80), uncertainty: .microseconds(200)))
    )

    /// The sound server with something changed.
    static func sound(_ change: (inout ServerFacts) -> Void) -> ServerFacts {
        var facts = sound
        change(&facts)
        return facts
    }

    /// The sound server with another value of a setting.
    static func sound(_ setting: String, _ value: String, source: String = "default") -> ServerFacts {
        sound { facts in
            facts.settings = .known(.sound(setting, value, source: source))
        }
    }
}

extension ServerFacts.Settings {
    static let sound = sound()

    static func sound(_ name: String? = nil, _ value: String = "", source: String = "default") -> Self {
        var entries = [
            "DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "TimeZone": "UTC", "autovacuum": "on",
            "data_checksums": "on", "fsync": "on", "full_page_writes": "on",
            "idle_in_transaction_session_timeout": "0", "max_connections": "100", "statement_timeout": "0",
            "superuser_reserved_connections": "3", "synchronous_commit": "on",
            "synchronous_standby_names": "", "track_counts": "on", "wal_level": "replica",
        ].mapValues { Entry($0) }
        if let name { entries[name] = Entry(value, source: source) }
        return Self(entries)
    }
}
