import PGSyncStore
import Postgres
import TestSupport
import Testing

@Suite("RangeStore", .migrated, .timeLimit(.minutes(5)))
struct RangeStoreTests {
    private let database = TestDatabase.current

    /// Cuts as a worker does, in each round; tells whether the log has a bound, a checked one, or is cut.
    private func cut(onlyBounds: Bool = false) async throws -> String? {
        try await database.session { session in
            try session.execute("set role pgsync_worker")
            try RangeStore(session).keep(onlyBounds: onlyBounds)
        }
        return try await state()
    }

    private func state() async throws -> String? {
        try await database.value(
            """
            select case when part.is_separate then 'cut' else concat_ws(' ', own.bound, own.is_checked) end
            from pgsync.open_end('sync_logs') as part, pgsync.cut_bound('sync_logs') as own
            """
        )
    }

    @Test("cuts small tables step by step, each for itself")
    func small() async throws {
        try await database.uncut()
        var states: [String?] = []
        for _ in 1...4 { states.append(try await cut()) }
        #expect(states == ["10000000 f", "10000000 t", "cut", "cut"])
        #expect(try await database.value("select count(*) from pgsync.id_ranges where from_id = 0") == "2")
        #expect(try await database.value("select is_separate from pgsync.open_end('sync_audit_log')") == "t")
    }

    @Test("leaves a large table to pgsync migrate, but moves its bound in time and ends what was begun")
    func large() async throws {
        try await database.uncut()
        try await database.run(
            "update pg_class set reltuples = 6000000 where oid = 'pgsync.sync_logs_000001'::regclass"
        )
        #expect(try await cut() == "")
        #expect(try await database.value("select pgsync.cut_step('sync_logs')") == "bounded")
        #expect(try await cut() == "10000000 f")
        for onlyBounds in [true, false] {
            try await database.run(
                "select setval('pgsync.sync_logs_id_seq', bound - 1000) from pgsync.cut_bound('sync_logs')"
            )
            #expect(try await cut(onlyBounds: onlyBounds) == (onlyBounds ? "19999000 f" : "29998000 f"))
        }
        #expect(try await database.value("select pgsync.cut_step('sync_logs')") == "checked")
        #expect(try await cut(onlyBounds: true) == "29998000 t")
        #expect(try await cut() == "cut")
    }

    @Test("cuts the log and makes its ranges although a view is in the way of the audit log, and says so")
    func inTheWay() async throws {
        try await database.uncut()
        try await database.run("create view public.theirs as select log_id from pgsync.sync_audit_log")
        var failures: [PostgresError] = []
        for _ in 1...6 {
            do { _ = try await cut() } catch let error as PostgresError { failures.append(error) }
        }
        #expect(try await state() == "cut")
        #expect(
            try await database.value(
                "select count(*) > 2 from pgsync.id_ranges where table_name = 'sync_logs'"
            ) == "t"
        )
        #expect(try await database.value("select is_separate from pgsync.open_end('sync_audit_log')") == "f")
        #expect(failures.last?.message.contains("theirs") == true, "\(failures)")
    }
}
