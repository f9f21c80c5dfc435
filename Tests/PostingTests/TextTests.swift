import Postgres
import TestSupport
import Testing

@Suite("Texts that whoever writes a row chooses", .posting, .timeLimit(.minutes(2)))
struct TextTests {
    let database = TestDatabase.current

    @Test(
        "are posted up to their limit, and fail beyond it",
        arguments: [
            (
                "note", "repeat('é', 1000)", "repeat('é', 1001)",
                "a description has 1001 characters; the limit is 1000"
            ),
            (
                "party", "repeat('p', 200)", "repeat('p', 201)",
                "a party has 201 characters; the limit is 200"
            ),
            (
                "dims", "jsonb_build_object('a', repeat('d', 1983))",
                "jsonb_build_object('a', repeat('d', 1984))",
                "the dimensions of a line have 2001 bytes; the limit is 2000"
            ),
        ]
    )
    func limits(column: String, longest: String, tooLong: String, message: String) async throws {
        #expect(
            try await database.post(
                """
                insert into bills (id, amount, \(column)) values (1, 1, \(longest)), (2, 2, \(tooLong));
                insert into bills (id, amount) values (3, 3)
                """
            ) == "posted 2, failed 1"
        )
        #expect(
            try await database.lines(
                "select concat_ws(' ', sync_status, error_class, error_message) from pgsync.sync_queue"
            )
                == ["failed data.length \(message)"]
        )
        try await database.expectNoFaults()
    }

    @Test("are cut where they only explain: the correlation id, and the message of an error")
    func cut() async throws {
        try await database.run(
            """
            set pgsync.correlation_id = '\(String(repeating: "c", count: 500))'; insert into bills (id, amount) values (1, 1);
            create function public.fail() returns trigger language plpgsql as $$begin raise exception '%', repeat('e', 5000); end$$;
            create trigger fail after insert on ledger.journal_lines for each row when (new.amount = 66) execute function public.fail();
            insert into bills (id, amount) values (2, 66);
            """
        )
        #expect(try await database.post(isolate: true) == "posted 1, failed 1")
        #expect(
            try await database.lines(
                """
                select length(correlation_id) from ledger.journal_entries union all
                select length(correlation_id) from pgsync.sync_audit_log where outcome = 'posted' union all
                select length(error_message) from pgsync.sync_audit_log where outcome = 'failed' union all
                select length(error_message) from pgsync.sync_queue
                """
            ) == ["200", "200", "1000", "1000"]
        )
    }

    @Test("are in no index, which would take them only up to a length: these are all that have texts")
    func indexes() async throws {
        let found = try await database.lines(
            """
            select distinct index.indexrelid::regclass::text
            from pg_index as index
            inner join pg_class as own on own.oid = index.indexrelid
            cross join lateral unnest(index.indkey::int2[]) as key (number)
            left join pg_attribute as field on field.attrelid = index.indrelid and field.attnum = key.number
            where own.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace) and not own.relispartition
                and (key.number = 0 or field.attlen = -1 and field.atttypid not in ('numeric'::regtype, 'daterange'::regtype))
            """
        )
        #expect(
            found.sorted()
                == [
                    // Codes and names whose length is checked, or that an administrator gives.
                    "pgsync.compare_differences_result", "pgsync.compare_results_pkey",
                    "pgsync.comparisons_pkey",
                    "pgsync.numbers_count_runs",
                    "ledger.journal_entries_site", "ledger.journal_lines_account",
                    "pgsync.signed_messages_pkey", "pgsync.site_members_pkey",
                    "pgsync.record_versions_pkey", "pgsync.record_versions_tick",
                    "pgsync.conflicts_record", "pgsync.nodes_pkey", "pgsync.masters_pkey",
                    "pgsync.staged_records_pkey",
                    "pgsync.sync_audit_log_site",
                    "pgsync.sync_master_status_site",
                    "ledger.accounts_pkey", "ledger.balance_snapshots_pkey", "ledger.currencies_pkey",
                    "ledger.periods_pkey", "pgsync.excluded_tables_pkey", "pgsync.migrations_pkey",
                    "pgsync.one_active_job_per_subject", "pgsync.one_row_per_phase",
                    "pgsync.one_running_per_subject", "pgsync.rules_pkey", "pgsync.schema_objects_pkey",
                    "pgsync.sync_configuration_pkey", "pgsync.audit_chain_kind_part",
                    "pgsync.chain_anchors_destination", "pgsync.chain_kinds_pkey", "pgsync.id_ranges_pkey",
                    "pgsync.image_keys_pkey", "pgsync.api_requests_pkey", "pgsync.api_sessions_pkey",
                    "pgsync.secret_is_used_once",
                    "pgsync.name_is_used_once", "pgsync.one_range_from_each_id", "pgsync.range_totals_pkey",
                    "pgsync.sync_schedule_runs_schedule", "pgsync.sync_schedules_pkey",
                    "pgsync.alert_deliveries_given_up", "pgsync.alert_deliveries_unfinished",
                    "pgsync.alert_groups_pkey", "pgsync.alert_notices_group_key", "pgsync.channels_pkey",
                    "pgsync.message_id_is_unique",
                    "pgsync.one_alert_at_a_time", "pgsync.sync_alerts_end_untold",
                    "pgsync.sync_system_health_pkey",
                    // Of streams, of up to 63 bytes.
                    "pgsync.endpoints_pkey", "pgsync.endpoint_budgets_pkey", "pgsync.endpoint_calls_pkey",
                    "pgsync.endpoint_members_pkey", "pgsync.cursors_pkey", "pgsync.imports_pkey",
                    "pgsync.import_streams_pkey", "pgsync.import_plans_pkey", "pgsync.import_slices_pkey",
                    // By a class of up to 200 bytes, without which a failure is not in it.
                    "pgsync.sync_queue_failed",
                    "pgsync.configuration_history_config_key",
                    // By an account and a currency, of up to 500 bytes.
                    "pgsync.rule_diff_sums_pkey",
                    // Made of a number and a rule, or at most 200 characters long.
                    "ledger.idempotency_key_is_used_once",
                    // Kept by pgsync.short_id.
                    "pgsync.import_absences_pkey", "pgsync.import_sightings_pkey",
                    "pgsync.one_difference_at_a_time", "pgsync.one_open_failure_per_item",
                    "pgsync.sync_failed_items_unresolved", "pgsync.sync_heals_record",
                    "pgsync.sync_master_status_pkey",
                ].sorted()
        )
    }

    @Test("that are a reason have a limit, too")
    func reasons() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1), (2, null)")
        #expect(
            try await database.refusal(of: "select pgsync.skip_changes('{2}', repeat('x', 1001))").sqlState?
                .code
                == "22023"
        )
        #expect(
            try await database.refusal(of: "select ledger.reverse_entry(1, null, repeat('x', 1001))")
                .sqlState?.code
                == "PL013"
        )
    }
}
