// Long because the chain is followed from its beginning to its restore elsewhere.
import PGSyncSchema
import Postgres
import Subprocesses
import TestSupport
import Testing

@Suite("The chain", .posting, .timeLimit(.minutes(10)))
struct ChainTests {
    let database = TestDatabase.current

    /// Every row that can be chained is, once, and nothing is wrong.
    private func expectWhole(
        _ database: TestDatabase? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let database = database ?? self.database
        try await database.extendChain()
        let verdict = try await database.verifyChain()
        #expect(verdict.findings == [], sourceLocation: sourceLocation)
        #expect(verdict.waiting == 0, sourceLocation: sourceLocation)
        #expect(
            try await database.lines(
                """
                select kind, count(*) from (
                    select kind, unnest(keys) as key from pgsync.audit_chain
                    except all select kind, key from pgsync.chain_rows
                    union all (
                        select kind, key from pgsync.chain_rows
                        except all select kind, unnest(keys) as key from pgsync.audit_chain
                    )
                ) as differing group by kind
                """
            ) == [],
            sourceLocation: sourceLocation
        )
    }

    private func post(_ ids: ClosedRange<Int>) async throws {
        _ = try await database.post(
            "insert into bills (id, amount, fee) select g, g, g % 3 from generate_series(\(ids.lowerBound), \(ids.upperBound)) as g",
            limit: 100_000
        )
    }

    @Test(
        "begins with what was there, takes what comes, and links each block to the one before",
        arguments: [7, 50_000]
    )
    func extended(limit: Int) async throws {
        try await post(1...20)
        #expect(try await database.value("select state from pgsync.chain_state") == "unknown")
        #expect(try await database.value("select lag_seconds from pgsync.chain_state") == nil)
        try await database.extendChain(limit: limit)
        try await post(21...60)
        _ = try await database.post("update bills set amount = null where id < 9")
        #expect(try await database.extendChain(limit: limit) > 80)
        #expect(try await database.extendChain(limit: limit) == 0)
        try await expectWhole()
        let state = try await database.lines(
            "select unnest(array[state, (links = seq)::text, (lag_seconds < 60)::text, has_more::text]) from pgsync.chain_state"
        )
        #expect(state == ["unanchored", "true", "true", "false"])
        #expect(
            try await database.value(
                """
                select bool_and(previous_head is not distinct from before) and count(*) = max(seq)
                from (select *, lag(head) over (order by seq) as before from pgsync.audit_chain) as block
                """
            ) == "t"
        )
    }

    @Test("is verified by links that were recomputed, with an anchor of the last day, and not otherwise")
    func states() async throws {
        try await post(1...5)
        try await database.extendChain()
        var anchor = try await database.anchorChain()
        #expect(try await database.verifyChain(anchor).state == "verified")
        anchor.at = "now() - interval '25 hours'"
        #expect(try await database.verifyChain(anchor).state == "unanchored")
        let id = try await database.value("select pgsync.verify_chain()") ?? ""
        let error = try await database.refusal(of: "select pgsync.end_verification(\(id))")
        #expect(error.sqlState?.code == "55000")
        // What is under way says nothing yet.
        #expect(try await database.value("select state from pgsync.chain_state") == "unanchored")
    }

    @Test(
        "is compared with the anchors of its own database, also from another place before, and with no others"
    )
    func otherAnchors() async throws {
        try await post(1...5)
        try await database.extendChain()
        let own = try await database.anchorChain()
        var other = ChainAnchor(seq: 1, head: String(repeating: "0", count: 64))
        for (system, database, findings) in [
            ("7", nil, []), (nil, "'other'", []), (nil, nil, ["rewritten 1"]),
        ] as [(String?, String?, [String])] {
            (other.system, other.database) = (system, database)
            let alone = try await self.database.verifyChain(other)
            #expect(alone.state == (findings.isEmpty ? "unanchored" : "broken") && alone.findings == findings)
            let both = try await self.database.verifyChain(other, own)
            #expect(both.state == (findings.isEmpty ? "verified" : "broken") && both.findings == findings)
        }
        var earlier = own
        (earlier.system, earlier.database) = ("7", "'shop'")
        #expect(try await database.verifyChain(earlier).state == "verified")
    }

    @Test("is verified from a day on without the blocks before")
    func span() async throws {
        try await post(1...5)
        try await database.extendChain()
        let moment = try #require(try await database.value("select clock_timestamp()"))
        try await post(6...9)
        try await database.extendChain()
        let id = try await database.value("select pgsync.verify_chain('\(moment)')") ?? ""
        while try await database.value("select is_done from pgsync.verify_chain_step(\(id))") == "f" {}
        #expect(try await database.value("select pgsync.end_verification(\(id))") == "unanchored")
        #expect(
            try await database.value(
                "select from_seq > 1 and links = to_seq - from_seq + 1 and findings = 0 from pgsync.chain_verifications where id = \(id)"
            ) == "t"
        )
        #expect(try await database.value("select state from pgsync.chain_state") == "unknown")
    }

    @Test("does not wait for an open transaction, and takes its rows once it commits")
    func late() async throws {
        try await post(1...3)
        try await database.extendChain()
        try await database.connect { slow in
            try await slow.run("begin; insert into bills (id, amount) values (100, 1)")
            try await slow.run("select pgsync.post_now('public.bills', '100')")
            try await post(4...6)
            #expect(try await database.extendChain() == 8)
            #expect(try await database.value("select lag_seconds < 30 from pgsync.chain_state") == "t")
            try await post(7...8)
            #expect(try await database.extendChain() == 6)
            try await slow.run("commit")
        }
        #expect(try await database.extendChain() == 2)
        try await expectWhole()
    }

    @Test("takes what a transaction posts after it has extended the chain")
    func extendedBeforePosting() async throws {
        try await post(1...5)
        try await expectWhole()
        try await database.run(
            """
            begin;
            insert into bills (id, amount, fee) values (6, 6, 0);
            select pgsync.extend_chain(1000);
            select pgsync.process_batch('test', 100);
            commit;
            """
        )
        try await post(7...8)
        try await expectWhole()
    }

    @Test("has each row once when several post, slowly or not at all, and two extend it at the same time")
    func concurrent() async throws {
        let database = database
        let rounds = Profile.size(20, full: 400)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...4 {
                group.addTask {
                    try await database.run(
                        """
                        do $$
                        begin
                            perform setseed(\(writer) / 10.0);
                            for i in 1..\(rounds) loop
                                insert into bills (id, amount) select \(writer) * 100000 + i * 10 + g, g from generate_series(1, 3) as g;
                                perform pgsync.post_now('public.bills', (\(writer) * 100000 + i * 10 + 1)::text);
                                perform pg_sleep(random() * 0.02);
                                if random() < 0.2 then rollback; else commit; end if;
                                perform pgsync.process_batch('w\(writer)', 5);
                                if random() < 0.3 then perform pg_sleep(random() * 0.05); end if;
                                commit;
                            end loop;
                        end;
                        $$;
                        """
                    )
                }
            }
            for limit in [11, 400] {
                group.addTask {
                    for _ in 1...rounds { try await database.extendChain(limit: limit) }
                }
            }
            try await group.waitForAll()
        }
        while try await database.post(limit: 500) != "nothing" {}
        try await expectWhole()
    }

    @Test("loses nothing when its builder is killed in the middle")
    func killed() async throws {
        try await post(1...30)
        try await database.connect { builder in
            try await builder.run(
                "begin; select from pgsync.extend_chain(10); select from pgsync.extend_chain(10)"
            )
            let process = try #require(try await builder.run("select pg_backend_pid()::text"))
            try await database.run("select pg_terminate_backend(\(process))")
        }
        try await eventually {
            try await database.value("select count(*) from pgsync.audit_chain") == "0"
        }
        try await expectWhole()
    }

    @Test("refuses a transaction whose snapshot is older than it, and a limit of nothing")
    func refused() async throws {
        let isolated = try await database.refusal(
            of: "begin isolation level repeatable read; select pgsync.extend_chain()"
        )
        #expect(isolated.sqlState?.code == "25000")
        #expect(try await database.refusal(of: "select pgsync.extend_chain(0)").sqlState?.code == "22023")
    }

    @Test("stays whole when a table is renamed, or dropped and created again, and tells the two apart")
    func renamed() async throws {
        try await post(1...3)
        try await database.extendChain()
        try await database.run("alter table bills rename to invoices")
        try await expectWhole()
        try await database.run(
            """
            create table bills (id int primary key);
            select ledger.post_entry(
                '2026-04-01', 'INR', 'x', '[{"account": "1000", "debit": 5}, {"account": "4000", "credit": 5}]',
                'key', source_table => 'bills', record_id => '1'
            )
            """
        )
        try await expectWhole()
        #expect(
            try await database.lines(
                "select name from pgsync.chain_tables where name ~ 'bills' order by name"
            )
                == ["public.bills", "public.bills #2"]
        )
    }

    @Test("is the same whatever the session and the database say about texts of times and numbers")
    func settings() async throws {
        try await post(1...3)
        try await database.extendChain()
        let id = try await database.value("select pgsync.verify_chain()") ?? ""
        #expect(
            try await database.lines(
                """
                set timezone = 'Asia/Kolkata'; set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601';
                set bytea_output = 'escape'; set extra_float_digits = -5; set search_path = public;
                select pgsync.verify_chain_step(\(id)); select pgsync.verify_chain_step(\(id));
                select unnest(array[is_done::text, findings::text]) from pgsync.verify_chain_step(\(id))
                """
            ) == ["true", "0"]
        )
    }

    @Test("moves with a dump to a server with other transaction numbers, can be verified there and goes on")
    func restored() async throws {
        try await post(1...40)
        try await database.extendChain()
        let anchor = try await database.anchorChain()
        // Not chained at the time of the dump.
        try await post(41...50)
        try await database.run(
            "do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$"
        )
        try await post(51...55)
        try await OwnCluster.with { cluster in
            try await TestDatabase.with(on: cluster) { restored in
                for role in SchemaDefinition.roles { try await restored.run("create role \(role)") }
                #expect(try await database.restore(into: restored))
                let verdict = try await restored.verifyChain(anchor)
                #expect(verdict.findings == [])
                #expect(verdict.waiting > 0)
                #expect(try await restored.extendChain() == verdict.waiting)
                for _ in 1...2 {
                    _ = try await restored.post(
                        "insert into bills (id, amount) select 1000 + g + count(*), 1 from bills, generate_series(1, 9) as g group by g"
                    )
                    #expect(try await restored.extendChain(limit: 5) == 18)
                }
                try await restored.run(
                    "do $$ begin for i in 1..9000 loop perform pg_current_xact_id(); commit; end loop; end $$"
                )
                try await expectWhole(restored)
                #expect(try await restored.verifyChain(anchor).state == "verified")
            }
        }
    }

    @Test("can be recomputed by another program from the columns alone: digests, lists, heads and links")
    func recomputed() async throws {
        try await post(1...30)
        _ = try await database.post(
            """
            insert into bills (id, amount, party, note, dims) values
                (501, 5, E'a\\nb''"\\\\,{}', '日本 ''x''', '{"b": [1, 2.50], "a": "é"}'), (502, null, '', '', '{}');
            """
        )
        _ = try await database.post("update bills set amount = 9 where id < 12")
        try await database.run(
            "update pgsync.rules set active_until = '2027-01-01' where name = 'fee'; select ledger.start_closing('2026-01')"
        )
        // A range of the log with its totals, and a report.
        try await database.run(
            """
            select setval('pgsync.sync_logs_id_seq', 260000); select pgsync.remember_growth(settling => '0');
            set session_replication_role = replica;
            alter table pgsync.sync_logs_000001 disable trigger all;
            update pgsync.sync_logs_000001 set captured_at = captured_at - interval '8 days';
            begin; set local pgsync.finishing = on; delete from pgsync.sync_queue; commit;
            select pgsync.drop_range_step();
            insert into pgsync.verify_runs (job, finished_at, report, digest) values (1, now(), 'x', sha256('x'));
            select set_config('pgsync.actor', '{"name": "ravi", "token": 7, "address": "::1"}', false);
            select pgsync.record_act('retry', '["5"]', 'häh', 'done', '{"retried": 1}');
            """
        )
        try await database.extendChain(limit: 20)
        #expect(
            try await database.lines(
                "select kind from pgsync.audit_chain where kind in ('range', 'report', 'act') order by 1"
            )
                == ["act", "range", "report"]
        )
        var python = Invocation(
            "python3",
            ["\(Repository.path(of: "Tests/PostingTests/Chain/recompute.py"))"]
        )
        python.standardInput = .text(
            try await database.psql(try Repository.read("Tests/PostingTests/Chain/columns.sql"))
                .standardOutput.text
        )
        let output = try await ChildProcess.run(python, timeout: .seconds(60)).checked()
        let head = try await database.anchorChain()
        let rows = try #require(try await database.value("select row_count from pgsync.chain_state"))
        #expect(output.standardOutput.text == "\(head.seq) \(head.head) \(rows)\n")
    }
}
