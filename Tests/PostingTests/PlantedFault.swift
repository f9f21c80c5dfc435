// Long because each fault is a script.
import Testing

/// A fault that somebody plants, what a verification must call it, and whether healing mends it.
struct PlantedFault: Sendable, CustomTestStringConvertible {
    let name: String
    let sql: String
    let kinds: Set<String>
    /// What is left after healing, and posting.
    let left: Set<String>

    init(_ name: String, _ sql: String, _ kinds: Set<String>, heals: Bool = true, left: Set<String>? = nil) {
        self.name = name
        self.sql = sql
        self.kinds = kinds
        self.left = left ?? (heals ? [] : kinds)
    }

    var testDescription: String { name }

    static let records: [PlantedFault] = [
        .init(
            "a row inserted unseen",
            unseen("bills", "insert into bills (id, amount) values (90, 5)"),
            ["not_captured"]
        ),
        .init(
            "many rows inserted unseen",
            unseen("bills", "insert into bills (id, amount) select id, 5 from generate_series(90, 94) as id"),
            ["not_captured"]
        ),
        .init(
            "a row copied into a partition unseen",
            unseen("parts", "insert into parts_2 (id, amount) values (6, 5)"),
            ["not_captured"]
        ),
        .init(
            "an amount changed unseen",
            unseen("bills", "update bills set amount = 7 where id = 1"),
            ["wrong_entry"]
        ),
        .init(
            "a party changed unseen",
            unseen("bills", "update bills set party = 'P-9' where id = 1"),
            ["wrong_entry"]
        ),
        .init(
            "an account changed unseen",
            unseen("bills", "update bills set account = '4100' where id = 1"),
            ["wrong_entry"]
        ),
        .init(
            "a day changed unseen",
            unseen("bills", "update bills set day = '2026-05-05' where id = 1"),
            ["wrong_entry"]
        ),
        .init(
            "dimensions changed unseen",
            unseen("bills", "update bills set dims = '{\"a\": 1}' where id = 1"),
            ["wrong_entry"]
        ),
        .init(
            "a second entry gone unseen",
            unseen("bills", "update bills set fee = 0 where id = 2"),
            ["older_rule"]
        ),
        .init(
            "a draft made final unseen",
            unseen("bills", "update bills set status = 'final' where id = 3"),
            ["missing_entry"]
        ),
        .init(
            "a final bill made a draft unseen",
            unseen("bills", "update bills set status = 'draft' where id = 1"),
            ["extra_entry"]
        ),
        .init(
            "a row deleted unseen",
            unseen("bills", "delete from bills where id = 1"),
            ["deleted_record"]
        ),
        .init(
            "a row of a partition deleted unseen",
            unseen("parts", "delete from parts where id = 1"),
            ["deleted_record"]
        ),
        .init("a table emptied unseen", unseen("bills", "truncate bills"), ["deleted_record"]),
        .init(
            "a key changed unseen",
            unseen("bills", "update bills set id = 91 where id = 1"),
            ["not_captured", "deleted_record"]
        ),
        .init(
            "an amount made wrong unseen",
            unseen("bills", "update bills set amount = null where id = 1"),
            ["rule_failure"],
            left: []
        ),
        .init(
            "a version of a rule for days that are posted",
            """
            set role pgsync_owner;
            select pgsync.add_rule('bill', 2, 'public.bills', '2026-04-01');
            reset role
            """,
            ["older_rule"]
        ),
    ]

    static let journal: [PlantedFault] = [
        .init(
            "an amount of a line altered",
            unseen(
                "ledger.journal_lines",
                "update ledger.journal_lines set amount = amount + 1 where entry_id = 1 and line = 1"
            ),
            ["altered_entry", "journal"],
            heals: false
        ),
        .init(
            "both amounts of an entry altered",
            unseen(
                "ledger.journal_lines",
                "update ledger.journal_lines set amount = amount * 2 where entry_id = 1"
            ),
            ["altered_entry"]
        ),
        .init(
            "the account of a line altered",
            unseen(
                "ledger.journal_lines",
                "update ledger.journal_lines set account = '4100' where entry_id = 1 and line = 2"
            ),
            ["altered_entry"]
        ),
        .init(
            "the party of a line altered",
            unseen(
                "ledger.journal_lines",
                "update ledger.journal_lines set party = 'P-8' where entry_id = 1 and line = 1"
            ),
            ["altered_entry"]
        ),
        .init(
            "a line deleted",
            unseen(
                "ledger.journal_lines",
                "delete from ledger.journal_lines where entry_id = 1 and line = 2"
            ),
            ["altered_entry", "journal"],
            heals: false
        ),
        .init(
            "a line added",
            unseen(
                "ledger.journal_lines",
                "insert into ledger.journal_lines (entry_id, line, account, amount, currency) values (1, 3, '1000', 5, 'INR')"
            ),
            ["altered_entry", "journal"],
            heals: false
        ),
        .init(
            "the description of an entry altered",
            unseen(
                "ledger.journal_entries",
                "update ledger.journal_entries set description = 'x' where id = 1"
            ),
            ["altered_entry"]
        ),
        .init(
            "an entry of another rule",
            unseen("ledger.journal_entries", "update ledger.journal_entries set rule = 'fee@1' where id = 1"),
            ["altered_entry"]
        ),
        .init(
            "an entry deleted with its lines",
            unseen("ledger.journal_lines", "delete from ledger.journal_lines where entry_id = 1")
                + unseen("ledger.journal_entries", "delete from ledger.journal_entries where id = 1"),
            ["lost_entry", "unknown_entry"],
            left: ["unknown_entry"]
        ),
        .init(
            "an entry deleted without its lines",
            unseen("ledger.journal_entries", "delete from ledger.journal_entries where id = 1"),
            ["lost_entry", "unknown_entry", "journal"],
            left: ["unknown_entry", "journal"]
        ),
        .init(
            "an entry posted twice",
            unseen(
                "ledger.journal_lines",
                unseen(
                    "ledger.journal_entries",
                    """
                    insert into ledger.journal_entries (
                        id, entry_date, document_date, purpose, currency, change_id, source_table, record_id, rule,
                        idempotency_key, input_hash, description
                    )
                    select
                        nextval('ledger.journal_entries_id_seq'), entry_date, document_date, purpose, currency, change_id,
                        source_table, record_id, rule, 'twice', input_hash, description
                    from ledger.journal_entries where id = 1;
                    insert into ledger.journal_lines (entry_id, amount, line, account, currency, party, dimensions)
                    select currval('ledger.journal_entries_id_seq'), amount, line, account, currency, party, dimensions
                    from ledger.journal_lines where entry_id = 1
                    """
                )
            ),
            ["orphan_entry", "journal"],
            left: ["journal"]
        ),
        .init(
            "an entry reversed by hand",
            "select ledger.reverse_entry(1, '2026-04-10', 'by hand')",
            ["reversed_entry"]
        ),
        .init(
            "an entry in a period that was closed before",
            """
            select ledger.start_closing('2026-04'), ledger.close_period('2026-04');
            """
                + unseen(
                    "ledger.journal_entries",
                    "update ledger.journal_entries set posted_at = clock_timestamp() where id = 1"
                ),
            ["journal"],
            heals: false
        ),
        .init(
            "a period deleted",
            unseen("ledger.periods", "delete from ledger.periods where name = '2026-04'"),
            ["journal"],
            heals: false
        ),
        .init(
            "an account deleted",
            unseen("ledger.accounts", "delete from ledger.accounts where code = '4100'"),
            ["journal"],
            heals: false
        ),
        .init(
            "a balance altered",
            "select ledger.take_snapshot(); update ledger.balance_snapshots set amount = amount + 1 where account = '4000'",
            ["balance"],
            heals: false
        ),
        .init(
            "a safeguard off",
            "alter table ledger.journal_lines disable trigger journal_lines_are_never_rewritten",
            ["journal", "schema"],
            heals: false
        ),
    ]

    static let bookkeeping: [PlantedFault] = [
        .init(
            "a fingerprint altered",
            "update pgsync.sync_master_status set fingerprint = 5 where record_id = '1' and source_table = 'bills'::regclass",
            ["wrong_status", "wrong_entry"]
        ),
        .init(
            "a status without its entries",
            "update pgsync.sync_master_status set entry_ids = '{}' where record_id = '1' and source_table = 'bills'::regclass",
            ["wrong_status", "orphan_entry"]
        ),
        .init(
            "a status with the entry of another record",
            "update pgsync.sync_master_status set entry_ids = '{4}' where record_id = '1' and source_table = 'bills'::regclass",
            ["wrong_status", "orphan_entry"]
        ),
        .init(
            "a status deleted",
            "delete from pgsync.sync_master_status where record_id = '1' and source_table = 'bills'::regclass",
            ["not_captured", "orphan_entry"]
        ),
        .init(
            "a waiting change removed from the queue",
            """
            update bills set amount = 9 where id = 1;
            \(unseen("pgsync.sync_queue", "delete from pgsync.sync_queue"))
            """,
            ["lost_change", "wrong_entry"]
        ),
        .init(
            "an outcome deleted",
            unseen("pgsync.sync_audit_log", "delete from pgsync.sync_audit_log where log_id = 1"),
            ["lost_change", "journal"],
            left: ["journal"]
        ),
        .init(
            "a second outcome",
            unseen(
                "pgsync.sync_audit_log",
                """
                insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id)
                select log_id, 9, 'unchanged', source_table, record_id from pgsync.sync_audit_log where log_id = 1
                """
            ),
            ["outcome_twice"],
            heals: false
        ),
        .init(
            "an outcome without its change",
            unseen(
                "pgsync.sync_audit_log",
                """
                insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id)
                select 4000, 1, 'unchanged', source_table, record_id from pgsync.sync_audit_log where log_id = 1
                """
            ),
            ["unknown_change", "sequence"],
            heals: false
        ),
        .init(
            "a change deleted from the log",
            unseen("pgsync.sync_logs", "delete from pgsync.sync_logs where id = 1"),
            ["unknown_change"],
            heals: false
        ),
        .init(
            "an outcome that names another entry",
            unseen(
                "pgsync.sync_audit_log",
                "update pgsync.sync_audit_log set entry_ids = '{4000}' where log_id = 1"
            ),
            ["unknown_entry", "journal"],
            heals: false
        ),
    ]

    static let signs: [PlantedFault] = [
        .init(
            "a capture trigger off",
            "alter table bills disable trigger \"000_pgsync_insert\"",
            ["capture"],
            heals: false
        ),
        .init(
            "a capture trigger that replicas do not fire",
            "alter table bills enable trigger \"000_pgsync_insert\"",
            ["capture"],
            heals: false
        ),
        .init(
            "a capture trigger dropped",
            "drop trigger \"000_pgsync_delete\" on bills",
            ["capture"],
            heals: false
        ),
        .init(
            "a partition attached later",
            "create table parts_3 partition of parts for values in (7)",
            ["capture"],
            heals: false
        ),
        .init("a table renamed", "alter table moves rename to moved", ["capture"], heals: false),
        .init("a table dropped", "drop table notes", ["capture"], heals: false),
        .init(
            "the function of a rule changed",
            """
            do $do$ begin
                execute replace(pg_get_functiondef('pgsync.rule_fee_v1'::regproc), '4100', '4200');
            end; $do$;
            set role pgsync_owner;
            update pgsync.rules set function_checksum = pgsync.rule_checksum('rule_bill_v1') where name = 'fee';
            reset role
            """,
            ["rule", "wrong_entry"],
            left: ["rule"]
        ),
        .init(
            "a function of the schema changed",
            "alter function pgsync.queue_size volatile",
            ["schema"],
            heals: false
        ),
        .init(
            "a right given away",
            "grant update on pgsync.sync_audit_log to public",
            ["schema"],
            heals: false
        ),
        .init(
            "the sequence of the log set back",
            "select setval('pgsync.sync_logs_id_seq', 2)",
            ["sequence"],
            heals: false
        ),
        .init(
            "the sequence of the journal set back",
            "select setval('ledger.journal_entries_id_seq', 2)",
            ["sequence"],
            heals: false
        ),
        .init(
            "the clock set back",
            unseen(
                "pgsync.sync_logs",
                "update pgsync.sync_logs set captured_at = clock_timestamp() + interval '1 hour' where id = (select max(id) from pgsync.sync_logs)"
            ),
            ["clock"],
            heals: false
        ),
    ]
}
