import JSON
import Postgres
import TestSupport
import Testing

@Suite("What an exchange costs", .migrated, .timeLimit(.minutes(5)))
struct ExchangeCostTests {
    /// How often a script calls a function; what it does is undone.
    private func calls(
        of function: String,
        in script: String,
        with settings: String = "",
        on database: TestDatabase
    ) async throws -> Int {
        try await database.session { session in
            _ = try session.runScript("begin; set local track_functions = 'all'; \(settings)").count
            _ = try session.runScript(script).count
            let calls: Int = try session.query(
                """
                select coalesce(sum(own.calls), 0)::bigint
                from pg_stat_xact_user_functions as own
                where own.funcname = \(function)
                """
            ).onlyRow().decode(0)
            _ = try session.runScript("rollback").count
            return calls
        }
    }

    @Test("looks the exchanged tables up for a page, and not for each of its records")
    func pages() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run(
                "insert into stock select n, 'item ' || n, n from generate_series(100, 499) as n"
            )
            try await pair.fold(pair.master)
            let page = try #require(
                try await pair.master.value(
                    "select pgsync.download_page('\(pair.name)', null, null, null, 500)"
                )
            )
            let count = try JSONValue(parsing: page)["records"]?.array?.count ?? 0
            #expect(count >= 400)
            // The planner may take any plan; with these, what is not made once is made for each record.
            let settings = "set local enable_hashjoin = off; set local enable_mergejoin = off"
            let staging = "select * from pgsync.stage_page('master', \(page.quoted)::jsonb)"
            let staged = try await calls(of: "synced_source", in: staging, with: settings, on: pair.node)
            #expect(staged < 10)
            try await pair.node.run(staging)
            let taking = "select pgsync.take_staged('master')"
            #expect(try await calls(of: "synced_source", in: taking, with: settings, on: pair.node) < 10)
        }
    }

    @Test("counts the records of a table only where some are deleted")
    func guarding() async throws {
        try await ExchangePair.with { pair in
            try await pair.master.run(
                "insert into stock select n, 'item', n from generate_series(1, 30) as n"
            )
            try await pair.exchange()
            try await pair.node.run("update stock set amount = 7")
            try await pair.fold(pair.node)
            let upload = "select pgsync.start_upload('master', 500, false)"
            #expect(try await calls(of: "live_records", in: upload, on: pair.node) == 0)
            try await pair.node.run("delete from stock where id <= 3")
            try await pair.fold(pair.node)
            #expect(try await calls(of: "live_records", in: upload, on: pair.node) > 0)
        }
    }

    @Test("is noted every quarter of an hour where it tells nothing new, and else at once")
    func idle() async throws {
        try await ExchangePair.with { pair in
            let cursor = try #require(try await pair.pull()["cursor"]?.string)
            let row = "select xmin from pgsync.nodes where name = '\(pair.name)'"
            let acknowledge = """
                select pgsync.acknowledge_exchange('\(pair.name)', null, 'success', null, \(cursor.quoted))
                """
            let new = try await pair.master.value(row)
            try await pair.master.run(acknowledge)
            let known = try await pair.master.value(row)
            #expect(known != new)
            try await pair.master.run(acknowledge)
            #expect(try await pair.master.value(row) == known)
            try await pair.master.run("update pgsync.nodes set seen_at = seen_at - interval '16 min'")
            let old = try await pair.master.value(row)
            try await pair.master.run(acknowledge)
            #expect(try await pair.master.value(row) != old)
            let noted = try await pair.master.value(row)
            try await pair.master.run(
                """
                select pgsync.acknowledge_exchange('\(pair.name)', null, 'failed', 'no room')
                """
            )
            #expect(try await pair.master.value(row) != noted)
        }
    }
}
