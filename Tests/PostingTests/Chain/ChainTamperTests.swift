import Postgres
import TestSupport
import Testing

@Suite("Tampering", .chained, .timeLimit(.minutes(10)))
struct ChainTamperTests {
    let database = TestDatabase.current

    @Test("not done is not found")
    func untouched() async throws {
        let anchor = try await database.anchorChain()
        let verdict = try await database.verifyChain(anchor)
        #expect(verdict.state == "verified" && verdict.findings == [])
    }

    /// A range with totals, and a report.
    private static let rareRows = """
        insert into pgsync.id_ranges (table_name, range_name, from_id, until_id, state, frozen_at, newest_at, row_count)
        values ('sync_logs', 'odd one', 7, 9, 'frozen', now(), now(), 2);
        insert into pgsync.range_totals (
            range_name, source_table, day, outcome, table_name, row_count, entry_count, first_id, last_id, digest, snapshot
        )
        select
            'odd one', 'bills'::regclass, '2026-01-01', outcome, 'public.bills', 2, 2, 7, 8, sha256(outcome::bytea),
            pg_current_snapshot()
        from unnest('{captured, posted}'::text[]) as outcome;
        insert into pgsync.verify_runs (job, finished_at, report, digest) values (1, now(), 'x', sha256('x'));
        select set_config('pgsync.actor', '{"name": "ravi", "token": 7, "address": "::1", "confirmed_by": "asha"}', false);
        select pgsync.record_act('retry', '["5"]', 'asked', 'done', '{"retried": 1}');
        """

    /// Changes each column of a row in turn, in several ways, and tells what the verification says of each.
    private static let mutations = #"""
        create function checks.mutations(relation regclass, condition text, kind text, part bigint)
        returns table (field name, verdict text) language plpgsql as $$
        declare
            change text;
            own record;
        begin
            for own in
                select attribute.attname, format_type(attribute.atttypid, null) as type
                from pg_attribute as attribute
                where attribute.attrelid = relation and attribute.attnum > 0 and not attribute.attisdropped
                    and attribute.attgenerated = '' and attribute.attidentity = ''
            loop
                foreach change in array case own.type
                    when 'text' then array['coalesce(%1$I, '''') || '' ''', 'nullif(''x'', %1$I)', 'overlay(%1$I placing ''~'' from 1)']
                    when 'bigint' then array['coalesce(%1$I, 0) + 1', 'coalesce(%1$I, 0) # 1024']
                    when 'integer' then array['%1$I + 1']
                    when 'smallint' then array['(%1$I + 1)::smallint']
                    when 'boolean' then array['not %1$I']
                    when 'date' then array['coalesce(nullif(%1$I, ''-infinity''), ''2026-01-01'') + 1']
                    when 'timestamp with time zone' then array['%1$I + interval ''1 microsecond''', '''infinity''']
                    when 'interval' then array['coalesce(%1$I, ''0'') + interval ''1 microsecond''']
                    when 'pg_snapshot' then array['pg_snapshot ''1:1:''']
                    when 'regclass[]' then array['%1$I || ''pg_class''::regclass']
                    when 'xid8' then array['(%1$I::text::bigint + 1)::text::xid8']
                    when 'bytea' then array['set_byte(%1$I, 0, get_byte(%1$I, 0) # 1)', '%1$I || ''\x00''']
                    when 'jsonb' then array['coalesce(%1$I, ''{}'') || ''{"x": 1}''']
                    when 'bigint[]' then array['coalesce(%1$I, ''{}'') || 5::bigint', 'array[null]::bigint[]']
                    when 'text[]' then array['%1$I || ''x''::text']
                    when 'regclass' then array['''pg_class''::regclass', '''public.notes''::regclass']
                    when 'pgsync.outcome' then array['case %1$I when ''unchanged'' then ''skipped'' else ''unchanged'' end::pgsync.outcome']
                    when 'ledger.purpose' then array['''opening''::ledger.purpose']
                    else array['no such type as ' || own.type]
                end loop
                    -- Another way would not change anything.
                    continue when change like 'overlay%' and own.attname in ('error_class', 'error_message', 'error_column', 'correlation_id', 'site', 'party', 'reason');
                    begin
                        execute format(
                            'update %s set %I = %s where %s', relation, own.attname, format(change, own.attname), condition
                        );
                        select string_agg(concat_ws(' ', found.finding, found.key), ', ' order by found.finding, found.key)
                        into verdict
                        from pgsync.verify_part(kind, part) as found
                        where found.finding not in ('checked', 'waiting');
                        raise exception using errcode = 'UNDO1';
                    exception
                        when unique_violation then null;
                        when sqlstate 'UNDO1' then
                            field := own.attname;
                            return next;
                    end;
                end loop;
            end loop;
        end;
        $$;
        """#

    @Test("with any field of any row of any kind is found at that row")
    func fields() async throws {
        try await database.run(Self.rareRows)
        try await database.extendChain()
        try await database.run(Self.mutations)
        // What may change lawfully is not chained.
        let free: [String: Set<String>] = [
            "pgsync.rules": ["active_until", "function_checksum"],
            "ledger.accounts": ["active", "name", "parent", "party_required", "zero_to_close"],
            "ledger.currencies": ["name"],
            "pgsync.id_ranges": [
                "state", "made_at", "made_by", "frozen_through", "newest_at", "dropped_at", "dropped_by",
                "bytes", "inserted",
            ],
            "pgsync.range_totals": ["source_table", "snapshot", "frozen_at"],
            "pgsync.verify_runs": [
                "source_table", "since", "until", "heals", "dry_run", "whole_tables", "first_snapshot",
                "last_snapshot",
                "named", "heal_stopped", "started_at", "report",
            ],
        ]
        // One that was amended, one that failed, and any.
        let any = (1...Profile.size(1, full: 200)).map { _ in Int.random(in: 1...ChainedBills.count) }
        let numbers = [8, 50] + any
        var cases: [(table: String, condition: String, kind: String, key: String)] = [
            ("ledger.period_history", "id = 3", "period", "3"),
            ("pgsync.rules", "name = 'bill'", "rule", "bill.1"),
            ("ledger.accounts", "code = '4000'", "account", "4000"),
            ("ledger.currencies", "code = 'INR'", "currency", "INR"),
            ("pgsync.id_ranges", "range_name = 'odd one'", "range", "odd one"),
            ("pgsync.range_totals", "range_name = 'odd one' and outcome = 'posted'", "range", "odd one"),
            ("pgsync.verify_runs", "job = 1", "report", "1"),
            ("pgsync.acts", "id = 1", "act", "1"),
        ]
        for number in numbers {
            cases.append(
                ("pgsync.sync_audit_log", "log_id = \(number) and attempt = 1", "audit", "\(number).1")
            )
            cases.append(("ledger.journal_entries", "id = \(number)", "entry", "\(number)"))
            cases.append(("ledger.journal_lines", "entry_id = \(number) and line = 2", "entry", "\(number)"))
        }
        for one in cases {
            let found = try await database.lines(
                "select field || ': ' || coalesce(verdict, '') from checks.mutations('\(one.table)', $$\(one.condition)$$, '\(one.kind)', 0)"
            )
            #expect(found.count > 2)
            for verdict in found {
                let parts = verdict.split(separator: ": ", maxSplits: 1).map(String.init)
                if free[one.table]?.contains(parts[0]) == true { continue }
                // A row with another key is gone, and another came.
                let isFound =
                    parts.count == 2
                    && (parts[1].contains("changed \(one.key)") || parts[1].contains("missing \(one.key)"))
                #expect(isFound, "\(one.table) \(one.condition) \(verdict)")
            }
        }
        let ended = try await database.lines(
            "update pgsync.rules set active_until = '2028-01-01' where name = 'fee'; select finding || ' ' || key from pgsync.verify_part('rule_end', 0) where key is not null"
        )
        #expect(ended == ["changed fee.1"])
    }

    @Test(
        "by deleting, adding past it, swapping, moving a line, renaming in the chain is found",
        arguments: [
            ("delete from ledger.journal_entries where id = 5", ["missing entry 5"]),
            ("delete from ledger.journal_lines where entry_id = 5 and line = 1", ["changed entry 5"]),
            ("delete from pgsync.sync_audit_log where log_id = 7", ["missing audit 7.1"]),
            (
                "insert into ledger.journal_entries select (jsonb_populate_record(entry, '{\"id\": 99999, \"idempotency_key\": \"x\"}')).* from ledger.journal_entries as entry where id = 5",
                ["not_chained entry 99999"]
            ),
            (
                "insert into pgsync.sync_audit_log select (jsonb_populate_record(audit, '{\"attempt\": 2}')).* from pgsync.sync_audit_log as audit where log_id = 9",
                ["not_chained audit 9.2"]
            ),
            (
                "insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id, recorded_at) values (8, 9, 'posted', 'bills', '1', '2026-01-01')",
                ["not_chained audit 8.9"]
            ),
            (
                "insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id, recorded_xid) values (8, 9, 'posted', 'bills', '1', '99999999999')",
                ["not_chained audit 8.9"]
            ),
            (
                "insert into ledger.journal_entries (id, posted_at, entry_date, document_date, purpose, currency, idempotency_key, input_hash, description) values (99999, '2026-01-01', '2026-01-01', '2026-01-01', 'manual', 'INR', 'x', '\\x00', 'x')",
                ["back_dated entry 99999"]
            ),
            (
                "insert into ledger.period_history (period, status, changed_at, changed_by) values ('2026-01', 'open', '2026-01-01', 'x')",
                ["not_chained period 14"]
            ),
            (
                "update pgsync.sync_audit_log set record_id = case log_id when 3 then '4' else '3' end where log_id in (3, 4)",
                ["changed audit 3.1", "changed audit 4.1"]
            ),
            (
                "update ledger.journal_lines set entry_id = 6, line = 3 where entry_id = 5 and line = 1",
                ["changed entry 5", "changed entry 6"]
            ),
        ]
    )
    func rows(act: String, expected: [String]) async throws {
        let anchor = try await database.anchorChain()
        try await database.run(act)
        if !act.contains("period_history") { try await database.extendChain() }
        let verdict = try await database.verifyChain(anchor)
        #expect(verdict.state == "broken")
        #expect(verdict.findings == expected)
    }

    @Test(
        "with the chain itself is found in it",
        arguments: [
            ("update pgsync.audit_chain set chained_by = 'x' where seq = 2", ["head 2"]),
            ("update pgsync.audit_chain set part = 1 where seq = 2", ["head 2"]),
            ("update pgsync.audit_chain set digests[1] = digests[2] where seq = 2", ["list 2", "changed "]),
            ("update pgsync.audit_chain set keys[1] = keys[2], keys[2] = keys[1] where seq = 2", ["list 2"]),
            (
                "update pgsync.audit_chain set head = sha256('x') where seq = 2",
                ["head 2", "link 3", "rewritten 2"]
            ),
            ("delete from pgsync.audit_chain where seq = 2", ["block_missing 2", "link 3"]),
            (
                "update pgsync.audit_chain set since = since - interval '1 microsecond', system_identifier = 1 where seq = 1",
                ["head 1"]
            ),
        ]
    )
    func blocks(act: String, expected: [String]) async throws {
        let second =
            try await database.value("select encode(head, 'hex') from pgsync.audit_chain where seq = 2") ?? ""
        try await database.run(act)
        let verdict = try await database.verifyChain(ChainAnchor(seq: 2, head: second))
        #expect(verdict.state == "broken")
        for one in expected where !(one == "rewritten 2" && act.hasPrefix("delete")) {
            #expect(
                verdict.findings.contains { $0.hasPrefix(one) },
                "\(one) in \(verdict.findings.prefix(9))"
            )
        }
        #expect(
            verdict.links < Int(try await database.value("select max(seq) from pgsync.audit_chain") ?? "")
                ?? 0
        )
    }

    @Test("by cutting the tail or writing the whole chain anew is found by anchors alone")
    func anchors() async throws {
        let anchor = try await database.anchorChain()
        // The newest rows and blocks go as if they had never been.
        try await database.run(
            """
            delete from pgsync.audit_chain where seq = \(anchor.seq);
            """
        )
        let cut = try await database.verifyChain(anchor)
        #expect(cut.findings.last == "tail_cut \(anchor.seq)")
        try await database.run("update ledger.journal_lines set amount = amount * 2 where entry_id = 5")
        try await database.rewriteChain()
        #expect(try await database.verifyChain().findings == [])
        #expect(try await database.verifyChain(anchor).findings == ["rewritten \(anchor.seq)"])
        #expect(try await database.value("select state from pgsync.chain_state") == "broken")
    }

    @Test("with very many rows names a hundred of them and counts the others")
    func many() async throws {
        let anchor = try await database.anchorChain()
        try await database.run("update ledger.journal_entries set description = 'x'")
        let verdict = try await database.verifyChain(anchor)
        #expect(verdict.findings.count == 100)
        let counts = try await database.lines(
            """
            select unnest(array[max(findings), (select count(*) from ledger.journal_entries)])
            from pgsync.chain_verifications
            """
        )
        #expect(counts.count == 2 && counts.first == counts.last)
        #expect(
            try await database.value(
                "select found ~ 'and [0-9]+ more$' from pgsync.chain_findings order by id desc limit 1"
            ) == "t"
        )
    }

    @Test("by recording an anchor of another head, or an earlier one than before, is refused")
    func falseAnchors() async throws {
        let anchor = try await database.anchorChain()
        try await database.run("select pgsync.add_anchor('file', 'x', \(anchor.seq), '\\x\(anchor.head)')")
        let other = try await database.refusal(
            of: "select pgsync.add_anchor('file', 'x', 1, '\\x\(anchor.head)')"
        )
        #expect(other.sqlState?.code == "22023")
        let earlier = try await database.refusal(
            of: "select pgsync.add_anchor('file', 'x', 1, head) from pgsync.audit_chain where seq = 1"
        )
        #expect(earlier.sqlState?.code == "55000")
    }
}
