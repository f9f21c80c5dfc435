import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("The budget of an endpoint", .crm, .timeLimit(.minutes(5)))
struct BudgetTests {
    private let database = TestDatabase.current

    private func endpoint(_ budgets: [(name: String, limit: Int, span: String)]) async throws {
        var script = """
            insert into pgsync.endpoints (name, kind, base_url, hosts) values ('crm', 'api', 'http://a', '{a}');

            """
        for budget in budgets {
            script += """
                insert into pgsync.endpoint_budgets (endpoint, name, call_limit, span, allowed)
                values ('crm', '\(budget.name)', \(budget.limit), '\(budget.span)', \(budget.limit));

                """
        }
        try await database.run(script)
    }

    private func take(_ calls: Int = 1) async throws -> String? {
        try await database.value(
            "select concat_ws(' ', granted, wait is null, wait > '0', reason) from pgsync.take_budget('crm', \(calls), '10 s')"
        )
    }

    /// Lets time pass, by moving all that is recorded of the endpoint back.
    private static let pass = """
        create function pass(gone interval) returns void language plpgsql as $$
        declare
            calls pgsync.endpoint_calls[];
        begin
            select array_agg(own) into calls from pgsync.endpoint_calls as own;
            delete from pgsync.endpoint_calls;
            insert into pgsync.endpoint_calls
            select c.endpoint, c.budget, c.began_at - pass.gone, c.calls from unnest(calls) as c;
            update pgsync.endpoint_budgets set allowed_since = allowed_since - pass.gone;
            update pgsync.endpoints set limited_until = limited_until - pass.gone, next_probe_at = next_probe_at - pass.gone;
        end;
        $$;
        """

    @Test("of 60 a minute is never exceeded in any minute, and nearly used up, by steps of a second")
    func minutes() async throws {
        try await endpoint([("minute", 60, "1 minute")])
        try await database.run(Self.pass)
        // Four callers ask in each step.
        let row = try await database.lines(
            """
            create temporary table taken (step integer, calls integer);
            do $$
            declare
                v_calls integer;
            begin
                for v_step in 1 .. 240 loop
                    v_calls := 0;
                    for v_caller in 1 .. 4 loop
                        v_calls := v_calls + (select granted from pgsync.take_budget('crm'));
                    end loop;
                    insert into taken values (v_step, v_calls);
                    perform pass('1 s');
                end loop;
            end;
            $$;
            select concat_ws(' ',
                (select max(calls) <= 60 from (
                    select sum(calls) over (order by step range between 59 preceding and current row) as calls from taken
                ) as minute),
                sum(calls) >= 0.95 * 240, sum(calls) <= 300)
            from taken
            """
        )
        #expect(row == ["t t t"])
    }

    @Test("lets through only as many as the narrowest has left, and says how long to wait")
    func narrowest() async throws {
        try await endpoint([("minute", 5, "1 minute"), ("day", 7, "1 day")])
        #expect(try await take(3) == "3 f f")
        #expect(try await take(3) == "2 f f")
        #expect(try await take() == "0 f t budget")
        try await database.run(Self.pass)
        try await database.run("select pass('61.5 s')")
        #expect(try await take(5) == "2 f f")
        let wait = try await database.value(
            "select wait between interval '23 hours' and interval '24 hours 25 minutes' from pgsync.take_budget('crm')"
        )
        #expect(wait == "t")
        #expect(
            try await database.value(
                "select string_agg(concat_ws(' ', name, used, calls_left), ', ' order by span) from pgsync.budget_states"
            ) == "minute 2 3, day 7 0"
        )
    }

    @Test("is shared by all who call at once")
    func shared() async throws {
        try await endpoint([("minute", 50, "1 minute")])
        let granted = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await database.connect { connection in
                        var granted = 0
                        for _ in 0..<25 {
                            granted +=
                                Int(
                                    try await connection.run("select granted from pgsync.take_budget('crm')")
                                        ?? ""
                                ) ?? 0
                        }
                        return granted
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(granted == 50)
    }

    @Test("is halved when the API complains, once for one complaint, and grows again")
    func halved() async throws {
        try await endpoint([("minute", 60, "1 minute"), ("day", 1_000, "1 day")])
        try await database.run(Self.pass)
        let allowed = "select string_agg(allowed::text, ' ' order by span) from pgsync.endpoint_budgets"
        let complain = "select pgsync.note_call('crm', 'limited', 'slow', '1 s')"
        try await database.run("select pass('11 s')")
        for _ in 1...3 { try await database.run(complain) }
        #expect(try await database.value(allowed) == "30 1000")
        #expect(try await take() == "0 f t limited")
        try await database.run("select pass('11 s')")
        try await database.run(complain)
        #expect(try await database.value(allowed) == "15 1000")
        for more in 16...18 {
            try await database.run("select pass('61 s')")
            #expect(try await take() == "1 f f")
            #expect(try await take() == "1 f f")
            #expect(try await database.value(allowed) == "\(more) 1000")
        }
        #expect(
            try await database.value("select breaker_state || failures_in_a_row from pgsync.endpoints")
                == "closed0"
        )
    }

    @Test("is nothing to a breaker, which opens after so many failures in a row and lets one probe through")
    func breaker() async throws {
        try await endpoint([])
        try await database.run(Self.pass)
        func note(_ outcome: String) async throws -> String? {
            try await database.value(
                "select pgsync.note_call('crm', '\(outcome)', failures => 3, reset_after => '10 s')"
            )
        }
        #expect(try await note("transient") == "closed")
        #expect(try await note("config") == "closed")
        for _ in 1...2 { #expect(try await note("transient") == "closed") }
        #expect(try await take() == "1 f f")
        #expect(try await note("transient") == "open")
        #expect(try await take() == "0 f t breaker")
        try await database.run("select pass('10 s')")
        #expect(try await take(5) == "1 f f probe")
        #expect(try await take() == "0 f t breaker")
        // Nothing is heard of the probe, so there is another.
        try await database.run("select pass('10 s')")
        #expect(try await take() == "1 f f probe")
        #expect(try await note("transient") == "open")
        #expect(try await take() == "0 f t breaker")
        try await database.run("select pass('10 s')")
        #expect(try await take() == "1 f f probe")
        #expect(try await note("ok") == "closed")
        #expect(try await take(7) == "7 f f")
        #expect(
            try await database.refusal(of: "select pgsync.note_call('crm', 'fine')").message.contains("fine")
        )
        #expect(
            try await database.refusal(of: "select pgsync.note_call('x', 'ok')").sqlState == .undefinedObject
        )
    }

    @Test("of a paused endpoint is nothing until it is resumed")
    func paused() async throws {
        try await endpoint([("minute", 5, "1 minute")])
        #expect(try await database.value("select pgsync.pause_endpoint('crm', 'holiday')") == "t")
        #expect(try await database.value("select pgsync.pause_endpoint('crm')") == "f")
        #expect(try await take() == "0 t paused")
        #expect(try await database.value("select pgsync.resume_endpoint('crm')") == "t")
        #expect(try await database.value("select pgsync.resume_endpoint('crm')") == "f")
        #expect(try await take() == "1 f f")
    }

    @Test("keeps an API from ever answering that there were too many calls, in four sessions at once")
    func noComplaint() async throws {
        var options = ImportBench.small()
        options.merchants = 600
        // The way of a call over the machine is not counted.
        options.budgets = [(20, .milliseconds(1_600))]
        try await ImportBench.with(
            options,
            streams: [ImportBench.merchants(.cursor, ImportBench.changed)],
            head: ["budget 20 per 2 seconds, 4 at once"]
        ) { (bench) throws in
            var bench = bench
            bench.longestWait = .seconds(5)
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.calls.count > 60)
            #expect(bench.crm.count(429) == 0)
            #expect(try await bench.differences() == [])
            // As many as may be, in the spans that were whole: what is left of one belongs to its sixtieths.
            let began = try #require(bench.crm.calls.first).at
            let spans = Dictionary(grouping: bench.crm.calls) { Int(($0.at - began) / .milliseconds(2_034)) }
            // Each of four may have one on its way over the border.
            #expect(spans.values.allSatisfy { $0.count <= 20 + 4 })
        }
    }

    @Test("of a day that another process has used up leaves the job to later")
    func dailyQuota() async throws {
        try await ImportBench.with(head: ["budget 1000 per second", "budget 12 per day"]) { (bench) throws in
            // Another process calls while this one does.
            bench.crm.inject(
                .act { _ in _ = try? await bench.database.run("select pgsync.take_budget('crm', 100)") }
            ) { $0.number == 4 }
            let job = try await bench.request("initial")
            #expect(try await bench.once()?.state == .waiting)
            #expect(bench.crm.count(fault: "act") == 1 && bench.crm.calls.count == 4)
            #expect(
                try await bench.value(
                    "select waits_until - clock_timestamp() between interval '23 h' and interval '25 h' from pgsync.sync_jobs where id = \(job)"
                ) == "t"
            )
            #expect(try await bench.value("select count(*) from pgsync.runnable_jobs('{import}')") == "0")
            // A worker takes it when the day is over, also if somebody had begun it by hand.
            try await bench.database.run(
                """
                delete from pgsync.endpoint_calls;
                update pgsync.endpoint_budgets set call_limit = 1000, allowed = 1000;
                update pgsync.sync_jobs set waits_until = clock_timestamp(), heartbeat_at = clock_timestamp() - interval '5 s'
                """
            )
            #expect(try await bench.finish().state == .completed)
            #expect(try await bench.differences() == [])
        }
    }
}
