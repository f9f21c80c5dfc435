import Postgres
import TestSupport
import Testing

/// The statements that administrators bring along, as they write them: as an operator, with the schema in the path.
@Suite("Statements administrators know", .posting, .timeLimit(.minutes(10)))
struct KnownStatementsTests {
    let database = TestDatabase.current

    /// A change that is posted, and two dead letters.
    private func prepare() async throws {
        #expect(
            try await database.post("insert into bills (id, amount) values (1, 5), (2, null), (3, null)")
                == "posted 1, failed 2"
        )
    }

    private func asOperator(_ statement: String) -> String {
        "set search_path = public, pgsync; set role pgsync_operator; \(statement)"
    }

    @Test("show the settings and change one")
    func settings() async throws {
        let settings = try await database.lines(asOperator("SELECT * FROM sync_configuration;"))
        #expect(settings.contains("max_retry_attempts"))
        try await database.run(
            asOperator(
                """
                UPDATE sync_configuration
                SET config_value = '10'
                WHERE config_key = 'max_retry_attempts';
                """
            )
        )
        #expect(
            try await database.value("select pgsync.configuration_integer('max_retry_attempts')") == "10"
        )
    }

    @Test("have all that failed tried again")
    func retry() async throws {
        try await prepare()
        try await database.run("update bills set amount = 7 where id = 2")
        try await database.run(
            asOperator(
                """
                UPDATE sync_queue
                SET retry_count = 0, scheduled_at = NOW()
                WHERE retry_count >= max_retries;
                """
            )
        )
        #expect(try await database.post() == "posted 1, superseded 1, failed 1")
    }

    /// Statements that cannot work as they stand, and how PostgreSQL refuses them.
    private static let refused = [
        "DELETE FROM sync_queue WHERE processed_at IS NOT NULL AND created_at < NOW() - INTERVAL '7 DAY';":
            SQLState("42703"),
        "DELETE FROM sync_queue WHERE processed_at IS NOT NULL AND created_at < DATE_SUB(NOW(), INTERVAL 7 DAY);":
            SQLState("42601"),
        "CREATE INDEX idx_sync_queue_processing ON sync_queue (scheduled_at, processed_at, locked_at);":
            SQLState("42501"),
        "CREATE INDEX idx_sync_master_unsynced ON sync_master_status (is_synced, last_sync_attempt);":
            SQLState("42501"),
        "UPDATE sync_logs SET sync_status = 'pending', error_message = NULL WHERE sync_status = 'failed';":
            SQLState("42703"),
        "DELETE FROM sync_logs WHERE sync_status = 'completed' AND created_at < NOW() - INTERVAL '3 DAY';":
            SQLState("42703"),
        "SOURCE Accounting/comprehensive_sync_schema.sql;": SQLState("42601"),
        "SOURCE Accounting/sync_triggers.sql;": SQLState("42601"),
    ]

    @Test("change nothing where something else stands in their place", arguments: refused)
    func refuses(statement: String, state: SQLState) async throws {
        try await prepare()
        #expect(try await database.refusal(of: asOperator(statement)).sqlState == state)
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "2")
        try await database.expectNoFaults()
    }

    @Test("have stand-ins that do what they were for")
    func standIns() async throws {
        try await prepare()
        #expect(
            try await database.lines(
                asOperator(
                    """
                    select concat_ws(' ', sync_status, count(*)) from sync_log_status
                    group by sync_status order by sync_status
                    """
                )
            ) == ["failed 2", "posted 1"]
        )
        // Unfinished, of all tables and of one.
        #expect(
            try await database.lines(
                asOperator(
                    "select record_id from waiting_changes where source_table = 'bills'::regclass order by log_id"
                )
            ) == ["2", "3"]
        )
        // Try again what failed.
        try await database.run(
            asOperator(
                "update sync_queue set retry_count = 0, scheduled_at = now() where sync_status = 'failed'"
            )
        )
        #expect(
            try await database.lines(
                asOperator("select id from sync_log_status where sync_status = 'pending' order by id")
            ).count == 2
        )
        // Give up what waits.
        #expect(
            try await database.value(
                asOperator(
                    """
                    select skip_changes(
                        array(select log_id from waiting_changes where captured_at < now() - interval '0 days'),
                        'the queue is cleared'
                    )
                    """
                )
            ) == "2"
        )
        #expect(try await database.value("select count(*) from pgsync.sync_queue") == "0")
        try await database.expectNoFaults()
    }
}
