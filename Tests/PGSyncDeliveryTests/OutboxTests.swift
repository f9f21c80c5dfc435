// Long because each promise of the outbox is tried here with the same channel and times.
import Postgres
import TestSupport
import Testing

/// Times are given, so that days pass in moments.
@Suite("The outbox of alerts", .migrated, .timeLimit(.minutes(5)))
struct OutboxTests {
    private let database = TestDatabase.current

    private static let start = "2026-03-01 00:00Z"

    private func channel(_ name: String = "hook", _ kind: String = "notify", _ more: String = "") async throws
    {
        try await database.run("select pgsync.set_channel('\(name)', '\(kind)'\(more))")
    }

    private func queue(_ alert: Int, _ event: String, _ severity: String = "high", at now: String = start)
        async throws
    {
        try await database.run(
            "select pgsync.queue_delivery(\(alert), '\(event)', '\(severity)', 'alert \(alert)', now => '\(now)')"
        )
    }

    /// Takes what is due, and returns it as `alert event` with the turn.
    private func take(_ name: String = "hook", at now: String = start) async throws -> (
        messages: [String], taking: String
    ) {
        let lines = try await database.lines(
            """
            select concat_ws(' ', taken.taking, taken.alert, taken.event)
            from pgsync.take_deliveries('\(name)', '\(now)') as taken
            """
        )
        return (lines.map { String($0.dropFirst(37)) }, lines.first.map { String($0.prefix(36)) } ?? "")
    }

    @discardableResult
    private func settle(
        _ taking: String,
        _ outcome: String,
        at now: String = start,
        in name: String = "hook",
        _ more: String = ""
    ) async throws -> String? {
        try await database.value(
            "select pgsync.settle_deliveries('\(name)', '\(taking)', '\(outcome)'\(more), now => '\(now)')"
        )
    }

    private func states(_ name: String = "hook") async throws -> [String] {
        try await database.lines(
            "select concat_ws(' ', alert, event, state) from pgsync.alert_deliveries where channel = '\(name)' order by id"
        )
    }

    @Test("keeps the order of an alert, and lets no other wait for it")
    func order() async throws {
        try await channel()
        for (alert, event) in [(1, "raised"), (1, "changed"), (2, "raised"), (1, "resolved")] {
            try await queue(alert, event)
        }
        let first = try await take()
        #expect(first.messages == ["1 raised"])
        // The first is under way, so that of this alert nothing more can be taken.
        #expect(try await take().messages == ["2 raised"])
        #expect(try await take().messages == [])
        try await settle(first.taking, "retry")
        #expect(try await take().messages == [])
        #expect(try await take(at: "2026-03-01 00:00:40Z").messages == ["1 raised"])
    }

    @Test("delivers once and in order what a receiver missed for a day")
    func dayAway() async throws {
        try await channel()
        for event in ["raised", "changed", "resolved"] { try await queue(1, event) }
        try await queue(2, "raised")
        var now = Self.start
        var failures = 0
        for minute in 0..<24 * 60 {
            now = "2026-03-01 \(minute / 60):\(minute % 60)Z"
            while true {
                let taken = try await take(at: now)
                if taken.messages.isEmpty { break }
                failures += 1
                try await settle(taken.taking, "retry", at: now, ", 'delivery.unreachable', 'nobody there'")
            }
        }
        // It is left alone more and more, not hammered, and not forgotten.
        #expect((30...130).contains(failures), "\(failures)")
        #expect(
            try await database.lines(
                "select concat_ws(' ', channel, waiting, error_class) from pgsync.failing_channels('\(now)')"
            )
                == ["hook 4 delivery.unreachable"]
        )
        var delivered: [String] = []
        // After the longest pause that there is.
        now = "2026-03-02 01:30Z"
        while true {
            let taken = try await take(at: now)
            if taken.messages.isEmpty { break }
            delivered += taken.messages
            #expect(try await settle(taken.taking, "delivered", at: now) == "1")
        }
        #expect(delivered.filter { $0.hasPrefix("1") } == ["1 raised", "1 changed", "1 resolved"])
        #expect(delivered.count == 4)
        #expect(Set(try await states().map { $0.split(separator: " ").last }) == ["delivered"])
        #expect(try await database.value("select count(*) from pgsync.failing_channels('\(now)')") == "0")
    }

    @Test("gives up after the hours of the setting, and shows it for a day, whatever arrives meanwhile")
    func givesUp() async throws {
        try await channel()
        try await database.run("select pgsync.set_configuration('delivery_retry_hours', '2')")
        try await queue(1, "raised")
        for (now, state) in [("2026-03-01 01:59Z", "waiting"), ("2026-03-01 03:30Z", "failed")] {
            let taken = try await take(at: now)
            #expect(taken.messages == ["1 raised"])
            try await settle(taken.taking, "retry", at: now, ", 'delivery.timeout', 'too slow'")
            #expect(try await states().first == "1 raised \(state)")
            guard state == "waiting" else { continue }
            try await queue(2, "raised", at: now)
            try await settle(try await take(at: now).taking, "delivered", at: now)
        }
        for (now, failing) in [
            ("2026-03-01 03:30Z", ["hook 1 too slow"]), ("2026-03-02 03:29Z", ["hook 1 too slow"]),
            ("2026-03-02 03:30Z", []),
        ] {
            #expect(
                try await database.lines(
                    "select concat_ws(' ', channel, given_up, error_message) from pgsync.failing_channels('\(now)')"
                ) == failing
            )
        }
    }

    @Test("never sends again what the receiver refused, and disables a channel that is gone")
    func refusals() async throws {
        try await channel()
        try await queue(1, "raised")
        try await settle(try await take().taking, "refused", ", 'delivery.refused', E'no\\nthanks'")
        #expect(try await states() == ["1 raised failed"])
        #expect(try await database.value("select last_error_message from pgsync.channels") == "no thanks")
        try await queue(1, "changed")
        try await queue(1, "resolved")
        try await settle(try await take().taking, "gone", ", 'delivery.gone', 'status 410'")
        #expect(
            try await database.value(
                "select concat_ws(' ', enabled, disabled_reason, updated_by is not null) from pgsync.channels"
            )
                == "f status 410 t"
        )
        #expect(try await take(at: "2026-03-01 12:00Z").messages == [])
        try await queue(3, "raised")
        #expect(try await states() == ["1 raised failed", "1 changed failed", "1 resolved waiting"])
        #expect(try await database.lines("select channel from pgsync.failing_channels()") == ["hook"])
        try await database.run("select pgsync.enable_channel('hook')")
        #expect(try await take(at: "2026-03-01 12:00Z").messages == ["1 resolved"])
    }

    @Test("waits as long as the receiver asks, which is no failure")
    func throttled() async throws {
        try await channel()
        try await queue(1, "raised")
        try await queue(2, "raised")
        try await settle(
            try await take().taking,
            "retry",
            ", 'delivery.throttled', 'status 429', interval '10 minutes'"
        )
        #expect(try await take(at: "2026-03-01 00:09:59Z").messages == [])
        #expect(try await database.value("select failures_in_a_row from pgsync.channels") == "0")
        #expect(try await take(at: "2026-03-01 00:10:01Z").messages == ["1 raised"])
        #expect(try await take(at: "2026-03-01 00:10:01Z").messages == ["2 raised"])
    }

    @Test("leaves a channel alone after five failures, then tries one message")
    func breaker() async throws {
        try await channel()
        for alert in 1...7 { try await queue(alert, "raised") }
        for _ in 1...5 { try await settle(try await take().taking, "retry") }
        #expect(try await take().messages == [])
        #expect(try await take(at: "2026-03-01 00:00:50Z").messages == [])
        #expect(try await database.lines("select * from pgsync.due_channels('2026-03-01 00:00:50Z')") == [])
        #expect(
            try await database.lines("select * from pgsync.due_channels('2026-03-01 00:01:10Z')") == ["hook"]
        )
        let probe = try await take(at: "2026-03-01 00:01:10Z")
        #expect(probe.messages.count == 1)
        try await settle(probe.taking, "delivered", at: "2026-03-01 00:01:10Z")
        var count = 0
        while try await !take(at: "2026-03-01 00:01:11Z").messages.isEmpty { count += 1 }
        #expect(count == 6)
    }

    @Test("takes each message once, however many take, and again when a taker has vanished")
    func takers() async throws {
        try await channel()
        try await queue(1, "raised")
        try await database.connect { one in
            try await one.run("begin; select from pgsync.take_deliveries('hook', '\(Self.start)')")
            #expect(try await take().messages == [])
            try await one.run("commit")
        }
        #expect(try await take().messages == [])
        let slow = try await database.value("select taking from pgsync.alert_deliveries") ?? ""
        let again = try await take(at: "2026-03-01 00:10:01Z")
        #expect(again.messages == ["1 raised"])
        #expect(try await settle(slow, "refused", at: "2026-03-01 00:10:02Z") == "0")
        #expect(try await settle(again.taking, "delivered", at: "2026-03-01 00:10:02Z") == "1")
        #expect(try await settle(again.taking, "retry", at: "2026-03-01 00:10:03Z") == "0")
    }

    @Test("sends mail that comes within half a minute together, in order")
    func mail() async throws {
        try await channel("post", "mail", #", '{"host": "m", "from": "a@b.example", "to": ["c@d.example"]}'"#)
        try await queue(1, "raised")
        try await queue(2, "raised", at: "2026-03-01 00:00:10Z")
        try await queue(1, "resolved", at: "2026-03-01 00:00:20Z")
        try await queue(3, "raised", at: "2026-03-01 00:00:40Z")
        #expect(try await take("post", at: "2026-03-01 00:00:29Z").messages == [])
        let taken = try await take("post", at: "2026-03-01 00:00:30Z")
        #expect(taken.messages == ["1 raised", "2 raised", "1 resolved"])
        #expect(try await settle(taken.taking, "retry", at: "2026-03-01 00:00:30Z", in: "post") == "3")
        #expect(try await take("post", at: "2026-03-01 00:01:10Z").messages.count == 4)
    }

    @Test("queues for enabled channels from their severity on, and not for the one that it is about")
    func fanOut() async throws {
        try await channel("all")
        try await channel("urgent", "notify", ", min_severity => 'high'")
        try await channel("off", "notify", ", enabled => false")
        #expect(try await database.value("select pgsync.queue_delivery(1, 'raised', 'medium', 'x')") == "1")
        #expect(try await database.value("select pgsync.queue_delivery(1, 'raised', 'critical', 'x')") == "2")
        #expect(
            try await database.value(
                #"select pgsync.queue_delivery(2, 'raised', 'high', 'x', '{"channel": "all"}')"#
            ) == "1"
        )
        #expect(
            try await database.value(
                "select count(distinct thread)::text || count(distinct message_id) from pgsync.alert_deliveries"
            )
                == "24"
        )
    }

    @Test("keeps of a body what it may say, in one line and short enough to notify")
    func thin() async throws {
        try await channel()
        try await database.run(
            """
            select pgsync.queue_delivery(
                1, 'raised', 'high', repeat(U&'\\+01F600', 500) || E'\\r\\nBcc: x',
                jsonb_build_object(
                    'kind', 'A', 'row', '{"name": "Rao"}'::jsonb, 'words', repeat(U&'\\+01F600', 5000),
                    'table', repeat(U&'\\+01F600', 5000), 'class', E'a\\r\\nb', 'remedy', repeat(U&'\\+01F600', 5000)
                )
            )
            """
        )
        #expect(
            try await database.value(
                "select concat_ws(' ', array(select jsonb_object_keys(body) order by 1), body ->> 'class', char_length(subject)) from pgsync.alert_deliveries"
            ) == "{class,kind,remedy,table,words} a b 200"
        )
        try await database.run(
            #"select pgsync.queue_delivery(2, 'raised', 'high', 'x', jsonb_build_object('words', E'one\ntwo\r\b\tthree'))"#
        )
        #expect(
            try await database.lines(
                #"select replace(body ->> 'words', E'\n', '|') from pgsync.alert_deliveries where alert = 2"#
            ) == ["one|two three"]
        )
    }

    @Test("is filled for the other channels while one is being removed")
    func removal() async throws {
        try await channel("going")
        try await channel("staying")
        try await database.connect { remover in
            try await remover.run("begin; select pgsync.remove_channel('going')")
            async let queued = database.value("select pgsync.queue_delivery(1, 'raised', 'high', 'x')")
            try await eventually {
                try await database.value(
                    """
                    select count(*) from pg_stat_activity
                    where wait_event_type = 'Lock' and datname = current_database() and query like '%queue_delivery%'
                    """
                ) == "1"
            }
            try await remover.run("commit")
            #expect(try await queued == "1")
        }
        #expect(try await states("staying") == ["1 raised waiting"])
    }

    @Test(
        "refuses channels that cannot work or would show a secret",
        arguments: [
            "'x', 'webhook', '{\"url\": \"https://a.example\"}'",
            "'x', 'webhook', '{\"url\": \"https://u:p@a.example\"}', 'env:PGSYNC_SECRET_X'",
            "'x', 'webhook', '{\"url\": \"https://a.example/?token=1\"}', 'env:PGSYNC_SECRET_X'",
            "'x', 'webhook', '{\"url\": \"file:///etc/passwd\"}', 'env:PGSYNC_SECRET_X'",
            "'x', 'webhook', '{\"url\": \"https://a.example/\", \"allow_addresses\": [\"10.0.0.1\"]}', 'env:PGSYNC_SECRET_X'",
            "'x', 'webhook', '{\"url\": \"https://a.example/\"}', 'env:PGPASSWORD'",
            "'x', 'webhook', '{\"url\": \"https://a.example/\"}', 'env:PGSYNC_SECRET_X', 'env:HOME'",
            "'x', 'slack', '{}', 'https://hooks.slack.example/T0/B0/hush'", "'x', 'slack'", "'x', 'pigeon'",
            "'x', 'notify', '{\"a\": 1}'", "'x', 'notify', '[]'", "'X y', 'notify'",
            "'x', 'notify', min_severity => 'mild'",
            "'x', 'command', '{\"command\": [\"relative\"]}'",
            "'x', 'command', '{\"command\": \"/bin/sh -c\"}'",
            "'x', 'command', '{\"command\": [\"/bin/sh\"], \"seconds\": 301}'",
            "'x', 'command', '{\"command\": [\"/bin/sh\"], \"environment\": [\"A=B\"]}'",
            "'x', 'mail', '{\"host\": \"m\", \"from\": \"a@b\", \"to\": [\"c@d\\nBcc: e@f\"]}'",
            "'x', 'mail', '{\"host\": \"m\", \"from\": \"a@b>\", \"to\": [\"c@d\"]}'",
            "'x', 'mail', '{\"host\": \"m\", \"from\": \"a@b\", \"to\": [\"c@d\"], \"user\": \"u\"}'",
            "'x', 'mail', '{\"host\": \"m\", \"from\": \"a@b\", \"to\": [\"c@d\"], \"port\": 65536}'",
            "'x', 'mail', '{\"host\": \"m\", \"from\": \"a@b\", \"to\": [\"c@d\"], \"user\": \"u\", \"encryption\": \"none\"}', 'file:/x'",
        ]
    )
    func refused(arguments: String) async throws {
        let error = try await database.refusal(of: "select pgsync.set_channel(\(arguments))")
        #expect(!"\(error)".contains("hush"))
        #expect(try await database.value("select count(*) from pgsync.channels") == "0")
    }
}
