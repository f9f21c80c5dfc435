import Postgres
import TestSupport
import Testing

@Suite("Many at once", .posting, .timeLimit(.minutes(15)))
struct ConcurrencyTests {
    let database = TestDatabase.current

    enum Disturbance: String, CaseIterable, Sendable {
        case none, postNow, truncate, backfill, operators, all

        func includes(_ other: Disturbance) -> Bool { self == other || self == .all }
    }

    /// A writer of short and slow transactions, with rollbacks, faulty rows, and rows that go and come back.
    ///
    /// A transaction locks one record that others write to, so that writers never wait in a circle.
    private static let writing = """
        create procedure checks.edit(writer integer, transactions integer, records integer, posts boolean) language plpgsql as $$
        declare
            target text;
            hot integer;
        begin
            perform setseed(writer / 100.0);
            for i in 1..transactions loop
                target := (array['bills', 'bills', 'moves', 'parts'])[1 + floor(random() * 4)];
                hot := 1 + floor(random() * case target when 'parts' then 6 else records end);
                for j in 1..1 + floor(random() * 3) loop
                    case floor(random() * 8)::integer
                        when 0 then execute format('delete from %s where id = $1', target) using hot;
                        when 1, 2, 3 then
                            execute format(
                                'insert into %s as t (id, amount, fee) values ($1, $2, $3) on conflict (id) do update set amount = excluded.amount, fee = excluded.fee, status = ''final''', target
                            ) using hot, 1 + floor(random() * 50), floor(random() * 3);
                        when 4 then execute format('update %s set amount = amount + 1 where id = $1', target) using hot;
                        when 5 then execute format('update %s set status = case status when ''final'' then ''void'' else ''final'' end where id = $1', target) using hot;
                        when 6 then
                            if target <> 'moves' then
                                execute format('update %s set amount = case when random() < 0.5 then null else -1 end where id = $1', target) using hot;
                            end if;
                        else execute format('update %s set day = ''2026-01-01''::date + (random() * 360)::int, account = $2 where id = $1', target)
                            using hot, case when random() < 0.03 and target <> 'moves' then '9999' when random() < 0.5 then '4000' else '4200' end;
                    end case;
                end loop;
                if random() < 0.1 then perform pg_sleep(random() * 0.02); end if;
                if posts and random() < 0.3 then perform pgsync.post_now(target, hot::text); end if;
                if random() < 0.1 then rollback; else commit; end if;
            end loop;
        end
        $$;
        """

    @Test(
        "post everything once, each record in its order, whatever happens beside",
        arguments: Disturbance.allCases
    )
    func conservation(disturbance: Disturbance) async throws {
        let database = database
        let (transactions, writers) = (Profile.size(100, full: 3000), 4)
        try await database.run(Self.writing)
        if disturbance.includes(.backfill) {
            // Rows from before anybody looked.
            try await database.run(
                """
                alter table bills disable trigger all;
                insert into bills (id, amount) select g, g from generate_series(1, 200) as g;
                \(["insert", "update", "delete", "truncate"].map { "alter table bills enable always trigger \"000_pgsync_\($0)\";" }.joined())
                """
            )
        }
        let finish = Finish()
        let reports = try await withThrowingTaskGroup(of: PosterReport?.self) { group in
            for number in 1...4 {
                group.addTask {
                    try await database.work(
                        as: "poster \(number)",
                        limit: [3, 20, 50, 200][number - 1],
                        until: finish
                    )
                }
            }
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { makers in
                    for writer in 1...writers {
                        makers.addTask {
                            try await database.run(
                                "call checks.edit(\(writer), \(transactions), 200, \(disturbance.includes(.postNow)))"
                            )
                        }
                    }
                    makers.addTask { try await disturb(disturbance) }
                    try await makers.waitForAll()
                }
                await finish.reach()
                return nil
            }
            return try await group.reduce(into: [PosterReport]()) { if let report = $1 { $0.append(report) } }
        }
        try await database.expectNoFaults()
        let total = reports.reduce(into: [:]) { $0.merge($1.outcomes, uniquingKeysWith: +) }
        for outcome in ["posted", "amended", "reversed", "superseded", "failed", "unchanged"] {
            #expect(total[outcome, default: 0] > 0, "\(outcome) never happened")
        }
        #expect(reports.filter { $0.claimed > 0 }.count == 4)
        // Nobody waits in a circle and nobody meets another on the same record.
        for report in reports {
            #expect(report.conditions["40P01"] == nil && report.conditions["23505"] == nil, "\(report)")
        }
    }

    private func disturb(_ disturbance: Disturbance) async throws {
        let database = database
        if disturbance.includes(.truncate) {
            for _ in 1...3 {
                for table in ["bills", "parts_1"] {
                    let before = try await database.value("select count(*) from pgsync.sync_logs") ?? "0"
                    try await eventually(within: .seconds(120)) {
                        try await database.value(
                            """
                            select (select count(*) > \(before) + 50 from pgsync.sync_logs)
                                or not exists (select from pg_stat_activity where query like 'call checks.edit%' and datname = current_database())
                            """
                        ) == "t"
                    }
                    try await database.run("truncate \(table)")
                }
            }
        }
        if disturbance.includes(.backfill) {
            for _ in 1...2 {
                try await database.run(
                    """
                    do $$declare progress bigint := pgsync.start_backfill('bills'); begin
                        while not (select finished from pgsync.backfill_step(progress, 20)) loop commit; end loop;
                    end$$
                    """
                )
            }
        }
        if disturbance.includes(.operators) {
            for _ in 1...20 {
                try await database.run("select pgsync.pause('bills')")
                try await database.run("select pgsync.retry_changes()")
                try await database.run(
                    "select pgsync.skip_changes(array(select log_id from pgsync.sync_queue where error_class is not null order by random() limit 2), 'test')"
                )
                try await database.run("select pgsync.resume('bills')")
            }
        }
    }
}
