import PGSyncCore

extension CheckTests {
    private static func server(_ change: (inout ServerFacts.Server) -> Void) -> ServerFacts {
        var server = ServerFacts.Server(
            version: 150_018,
            encoding: "UTF8",
            isStandby: false,
            isReadOnly: false,
            database: "shop"
        )
        change(&server)
        return .sound { $0.server = .known(server) }
    }

    static let serverCases: [Case] = [
        Case("server.version", .problem, "13.9", server { $0.version = 130_009 }),
        Case("server.version", .warning, "15.1", server { $0.version = 150_001 }),
        Case("server.version", .ok, "18.0", server { $0.version = 180_000 }),
        Case("server.version", .note, "19.0", server { $0.version = 190_000 }),
        Case("server.writable", .problem, "standby", server { $0.isStandby = true }),
        Case("server.writable", .problem, "read-only", server { $0.isReadOnly = true }),
        Case("database.encoding", .problem, "LATIN1", server { $0.encoding = "LATIN1" }),
        Case("schema.version", .problem, "not installed", .sound { $0.schema = .known(.missing) }),
        Case(
            "schema.version",
            .problem,
            "1 step behind",
            .sound { $0.schema = .known(.behind(steps: ["a"])) }
        ),
        Case(
            "schema.version",
            .problem,
            "not as pgsync migrate left it",
            .sound { $0.schema = .known(.upToDate(migrations: 3, deviations: "a right is missing")) }
        ),
        Case(
            "ledger.references",
            .problem,
            "change 7 waits",
            .sound { $0.ledger = .known(.init(missing: [], danglingReferences: ["change 7 waits"])) }
        ),
        Case("schema.version", .note, "newer", .sound { $0.schema = .known(.newer(migrations: ["a"])) }),
        Case(
            "ledger.safeguards",
            .problem,
            "lines_are_checked on ledger.journal_lines",
            .sound {
                $0.ledger = .known(
                    .init(missing: [.init(table: "journal_lines", trigger: "lines_are_checked")])
                )
            }
        ),
        Case("schema.version", .problem, "not usable", .sound { $0.schema = .known(.unusable(reason: "b")) }),
    ]

    private static func roles(isSuperuser: Bool = false, existing: [String: Bool] = [:]) -> ServerFacts {
        .sound {
            $0.roles = .known(
                .init(
                    user: "alice",
                    isSuperuser: isSuperuser,
                    existing: existing,
                    expected: ["pgsync_worker"]
                )
            )
        }
    }

    static let accessCases: [Case] = [
        Case("roles.exist", .note, "missing: pgsync_worker", roles()),
        Case("roles.exist", .ok, "alice can act as none", roles(existing: ["pgsync_worker": false])),
        Case("roles.user", .note, "superuser", roles(isSuperuser: true, existing: ["pgsync_worker": true])),
        Case(
            "access.public_schema",
            .warning,
            "schema public",
            .sound { $0.grants = .known(.init(publicCreatesInPublic: true, schemasOpenToPublic: [])) }
        ),
        Case(
            "access.own_schemas",
            .warning,
            "ledger",
            .sound {
                $0.grants = .known(.init(publicCreatesInPublic: false, schemasOpenToPublic: ["ledger"]))
            }
        ),
        Case("connection.encryption", .warning, "not encrypted", connection(isLocal: false)),
        Case("connection.encryption", .ok, "TLSv1.3", connection(isLocal: false, encryption: "TLSv1.3")),
        Case("connection.pooler", .warning, "pooler", connection(isPooled: true)),
        Case("sessions.foreign_locks", .problem, "of mallory", foreignLock(stopsWork: true)),
        Case("sessions.foreign_locks", .warning, "of mallory", foreignLock(stopsWork: false)),
    ]

    private static func connection(
        isLocal: Bool = true,
        encryption: String? = nil,
        isPooled: Bool = false
    ) -> ServerFacts {
        .sound {
            $0.connection = .known(.init(isLocal: isLocal, encryption: encryption, isPooled: isPooled))
        }
    }

    private static func foreignLock(stopsWork: Bool) -> ServerFacts {
        .sound {
            $0.foreignLocks = .known([
                .init(
                    sentence: "process 7 of mallory holds a lock of pgsync (slots): …",
                    stopsWork: stopsWork,
                    release: "select pg_terminate_backend(7);"
                )
            ])
        }
    }

    private static func replication(_ standbys: [ServerFacts.Standby]) -> ServerFacts {
        var facts = ServerFacts.sound("synchronous_standby_names", "*")
        facts.standbys = .known(standbys)
        return facts
    }

    static let durabilityCases: [Case] = [
        Case("durability.level", .ok, "a crash of this machine's server", .sound),
        Case("durability.level", .problem, "operating-system crash", .sound("fsync", "off")),
        Case(
            "durability.level",
            .warning,
            "for this user",
            .sound("synchronous_commit", "off", source: "user")
        ),
        Case(
            "durability.level",
            .ok,
            "the loss of this machine",
            replication([.init(name: "b", isSynchronous: true)])
        ),
        Case(
            "durability.standbys",
            .ok,
            "synchronous: b",
            replication([.init(name: "b", isSynchronous: true)])
        ),
        Case(
            "durability.standbys",
            .problem,
            "none is",
            replication([.init(name: "b", isSynchronous: false)])
        ),
        Case("durability.full_page_writes", .warning, "off", .sound("full_page_writes", "off")),
        Case("durability.data_checksums", .note, "off", .sound("data_checksums", "off")),
        Case("durability.wal_level", .note, "minimal", .sound("wal_level", "minimal")),
    ]

    static let sessionCases: [Case] = [
        Case("sessions.connections", .ok, "77 of 97", .sound { $0.occupancy = .known(.init(used: 77)) }),
        Case("sessions.connections", .warning, "78 of 97", .sound { $0.occupancy = .known(.init(used: 78)) }),
        Case(
            "sessions.timeouts",
            .note,
            "statement_timeout = 30.0 s (set for this database)",
            .sound("statement_timeout", "30000", source: "database")
        ),
        Case("time.clock", .ok, "agree within ±0.2 ms", .sound),
        Case("time.clock", .ok, "50 ms ahead of", clock(.milliseconds(50))),
        Case("time.clock", .warning, "3.0 s behind", clock(.seconds(-3))),
        Case("time.formats", .ok, "TimeZone UTC", .sound),
    ]

    private static func clock(_ ahead: Duration) -> ServerFacts {
        .sound { $0.clock = .known(.init(ahead: ahead, uncertainty: .milliseconds(1))) }
    }

    private static func holder(_ age: Duration) -> [ServerFacts.Holder] {
        [.init(name: "process 7 of alice", age: age, release: "select pg_terminate_backend(7);")]
    }

    static let upkeepCases: [Case] = [
        Case("upkeep.track_counts", .warning, "off", .sound("track_counts", "off")),
        Case("upkeep.autovacuum", .warning, "off", .sound("autovacuum", "off")),
        Case(
            "upkeep.old_snapshots",
            .ok,
            "299 ms",
            .sound { $0.heldSnapshots = .known(holder(.milliseconds(299))) }
        ),
        Case(
            "upkeep.old_snapshots",
            .warning,
            "5 min, process 7 of alice",
            .sound { $0.heldSnapshots = .known(holder(.seconds(300))) }
        ),
        Case(
            "upkeep.prepared",
            .warning,
            "2 days",
            .sound { $0.preparedTransactions = .known(holder(.seconds(200_000))) }
        ),
        Case(
            "upkeep.slots",
            .warning,
            "replication slot b is not in use, 3 GB of WAL kept",
            .sound {
                $0.replicationSlots = .known([
                    .init(name: "a", isActive: true, retainedBytes: 9 << 30),
                    .init(name: "b", isActive: false, retainedBytes: 3 << 30),
                ])
            }
        ),
        Case("upkeep.notifications", .ok, "10 %", .sound { $0.notificationQueueUsage = .known(0.1) }),
        Case("upkeep.notifications", .warning, "50 %", .sound { $0.notificationQueueUsage = .known(0.5) }),
    ]
}
