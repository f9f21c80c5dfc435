import Postgres

/// Two databases of the same server with PostgreSQL's own logical replication between them.
struct NativeReplication: Sendable {
    let publisher: SyncSide
    let subscriber: SyncSide

    /// Unlike a subscription, it is of the whole server.
    private var slot: String { subscriber.options["dbname"] ?? "pgsync_bench" }

    /// nil where the server does not write what it needs into its log.
    static func with<Result: Sendable>(
        on server: ConnectionOptions,
        _ body: (NativeReplication?) async throws -> Result
    ) async throws -> Result {
        let isPossible: Bool = try await PostgresConnection.withConnection(to: server) { connection in
            try await connection.withSession {
                try $0.query(
                    """
                    select current_setting('wal_level') = 'logical' and current_setting('is_superuser')::boolean
                    """
                ).onlyRow().decode(0)
            }
        }
        guard isPossible else { return try await body(nil) }
        return try await BenchDatabase.with(on: server) { source, _ in
            try await BenchDatabase.with(on: server) { target, administrator in
                let native = NativeReplication(
                    publisher: SyncSide(name: "publisher", program: "", options: source),
                    subscriber: SyncSide(name: "subscriber", program: "", options: target)
                )
                try await native.prepare()
                let result: Swift.Result<Result, any Error>
                do { result = .success(try await body(native)) } catch { result = .failure(error) }
                // No database goes while it is replicated.
                try await Task.detached {
                    for statement in [
                        "alter subscription pgsync_bench disable",
                        "alter subscription pgsync_bench set (slot_name = none)",
                        "drop subscription pgsync_bench",
                    ] {
                        try await native.subscriber.write(SyncSQL.plain(statement))
                    }
                    try await native.dropSlot()
                }.value
                return try result.get()
            }
        }
    }

    private func prepare() async throws {
        for side in [publisher, subscriber] {
            try await PostgresConnection.withConnection(to: side.options) { connection in
                try await connection.withSession { _ = try $0.runScript(SyncSQL.tables) }
            }
        }
        try await publisher.write(SyncSQL.plain("create publication pgsync_bench for table \(SyncSQL.items)"))
        // From the same server, a subscription would wait for itself if it made the slot.
        try await publisher.write("select pg_create_logical_replication_slot(\(slot), 'pgoutput')")
        let source = publisher.options.settings.filter {
            ["host", "port", "user", "dbname", "password", "passfile"].contains($0.key)
        }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        try await subscriber.write(
            SyncSQL.plain(
                """
                create subscription pgsync_bench connection '\(source)' publication pgsync_bench
                with (create_slot = false, slot_name = '\(slot)', copy_data = false, enabled = false)
                """
            )
        )
    }

    func enable(_ isEnabled: Bool) async throws {
        try await subscriber.write(
            SyncSQL.plain("alter subscription pgsync_bench \(isEnabled ? "enable" : "disable")")
        )
        if !isEnabled { try await waitUntilReleased() }
    }

    private func dropSlot() async throws {
        try await waitUntilReleased()
        try await publisher.write("select pg_drop_replication_slot(\(slot))")
    }

    private func waitUntilReleased() async throws {
        try await publisher.wait(for: "the end of replication") { [slot] session in
            try session.query(
                "select active from pg_replication_slots where slot_name = \(slot)"
            ).onlyRow().decode(0, as: Bool.self) == false
        }
    }
}

extension SyncSide {
    /// Looks again and again until something is so.
    func wait(
        for what: String,
        every pause: Duration = .milliseconds(2),
        atMost limit: Duration = .seconds(60),
        until isSo: @Sendable (Session) throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        try await PostgresConnection.withConnection(to: options) { connection in
            while try await !connection.withSession({ try isSo($0) }) {
                guard .now < deadline else { throw SyncBenchmark.Failure.tooLate(what) }
                try await ContinuousClock().sleep(for: pause)
            }
        }
    }
}
