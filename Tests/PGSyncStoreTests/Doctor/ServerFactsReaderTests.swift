import PGSyncCluster
import PGSyncCore
import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("ServerFactsReader", .timeLimit(.minutes(10)))
struct ServerFactsReaderTests {
    private func facts(
        expectedRoles: [String] = ["nobody_has_this_role"],
        ahead: Duration = .zero,
        change: @escaping @Sendable (ConnectionOptions) -> ConnectionOptions = { $0 }
    ) async throws -> ServerFacts {
        let options = change(try await options())
        return try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { session in
                let clock = try session.query("select clock_timestamp()").onlyRow().decode(
                    0,
                    as: Timestamp.self
                )
                let start = ContinuousClock.now
                // Our own clock stands as far behind the server's as the test wants.
                let reader = ServerFactsReader(session, expectedRoles: expectedRoles) {
                    .microseconds(clock.microsecondsSinceEpoch) + (ContinuousClock.now - start) - ahead
                }
                return reader.facts(schema: .known(.missing))
            }
        }
    }

    private func options() async throws -> ConnectionOptions {
        try ConnectionOptions(try await SharedCluster.cluster().connectionString(database: "postgres"))
    }

    @Test("reads every part of a server as its superuser")
    func readsAll() async throws {
        let facts = try await facts()
        // There is no schema to read attached tables from.
        let unknown = Check.findings(facts).filter {
            $0.verdict.found.contains("not checked")
                && ![.capture, .ledger, .rules, .posting].contains($0.topic)
        }
        #expect(unknown.isEmpty, "\(unknown)")
        guard case .known(let server) = facts.server, case .known(let settings) = facts.settings,
            case .known(let roles) = facts.roles, case .known(let occupancy) = facts.occupancy
        else {
            Issue.record("\(facts)")
            return
        }
        #expect(server.encoding == "UTF8" && !server.isStandby && server.major >= 14)
        // The test server has it off.
        #expect(settings["fsync"] == "off")
        #expect(roles.isSuperuser && roles.existing.isEmpty)
        #expect(occupancy.used >= 1)
        #expect(facts.connection == .known(.init(isLocal: true, encryption: nil, isPooled: false)))
    }

    @Test("tells where a setting was made")
    func settingOrigin() async throws {
        let facts = try await facts { $0.with("options", "-c statement_timeout=1234") }
        guard case .known(let settings) = facts.settings else {
            Issue.record("\(facts.settings)")
            return
        }
        #expect(settings.number("statement_timeout") == 1_234)
        #expect(settings.origin("statement_timeout") == " (set by this connection)")
    }

    @Test("measures how far the clocks are apart, and how well it knows")
    func clock() async throws {
        let start = ContinuousClock.now
        guard case .known(let clock) = try await facts(ahead: .seconds(60)).clock else {
            Issue.record("no clock")
            return
        }
        // Nor can the test know better than that how far apart they are.
        let duration = ContinuousClock.now - start
        let error = clock.ahead - .seconds(60)
        #expect(max(error, .zero - error) <= clock.uncertainty + duration)
        #expect(clock.uncertainty > .zero && clock.uncertainty < duration)
    }

    @Test("finds the session that holds an old snapshot, and how to end it")
    func heldSnapshot() async throws {
        let holder = try await options().with("application_name", "forgotten window")
        try await PostgresConnection.withConnection(to: holder) { connection in
            let processID = try await connection.withSession { session in
                try session.runScript("begin isolation level repeatable read; select count(*) from pg_class")
                return session.processID
            }
            // Only the oldest are told, and other tests have transactions, too; theirs end.
            var found: ServerFacts.Holder?
            try await eventually {
                guard case .known(let holders) = try await facts().heldSnapshots else { return false }
                found = holders.first { $0.name.contains("forgotten window") }
                return found != nil
            }
            #expect(found?.name.contains("process \(processID) of postgres") == true)
            #expect(found?.release == "select pg_terminate_backend(\(processID));")
        }
    }

    @Test("says of what a user may not see how to allow it")
    func reducedPrivileges() async throws {
        let role = "visitor_\(UInt32.random(in: 0 ... .max))"
        try await run("create role \(role) login")
        let facts = try await facts { $0.with("user", role) }
        try await run("drop role \(role)")
        #expect(
            facts.heldSnapshots
                == .unknown(
                    "Only users with access to statistics can read it.",
                    remedy: "grant pg_monitor to \(role);"
                )
        )
        guard case .known = facts.preparedTransactions, case .known = facts.replicationSlots,
            case .known = facts.settings
        else {
            Issue.record("\(facts)")
            return
        }
    }

    private func run(_ sql: String) async throws {
        try await PostgresConnection.withConnection(to: options()) { connection in
            try await connection.withSession { _ = try $0.runScript(sql) }
        }
    }
}
