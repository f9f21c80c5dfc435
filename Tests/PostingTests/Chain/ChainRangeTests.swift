import Postgres
import TestSupport
import Testing

@Suite("The chain and dropped ranges", .posting, .timeLimit(.minutes(5)))
struct ChainRangeTests {
    let database = TestDatabase.current

    /// Posts five attempts of changes that are so old that their ranges may go.
    private func age() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, null), (3, 3)")
        _ = try await database.post("update bills set amount = 5 where id < 3")
        try await database.run(
            """
            select setval('pgsync.sync_logs_id_seq', 4100000);
            select pgsync.remember_growth(settling => '0');
            set session_replication_role = replica;
            alter table pgsync.sync_logs_000001 disable trigger all;
            update pgsync.sync_logs_000001 set captured_at = captured_at - interval '8 days';
            alter table pgsync.sync_audit_log_000001 disable trigger all;
            update pgsync.sync_audit_log_000001 set recorded_at = recorded_at - interval '9 years';
            """
        )
    }

    private func drop() async throws {
        while try await database.value("select state from pgsync.drop_range_step()") != "done" {}
    }

    private func audit(_ column: String) async throws -> String? {
        try await database.value(
            "select \(column) from pgsync.list_ranges() where range_name = 'sync_audit_log_000001'"
        )
    }

    @Test("has the totals of a range before it goes, and afterwards counts its rows apart")
    func dropped() async throws {
        try await age()
        let rows = try await database.value("select count(*) from pgsync.sync_audit_log")
        try await database.extendChain()
        try await drop()
        #expect(try await audit("state || ' ' || obstacle") == "frozen unchained")
        try await database.extendChain()
        let anchor = try await database.anchorChain()
        #expect(try await audit("obstacle") == nil)
        try await drop()
        #expect(try await audit("state") == "dropped")
        let verdict = try await database.verifyChain(anchor)
        #expect(verdict.state == "verified" && verdict.findings == [])
        let dropped = "select rows_dropped from pgsync.chain_verifications order by id desc limit 1"
        #expect(try await database.value(dropped) == rows)
        #expect(
            try await database.lines(
                "select unnest(keys) from pgsync.audit_chain where kind = 'range' order by 1"
            )
                == database.lines(
                    "select range_name from pgsync.id_ranges where state = 'dropped' order by 1"
                )
        )

        try await database.dropGuards()
        try await database.run(
            "update pgsync.range_totals set row_count = row_count + 1 where range_name ~ 'audit' and outcome = 'posted'"
        )
        #expect(try await database.verifyChain(anchor).findings == ["changed range sync_audit_log_000001"])
        try await database.run("delete from pgsync.id_ranges where range_name = 'sync_audit_log_000001'")
        let missing = try await database.verifyChain(anchor).findings
        #expect(missing.count == Int(rows ?? "").map { $0 + 1 })
        #expect(missing.last == "missing range sync_audit_log_000001")
    }

    @Test("keeps a range whose rows it does not have all, and takes no notice where it was never begun")
    func unchained() async throws {
        _ = try await database.post("insert into bills (id, amount) values (9, 9)")
        try await database.extendChain()
        try await age()
        try await drop()
        try await database.run(
            "select pgsync.add_block('range', 0, '{sync_audit_log_000001}', array[sha256('x')])"
        )
        #expect(try await audit("state || ' ' || obstacle") == "frozen unchained")
        #expect(try await database.value("select pgsync.count_chained(0, 4000000)") == "1")
        try await database.dropGuards()
        try await database.run("truncate pgsync.audit_chain")
        try await drop()
        #expect(try await audit("state") == "dropped")
    }

    @Test(
        "does not believe a range that somebody invented for rows that he deleted",
        arguments: [
            (1, ["miscounted range odd"]), (3, ["miscounted range odd"]),
            (nil, ["missing audit 1.1", "missing audit 2.1"]),
        ] as [(Int?, [String])]
    )
    func invented(total: Int?, expected: [String]) async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, 2), (3, 3)")
        try await database.extendChain()
        let anchor = try await database.anchorChain()
        try await database.dropGuards()
        try await database.run("delete from pgsync.sync_audit_log where log_id < 3")
        if let total {
            try await database.run(
                """
                insert into pgsync.id_ranges (
                    table_name, range_name, from_id, until_id, state, frozen_at, dropped_at, dropped_by, inserted, row_count
                )
                values ('sync_audit_log', 'odd', 1, 3, 'dropped', now(), now(), 'x', 2, 2);
                insert into pgsync.range_totals (
                    range_name, source_table, day, outcome, table_name, row_count, entry_count, first_id, last_id, digest, snapshot
                )
                values ('odd', 'bills', current_date, 'posted', 'public.bills', \(total), 2, 1, 2, sha256('x'), pg_current_snapshot())
                """
            )
            #expect(
                try await database.verifyChain(anchor).findings == ["missing audit 1.1", "missing audit 2.1"]
            )
            try await database.extendChain()
        }
        let verdict = try await database.verifyChain(anchor)
        #expect(verdict.findings == expected)
    }

    @Test("counts rows of parts that lie in a range as a whole or by a piece")
    func counted() async throws {
        _ = try await database.post(
            "insert into bills (id, amount) select g, g from generate_series(1, 10) as g"
        )
        try await database.run("select setval('pgsync.sync_logs_id_seq', 16384 * 2)")
        _ = try await database.post(
            "insert into bills (id, amount) select g, g from generate_series(11, 15) as g"
        )
        try await database.extendChain()
        for (span, count) in [("0, 16384", "10"), ("5, 9", "4"), ("0, 32771", "12"), ("10, 65536", "6")] {
            #expect(try await database.value("select pgsync.count_chained(\(span))") == count, "\(span)")
        }
    }
}
