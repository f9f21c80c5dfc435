import PGSyncSchema
import Postgres
import TestSupport
import Testing

@Suite("Configuration in SQL", .migrated, .timeLimit(.minutes(10)))
struct ConfigurationTests {
    private static let setters = [
        "update pgsync.sync_configuration set config_value = $1 where config_key = $2",
        "select pgsync.set_configuration(key => $2, value => $1)",
    ]

    private static let refused: [(key: String, value: String?)] = [
        ("queue_batch_size", ""), ("queue_batch_size", " "), ("queue_batch_size", " 5"),
        ("queue_batch_size", "5\n"),
        ("queue_batch_size", "0"), ("queue_batch_size", "100001"), ("queue_batch_size", "1e3"),
        ("queue_batch_size", "0x10"), ("queue_batch_size", "1.0"), ("queue_batch_size", "+5"),
        ("queue_batch_size", "007"), ("queue_batch_size", "99999999999999999999999"),
        ("queue_batch_size", "five"),
        ("queue_batch_size", "1_000"), ("queue_batch_size", "٥"), ("queue_batch_size", nil),
        ("retry_backoff_multiplier", "NaN"), ("retry_backoff_multiplier", "Infinity"),
        ("retry_backoff_multiplier", "-inf"), ("retry_backoff_multiplier", "0.99"),
        ("retry_backoff_multiplier", "10.1"), ("retry_backoff_multiplier", "2."),
        ("retry_backoff_multiplier", ".5"),
        ("retry_backoff_multiplier", "2,5"), ("enable_real_time_sync", "yes"),
        ("enable_real_time_sync", "TRUE"),
        ("enable_real_time_sync", ""), ("max_retry_attempts", "0"),
    ]

    @Test("refuses bad values with an explanation, and without the trigger all the same")
    func refusesBadValues() async throws {
        let database = TestDatabase.current
        for (key, value) in Self.refused {
            for sql in Self.setters {
                let error = await failure(
                    of: Query(sql, [value, key]),
                    in: database,
                    as: "pgsync_operator"
                )
                #expect(error?.sqlState == .invalidParameterValue, "\(key) \(value ?? "null")")
                #expect(error?.message.hasPrefix("\(key) must be ") == true)
                #expect(error?.hint?.contains(key) == true)
            }
        }
        try await database.run(
            "alter table pgsync.sync_configuration disable trigger check_configuration"
        )
        for (key, value) in Self.refused where value != nil {
            let error = await failure(of: Query(Self.setters[0], [value, key]), in: database)
            #expect(error?.sqlState == .checkViolation, "\(key) \(value ?? "null")")
            #expect(error?.constraint?.hasPrefix("value_is_") == true)
        }
    }

    @Test("refuses texts that mean nothing, in a sentence that says what would")
    func refusesTexts() async throws {
        let database = TestDatabase.current
        for (key, value, message) in [
            (
                "closed_period_policy", "open_next",
                "closed_period_policy must be sweep or refuse, not 'open_next'"
            ),
            ("closed_period_policy", " ", "closed_period_policy must be sweep or refuse, not ' '"),
            ("books_time_zone", "Mars", "'Mars' is not a time zone; see pg_timezone_names"),
            ("permanent_error_classes", "data", "unknown error class 'data'; see pgsync.error_classes()"),
            ("permanent_error_classes", "rule.*,", "unknown error class ''; see pgsync.error_classes()"),
            (
                "permanent_error_classes", "data.*, data.typo",
                "unknown error class 'data.typo'; see pgsync.error_classes()"
            ),
        ] {
            for sql in Self.setters {
                let error = await failure(of: Query(sql, [value, key]), in: database, as: "pgsync_operator")
                #expect(error?.sqlState == .invalidParameterValue, "\(key) \(value)")
                #expect(error?.message == message)
            }
        }
        for (key, value) in [
            ("closed_period_policy", "refuse"), ("books_time_zone", "asia/kolkata"),
            ("permanent_error_classes", "*"), ("permanent_error_classes", "none"),
            ("permanent_error_classes", " transient , data.* ,rule.missing"),
        ] {
            #expect(
                await failure(of: Query(Self.setters[0], [value, key]), in: database, as: "pgsync_operator")
                    == nil
            )
        }
    }

    @Test("accepts what is allowed, and notes who changed what and when")
    func acceptsGoodValues() async throws {
        let database = TestDatabase.current
        let accepted = [
            ("queue_batch_size", "100000"), ("retry_backoff_multiplier", "1.5"),
            ("enable_real_time_sync", "false"),
            ("max_retry_attempts", "1"),
        ]
        try await database.run("create role \(database.name) login in role pgsync_operator")
        for (key, value) in accepted {
            try await database.run(
                "update pgsync.sync_configuration set config_value = '\(value)' where config_key = '\(key)'",
                as: database.options.with("user", database.name)
            )
        }
        let changed = try await database.run(
            """
            select key from pgsync.configuration
            where updated_by = '\(database.name)' and not is_default and updated_at > now() - interval '1 minute'
            order by key
            """
        )
        #expect(changed == accepted.map(\.0).sorted())
        let values = try await database.run(
            """
            select concat_ws(
                ' ', pgsync.configuration_integer('queue_batch_size'),
                pgsync.configuration_number('retry_backoff_multiplier'),
                pgsync.configuration_boolean('enable_real_time_sync'),
                pgsync.configuration_text('max_retry_attempts')
            )
            """
        )
        #expect(values == ["100000 1.5 f 1"])
        #expect(
            try await database.run("select pgsync.reset_configuration('queue_batch_size')") == ["500"]
        )
        try await database.run("drop role \(database.name)")
    }

    @Test("carries the documented settings with their defaults in force")
    func carriesDefaults() async throws {
        let database = TestDatabase.current
        let settings = try await database.run(
            "select key || ' ' || value from pgsync.configuration where is_default order by key"
        )
        #expect(
            settings == [
                "alert_chain_lag_minutes 30", "alert_clock_skew_seconds 60", "alert_dead_letters 1",
                "alert_down_seconds 30", "alert_exchange_late_hours 24",
                "alert_failure_count 10", "alert_failure_percent 5", "alert_for_seconds 30",
                "alert_group_interval_seconds 300", "alert_group_wait_seconds 30",
                "alert_growth_minutes 5", "alert_horizon_minutes 30", "alert_keep_seconds 300",
                "alert_paused_minutes 60", "alert_queue_age_seconds 120", "alert_repeat_minutes 240",
                "alert_retention_days 90", "alert_schedule_late_minutes 15",
                "alert_silent_seconds 120", "alert_threshold_queue_size 1000",
                "alert_window_minutes 10", "audit_retention_days 2922",
                "backfill_chunk_milliseconds 200", "balance_snapshot_minutes 5", "books_time_zone UTC",
                "closed_period_policy sweep", "conflict_retention_days 365", "delivery_retry_hours 72",
                "enable_doorbell true",
                "enable_real_time_sync true",
                "heal_limit_amount 100000", "heal_limit_percent 1", "heal_limit_records 100",
                "health_history_days 730", "health_retention_days 14", "job_retention_days 90",
                "max_crash_attempts 3", "max_retry_attempts 5", "node_max_lag_days 180",
                "permanent_error_classes data.*, rule.*, ledger.*, period.*",
                "poll_interval_seconds 5", "posting_paused false", "queue_batch_size 500",
                "reconcile_heals true", "reconciliation_frequency_hours 1", "retention_days 7",
                "retry_backoff_multiplier 2", "retry_delay_seconds 60", "sync_timeout_seconds 300",
                "tombstone_days 90",
                "verify_interval_days 7", "verify_named_differences 10000",
                "verify_step_milliseconds 500", "worker_heartbeat_seconds 5",
            ]
        )
    }

    @Test("names an unknown setting and where the known ones are listed")
    func namesUnknownSettings() async throws {
        let database = TestDatabase.current
        for call in [
            "configuration_text('nope')", "configuration_integer('nope')", "configuration_number('nope')",
            "configuration_boolean('nope')", "set_configuration('nope', '1')",
            "reset_configuration('nope')",
        ] {
            let error = await failure(of: Query("select pgsync." + call, []), in: database)
            #expect(error?.message == "unknown setting 'nope'")
            #expect(error?.hint?.contains("pgsync.configuration") == true)
        }
    }

    @Test("lets each role do what it needs and no more")
    func limitsRoles() async throws {
        let database = TestDatabase.current
        let reading = "select count(*) from pgsync.configuration"
        let calling = "select pgsync.configuration_integer('queue_batch_size')"
        let changing = """
            update pgsync.sync_configuration set config_value = '50' where config_key = 'queue_batch_size'
            """
        let bounding = """
            update pgsync.sync_configuration set maximum = 50 where config_key = 'queue_batch_size'
            """
        let adding = "insert into pgsync.sync_configuration select * from pgsync.sync_configuration"
        let deleting = "delete from pgsync.sync_configuration"
        let resetting = "select pgsync.reset_configuration('queue_batch_size')"
        let making = "create table pgsync.intruder ()"
        let all = [reading, calling, changing, bounding, adding, deleting, resetting, making]
        let allowed: [String: [String]] = [
            "pgsync_reader": [reading, calling], "pgsync_auditor": [reading, calling],
            "pgsync_worker": [reading, calling],
            "pgsync_operator": [reading, calling, changing, resetting],
            "pgsync_capture": [],
        ]
        for (role, permitted) in allowed {
            for statement in all {
                let error = await failure(of: Query(statement), in: database, as: role)
                #expect(
                    error?.sqlState == (permitted.contains(statement) ? nil : .insufficientPrivilege),
                    "\(role): \(statement)"
                )
            }
        }
    }

    private func failure(of query: Query, in database: TestDatabase, as role: String? = nil) async
        -> PostgresError?
    {
        do {
            try await database.connect { connection in
                try await connection.withSession { session in
                    if let role { try session.execute("set role \(Identifier(role))") }
                    _ = try session.query(query)
                }
            }
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    @Test("has the schedules that default_schedules names")
    func defaults() async throws {
        let database = TestDatabase.current
        let columns = "name, kind, type, cron, hours_setting"
        #expect(
            try await database.lines("select (\(columns))::text from pgsync.sync_schedules order by name")
                == database.lines("select (\(columns))::text from pgsync.default_schedules() order by name")
        )
    }
}
