import Glibc
import PGSyncCluster
import PGSyncDemo
import Postgres
import Subprocesses
import TestSupport
import Testing

/// `pgsync import run` as its users run it: killed at any moment, four at once, and against an API that is away.
@Suite("An import by the built program", .importsAsBuilt, .timeLimit(.minutes(60)))
struct ImportCampaignTests {
    private let database = TestDatabase.current
    private static let breakerReset = Profile.size(2, full: 60)

    private var url: String { database.cluster.connectionString(database: database.name) }

    /// Applies a definition of transactions of the CRM, ten a page.
    private func apply(_ base: String, budget: String) async throws {
        let text = """
            import crm version 1
              base '\(base)'
              budget \(budget)
              retries 2 backoff 20 ms timeout 10 s
              breaker 5 failures, \(Self.breakerReset) s
              stream transactions into crm.transactions key id
                get '/cursor/transactions'
                cursor 'meta.next' as 'cursor' size 'limit' 10
                rows 'data'
                changed updated_at since 'updated_since' before 'updated_before'
                history from '2024-04-01' by month
                column id bigint
                column merchant_id bigint required
                column kind text required
                column amount numeric(14,2) required
                column settled_on date required
                column updated_at timestamptz required

            """
        let path = "\(ScratchSpace.directory)/\(UInt64.random(in: 0 ... .max)).import"
        try Files.write(text, to: path)
        defer { unsafe unlink(path) }
        _ = try await BuiltProgram.run("import", "apply", path, database: url).checked()
    }

    private func fetching() throws -> Invocation {
        var invocation = try BuiltProgram.invocation(
            ["import", "run", "crm", "--type", "initial", "--json"],
            environment: ["PGSYNC_DATABASE_URL": url, "PGSYNC_ADDRESSES": "127.0.0.1"]
        )
        invocation.standardOutput = .captured(limit: 1 << 20)
        invocation.standardError = .captured(limit: 1 << 20)
        return invocation
    }

    /// The numbers of rows that the table lacks, has too much, or has otherwise than the CRM.
    private func differences(_ crm: MockCRM) async throws -> [String] {
        let rows = "[\(crm.rows(of: .transactions).joined(separator: ","))]"
        return try await database.lines(
            """
            select coalesce(came.id, present.id)::text
            from jsonb_to_recordset($rows$\(rows)$rows$::jsonb)
                as came (id bigint, merchant_id bigint, kind text, amount numeric, settled_on date, updated_at timestamptz)
            full join crm.transactions as present on came.id = present.id
            where row(came.merchant_id, came.kind, came.amount, came.settled_on, came.updated_at)
                is distinct from
                row(present.merchant_id, present.kind, present.amount, present.settled_on, present.updated_at)
            """
        )
    }

    private func isWhole(_ crm: MockCRM, rows: Int, _ comment: Comment) async throws {
        #expect(try await differences(crm) == [], comment)
        let run = "select concat_ws(' ', state, added, updated, failed) from pgsync.import_runs"
        let runs = try await database.lines(run)
        #expect(runs == ["completed \(rows) 0 0"], comment)
    }

    @Test("that is killed at any moment loses nothing, doubles nothing, and fetches at most a page again")
    func kills() async throws {
        let wanted = Profile.size(15, full: 1_000)
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix(seed: seed)
        var options = MockCRM.Options()
        options.transactions = wanted * 250
        let crm = MockCRM(options)
        try await crm.run { base in
            try await apply(base, budget: "1000000 per second")
            var (kills, isOver) = (0, false)
            while !isOver {
                let ended = try await ChildProcess.withRunning(try fetching()) { child in
                    guard kills < wanted else { return try await child.wait() }
                    let before = crm.calls.count
                    // Its start takes a while; after that each moment is as likely as any other.
                    try await eventually { crm.calls.count > before }
                    try await Task.sleep(for: .microseconds(Int.random(in: 0...60_000, using: &generator)))
                    child.send(signal: SIGKILL)
                    return try await child.wait()
                }
                switch ended.status {
                case .signaled(SIGKILL): kills += 1
                default:
                    #expect(ended.status.isSuccess, "seed \(seed): \(ended.standardError.text)")
                    isOver = true
                }
            }
            #expect(kills == wanted, "seed \(seed): it ended before it was killed as often")
            let again = crm.calls.count - Set(crm.calls.map(\.target)).count
            #expect(again <= kills, "seed \(seed): \(again) pages were fetched again after \(kills) kills")
            try await isWhole(crm, rows: options.transactions, "seed \(seed)")
            print("killed: \(kills), fetched again: \(again) of \(crm.calls.count) pages")
        }
    }

    @Test("costs a dead API few calls, and goes on soon after it is back")
    func deadAPI() async throws {
        let reset = Self.breakerReset
        let away = Duration.seconds(reset * 10)
        var options = MockCRM.Options()
        options.transactions = 2_000
        let crm = MockCRM(options)
        try await crm.run { base in
            try await apply(base, budget: "1000000 per second")
            crm.inject(.status(503), times: nil) { $0.number > 20 }
            try await ChildProcess.withRunning(try fetching()) { child in
                try await eventually { crm.count(503) > 0 }
                try await Task.sleep(for: away)
                let calls = crm.count(503)
                #expect((10...15).contains(calls), "\(calls) calls while it was away")
                crm.heal()
                let back = ContinuousClock.now
                try await eventually(within: .seconds(reset + 30)) { crm.calls.last?.status == 200 }
                #expect(ContinuousClock.now - back < .seconds(reset + 5))
                let ended = try await child.wait()
                #expect(ended.status.isSuccess, "\(ended.standardError.text)")
                print("calls to a dead API in \(away): \(calls); back after \(ContinuousClock.now - back)")
            }
            try await isWhole(crm, rows: options.transactions, "")
        }
    }

    @Test(
        "by four processes, killed in turn, never exceeds the limit they share, and uses it",
        .enabled(if: Profile.isFull)
    )
    func limit() async throws {
        var options = MockCRM.Options()
        options.transactions = 20_000
        options.budgets = [(60, .seconds(60))]
        let crm = MockCRM(options)
        try await crm.run { base in
            try await apply(base, budget: "60 per minute, 4 at once")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...4 {
                    group.addTask {
                        try await ChildProcess.withRunning(try fetching()) { child in
                            // One after the other goes, and those that are left go on.
                            try await Task.sleep(for: .seconds(number * 155))
                            child.send(signal: SIGKILL)
                            _ = try await child.wait()
                        }
                    }
                }
                try await group.waitForAll()
            }
            let began = try #require(crm.calls.first).at
            // The first minute may be used at once, so ten whole ones are after it.
            let used = crm.calls.count { $0.at - began < .seconds(600) }
            for quarter in 0..<4 {
                let calls = crm.calls.count { Int(($0.at - began) / .seconds(155)) == quarter }
                #expect(calls > 100, "\(calls) calls while \(4 - quarter) of them lived")
            }
            #expect(crm.count(429) == 0)
            #expect(used >= 570, "\(used) of 600 calls")
            print("calls in ten minutes: \(used), refused: \(crm.count(429))")
        }
    }
}

extension Trait where Self == DatabaseTrait {
    /// The tables of the CRM, in a database that the built program has migrated.
    fileprivate static var importsAsBuilt: DatabaseTrait {
        .asBuilt("imports_as_built") { _, connection in
            let script = try Repository.read("sql/examples/crm/tables.sql")
            _ = try await connection.withSession { try $0.runScript(script).count }
            // Their merchants are not imported.
            try await connection.run(
                "alter table crm.transactions drop constraint transaction_is_of_a_merchant"
            )
        }
    }
}
