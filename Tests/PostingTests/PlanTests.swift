import Postgres
import TestSupport
import Testing

extension DatabaseTemplate {
    /// As `.posting`, with 50,000 posted bills, 20,000 dead letters and 20,000 changes that wait.
    fileprivate static var grown: DatabaseTemplate {
        .shared("grown", copyOf: .posting) { connection in
            try await connection.withSession { session in
                _ = try session.runScript(
                    """
                    insert into bills (id, amount) select g, 1 + g % 1000 from generate_series(1, 50000) as g;
                    insert into notes select g, 1 from generate_series(1, 20000) as g;
                    create procedure checks.post_all() language plpgsql as $$
                    declare
                        result pgsync.batch_result;
                        mark bigint := 0;
                    begin
                        loop
                            result := pgsync.process_batch('test', 2000, mark);
                            mark := result.next_mark;
                            commit;
                            exit when result.claimed = 0;
                        end loop;
                    end
                    $$
                    """
                )
                _ = try session.runScript("call checks.post_all()")
                _ = try session.runScript(
                    "insert into parts (id, amount) select 1 + g % 6, 1 from generate_series(1, 6) as g; insert into notes select g, 1 from generate_series(20001, 40000) as g"
                )
            }
        }
    }

    /// The same, with statistics of it.
    fileprivate static var grownAndAnalyzed: DatabaseTemplate {
        grown.with("grown_and_analyzed", ["analyze"])
    }
}

@Suite("Posting among many", .timeLimit(.minutes(10)))
struct PlanTests {
    private static let tables: Set = [
        "sync_logs", "sync_logs_000001", "sync_queue", "sync_master_status", "sync_audit_log",
        "journal_entries",
        "journal_lines",
    ]

    enum Batch: String, CaseIterable, Sendable {
        case fresh, mixed, failing, retried, deferred

        var script: String {
            switch self {
            case .fresh: "insert into bills (id, amount) select g, 1 from generate_series(60001, 60500) as g"
            case .mixed:
                """
                insert into bills (id, amount) select g, 1 from generate_series(60001, 60100) as g;
                update bills set amount = amount + 1 where id % 250 = 0; update bills set amount = 7 where id > 60050;
                delete from bills where id % 1000 = 7; update bills set amount = null where id % 1000 = 13;
                """
            case .failing: "update bills set amount = -1 where id <= 500"
            case .retried: "update bills set amount = -1 where id <= 300"
            case .deferred:
                "select pgsync.pause('bills'); insert into bills (id, amount) select g, 1 from generate_series(60001, 60500) as g"
            }
        }
    }

    @Test(
        "reads as much as the batch is large and no table whole",
        .database(copyOf: .grown),
        arguments: Batch.allCases
    )
    func unanalyzed(batch: Batch) async throws { try await expectProportional(batch) }

    @Test(
        "reads as much as the batch is large and no table whole, with statistics",
        .database(copyOf: .grownAndAnalyzed),
        arguments: Batch.allCases
    )
    func analyzed(batch: Batch) async throws { try await expectProportional(batch) }

    private func expectProportional(_ batch: Batch) async throws {
        let database = TestDatabase.current
        let mark = try await database.value("select max(id) + 1 from pgsync.sync_logs") ?? "0"
        try await database.run(batch.script)
        let low: String
        if batch == .retried {
            try await database.run("select pgsync.process_batch('test', 1000, \(mark))")
            try await database.run("update bills set amount = 3 where id <= 300")
            low = try await database.value("select max(id) - 299 from pgsync.sync_logs") ?? "0"
        } else {
            low = mark
        }
        let (claimed, nodes) = try await database.session { session in
            let before = try session.runScript("select count(*) from pgsync.sync_audit_log").onlyRow().decode(
                0,
                as: Int.self
            )
            let nodes = try session.plans(of: "select pgsync.process_batch('test', 500, \(low))")
            let after = try session.runScript("select count(*) from pgsync.sync_audit_log").onlyRow().decode(
                0,
                as: Int.self
            )
            return (batch == .deferred ? 500 : after - before, nodes)
        }
        #expect(claimed >= 200 && nodes.count > 50)
        for node in nodes {
            #expect(node.kind != "Seq Scan" || !Self.tables.contains(node.relation), "\(node)")
            #expect(node.examined <= 5 * 500, "\(node)")
        }
    }

    @Test(
        "takes what waits from the mark on, however many finished changes an old snapshot still holds",
        .database(copyOf: .grown)
    )
    func horizon() async throws {
        let database = TestDatabase.current
        try await database.connect { reader in
            try await reader.withSession {
                _ = try $0.runScript("begin isolation level repeatable read; select count(*) from bills")
            }
            let mark = try await database.value("select max(id) + 1 from pgsync.sync_logs") ?? "0"
            try await database.run(
                """
                insert into bills (id, amount, status) select g, 1, 'draft' from generate_series(100001, 150000) as g;
                set pgsync.finishing = on; delete from pgsync.sync_queue where error_class is null and log_id < (select max(id) - 200 from pgsync.sync_logs);
                """
            )
            let next = try await database.value("select max(id) - 200 from pgsync.sync_logs") ?? "0"
            let (near, far) = try await database.session { session in
                _ = try session.runScript("vacuum pgsync.sync_queue")
                return (try Self.buffers(from: next, session), try Self.buffers(from: mark, session))
            }
            #expect(near < 2500)
            // Or else the fault was not there to be stood.
            #expect(far > near + 200)
            try await reader.withSession { _ = try $0.runScript("commit") }
        }
    }

    /// How many pages a claim of 200 changes touches, whose rows and images are three or four each.
    private static func buffers(from mark: String, _ session: Session) throws -> Int {
        _ = try session.runScript("begin")
        // The first call also reads the catalog.
        var found = 0
        for _ in 1...2 {
            let plan = try session.runScript(
                "explain (analyze, buffers, timing off, format json) select pgsync.claim_changes(200, \(mark))"
            ).onlyRow().decode(0, as: String.self)
            found = try #require(plan.split(separator: "\n").first { $0.contains("Shared Hit Blocks") })
                .filter(\.isNumber).reduce(0) { $0 * 10 + (Int(String($1)) ?? 0) }
            _ = try session.runScript("rollback; begin")
        }
        _ = try session.runScript("rollback")
        return found
    }
}
