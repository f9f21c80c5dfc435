import Concurrency
import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("A run of an import that is killed", .crm, .timeLimit(.minutes(5)))
struct ImportKillTests {
    private static let streams = [ImportBench.merchants(.cursor, ImportBench.changed)]

    /// Runs it again and again until it ends; returns how often it was begun.
    private func finish(_ bench: ImportBench) async throws -> Int {
        for attempt in 1...200 {
            do {
                if try await bench.once()?.state == .completed { return attempt }
            } catch let error as PostgresError where error.isConnectionLost {
                continue
            } catch is CancellationError {
                continue
            }
        }
        Issue.record("it never ended")
        return 0
    }

    /// Whether nothing is lost or doubled, and no more than a page fetched again for each kill.
    private func check(_ bench: ImportBench, kills: Int) async throws {
        #expect(try await bench.differences() == [])
        #expect(try await bench.value("select count(*) from crm.merchants") == "95")
        let run = try await bench.runState()
        #expect(run.counts["added"] == 95 && run.counts["updated"] == 0 && run.counts["failed"] == 0)
        #expect(kills > 0)
        let again = bench.crm.calls.count - Set(bench.crm.calls.map(\.target)).count
        #expect(again <= kills, "\(again) pages were fetched again after \(kills) kills")
    }

    @Test(
        "at each call goes on where it was, whether a page is on its way or was written",
        arguments: [2, 3]
    )
    func sessionKilled(each: Int) async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            bench.crm.inject(.act { _ in try? await bench.killSessions() }, times: nil) {
                $0.number % each == 0
            }
            try await bench.request("initial")
            let attempts = try await finish(bench)
            let kills = bench.crm.count(fault: "act")
            #expect(attempts == kills + 1)
            try await check(bench, kills: kills)
        }
    }

    @Test("by a cancelled task goes on where it was")
    func cancelled() async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            try await bench.request("initial")
            let running = Locked<Task<Bool, any Error>?>(nil)
            bench.crm.inject(.act { _ in running.withLock { $0?.cancel() } }, times: nil) {
                $0.number % 3 == 0
            }
            var attempts = 0
            while true {
                let task = Task { try await bench.once()?.state == .completed }
                running.withLock { $0 = task }
                if case .success(true) = await task.result { break }
                // Some find the session before them still at its end.
                attempts += 1
                try #require(attempts < 500)
            }
            try await check(bench, kills: bench.crm.count(fault: "act"))
        }
    }

    @Test("with the connection to its database lost at any byte loses and doubles nothing")
    func connectionCut() async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            try await bench.request("initial")
            try await bench.database.withProxy { proxy, options in
                var proxied = bench
                proxied.options = options
                var random = SeededGenerator(seed: 7)
                var isDone = false
                for round in 0..<60 where !isDone {
                    try proxy.inject(
                        .cut(
                            after: Int.random(in: 2_000...40_000, using: &random),
                            of: round % 2 == 0 ? .toServer : .toClient,
                            by: round % 3 == 0 ? .closing : .resetting
                        )
                    )
                    do { isDone = try await proxied.once()?.state == .completed } catch let error
                        as PostgresError
                    {
                        #expect(error.isConnectionLost || error.sqlState == .lockNotAvailable, "\(error)")
                        try await eventually {
                            try await bench.value(
                                "select count(*) from pg_locks where locktype = 'advisory' and classid = 1886876535 and database = (select oid from pg_database where datname = current_database())"
                            ) == "0"
                        }
                    }
                }
                let kills = proxy.counters.cuts
                try proxy.inject(.none)
                if !isDone { _ = try await finish(proxied) }
                try await check(bench, kills: kills)
            }
        }
    }

    @Test(
        "after its page was committed, which it does not learn, goes on behind it",
        arguments: [true, false]
    )
    func commitUnknown(isWritten: Bool) async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            try await bench.request("initial")
            try await bench.database.withProxy { proxy, options in
                var proxied = bench
                proxied.options = options
                var rounds = 0
                while proxy.counters.cuts < 4 {
                    rounds += 1
                    try #require(rounds < 100)
                    let text = Array("Merchant ".utf8)
                    try proxy.inject(
                        isWritten ? .loseReply(toRequestContaining: text) : .loseRequest(containing: text)
                    )
                    _ = try? await proxied.once()
                }
                try proxy.inject(.none)
                _ = try await finish(proxied)
                try await check(bench, kills: 4)
            }
        }
    }

    @Test("reads again what its first session had meant to read again, though that has finished a part of it")
    func lookback() async throws {
        // A run has several spans, the newest first.
        let streams = [
            ImportBench.merchants(
                .cursor,
                [
                    "changed updated_at since 'updated_since' before 'updated_before' lookback 30 d",
                    "history from '2024-04-01' by month",
                ]
            )
        ]
        try await ImportBench.with(streams: streams) { (bench) throws in
            try await bench.run()
            // Something of sixty days ago comes late; what was read ends forty days ago.
            bench.crm.setClock(.seconds(-60 * 86_400))
            bench.crm.edit(.merchants, 7)
            bench.crm.setClock(.zero)
            try await bench.database.run(
                """
                delete from crm.merchants;
                update pgsync.cursors set finished = finished * tstzmultirange(tstzrange(null, now() - interval '40 days'))
                """
            )
            let before = bench.crm.calls.count
            bench.crm.inject(.act { _ in try? await bench.killSessions() }) { $0.number == before + 2 }
            try await bench.request("daily")
            _ = try await finish(bench)
            #expect(bench.crm.count(fault: "act") == 1)
            let spans = Set(bench.crm.calls.dropFirst(before).map(\.target))
            #expect(spans.count >= 3 && bench.crm.calls.count - before == spans.count + 1)
            #expect(try await bench.value("select string_agg(id::text, ' ') from crm.merchants") == "7")
        }
    }

    @Test("while the database is away for some pages goes on when it is back")
    func databaseAway() async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            try await bench.request("initial")
            try await bench.database.withProxy { proxy, options in
                var proxied = bench
                proxied.options = options
                bench.crm.inject(
                    .act { _ in
                        try? proxy.inject(.refuse)
                        proxy.cutConnections(by: .resetting)
                    }
                ) { $0.number == 4 }
                var failures = 0
                while true {
                    do {
                        if try await proxied.once()?.state == .completed { break }
                    } catch {
                        failures += 1
                        // Away for some attempts.
                        if failures == 3 { try proxy.inject(.none) }
                        try #require(failures < 50)
                    }
                }
                #expect(bench.crm.count(fault: "act") == 1 && failures >= 3)
                try await check(bench, kills: 1)
            }
        }
    }
}
