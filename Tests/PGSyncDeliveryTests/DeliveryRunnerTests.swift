import JSON
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncDelivery

@Suite("Senders of alerts", .migrated, .timeLimit(.minutes(5)))
struct DeliveryRunnerTests {
    private let database = TestDatabase.current

    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private func runner() -> DeliveryRunner {
        DeliveryRunner(
            ChannelSender(
                DeliverySite(variables: ["PGSYNC_SECRET_A": Self.secret], addresses: "127.0.0.1"),
                version: "1.0"
            ),
            slackPause: .zero
        )
    }

    private func webhook(_ port: UInt16) async throws {
        try await database.run(
            """
            select pgsync.set_channel(
                'hook', 'webhook', '{"url": "http://127.0.0.1:\(port)/"}',
                'env:PGSYNC_SECRET_A'
            )
            """
        )
    }

    @Test("two at once deliver each message once, those of an alert in order")
    func twoSenders() async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(204)
        } _: { server in
            try await webhook(server.port)
            try await database.run(
                """
                select pgsync.queue_delivery(alert, event, 'high', 'x')
                from unnest(array['raised', 'changed', 'resolved']) with ordinality as happened (event, place)
                cross join generate_series(1, 8) as alert
                order by place, alert
                """
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await database.connect { connection in
                            // One that finds the other at the lock comes back.
                            while try await database.value(
                                "select exists (select from pgsync.alert_deliveries where state = 'waiting')"
                            ) == "t" {
                                try await runner().run("hook", on: connection)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.requests.count == 24)
            #expect(Set(server.requests.compactMap { $0.headers["webhook-id"] }).count == 24)
            var events: [Int: [String]] = [:]
            for request in server.requests {
                let body = try JSONValue(parsing: request.body)
                events[body["data"]?["alert"]?.number?.int ?? 0, default: []].append(
                    body["type"]?.string ?? ""
                )
            }
            #expect(events.count == 8)
            for (_, order) in events {
                #expect(order == ["alert.raised", "alert.changed", "alert.resolved"])
            }
        }
    }

    @Test("try again with the same id and a new time, and record what was wrong")
    func again() async throws {
        let answers = Answers([500, 204])
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(answers.next())
        } _: { server in
            try await webhook(server.port)
            try await database.run("select pgsync.queue_delivery(1, 'raised', 'high', 'x')")
            try await database.connect { connection in
                try await runner().run("hook", on: connection)
                #expect(
                    try await database.value(
                        "select concat_ws(' ', state, attempts, error_class, error_message) from pgsync.alert_deliveries"
                    ) == "waiting 1 delivery.unavailable the receiver answered with status 500"
                )
                try await runner().run("hook", on: connection)
                #expect(server.requests.count == 1)
                try await database.run("select pgsync.enable_channel('hook')")
                try await runner().run("hook", on: connection)
            }
            #expect(server.requests.count == 2)
            #expect(Set(server.requests.compactMap { $0.headers["webhook-id"] }).count == 1)
            #expect(
                try await database.value(
                    "select concat_ws(' ', state, attempts, error_class) from pgsync.alert_deliveries"
                )
                    == "delivered 2"
            )
        }
    }

    @Test("carry the beginning and the end of an alert from its fact to a receiver")
    func alert() async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(204)
        } _: { server in
            try await webhook(server.port)
            try await database.run(
                """
                select pgsync.check_alerts();
                update pgsync.sync_schedules set next_run_at = now() - interval '1 hour' where name = 'retention';
                """
            )
            try await database.connect { connection in
                for seconds in [0, 30, 60] {
                    try await database.run("select pgsync.check_alerts(now() + interval '\(seconds) s')")
                }
                try await runner().run("hook", on: connection)
                try await database.run(
                    "update pgsync.sync_schedules set next_run_at = now() + interval '1 day'"
                )
                for seconds in [70, 400, 430, 500] {
                    try await database.run("select pgsync.check_alerts(now() + interval '\(seconds) s')")
                }
                try await runner().run("hook", on: connection)
            }
            let told = try server.requests.map { try JSONValue(parsing: $0.body) }
            #expect(told.map { $0["type"]?.string } == ["alert.raised", "alert.resolved"])
            #expect(
                told.map { $0["data"]?["subject"]?.string } == [
                    "medium: SCHEDULE_LATE retention", "resolved: SCHEDULE_LATE retention",
                ]
            )
            #expect(told.first?["data"]?["alert"] == told.last?["data"]?["alert"])
            #expect(told.first?["data"]?["remedy"]?.string?.hasPrefix("pgsync schedule list") == true)
            #expect(told.first?["data"]?["words"]?.string?.contains("retention was due") == true)
        }
    }

    @Test("show a secret nowhere: not in what runs, in tables or in failures")
    func secrets() async throws {
        try await ScriptedServer.run { _ in
            [.hang]
        } _: { server in
            try await webhook(server.port)
            try await database.run("select pgsync.queue_delivery(1, 'raised', 'high', 'x')")
            try await database.connect { connection in
                let sending = Task { try await runner().run("hook", on: connection) }
                try await eventually { !server.requests.isEmpty }
                let key = String(Self.secret.dropFirst(6))
                #expect(server.requests[0].text.contains("v1,") && !server.requests[0].text.contains(key))
                for relation in [
                    "pg_stat_activity", "pgsync.channels", "pgsync.alert_deliveries",
                    "pg_prepared_statements",
                ] {
                    let rows = try await database.lines("select own::text from \(relation) as own")
                    #expect(!rows.isEmpty || relation.hasPrefix("pg_prepared"))
                    #expect(rows.allSatisfy { !$0.contains(key) }, "\(relation)")
                }
                sending.cancel()
                await #expect(throws: (any Error).self) { try await sending.value }
                // What was cut off is neither delivered nor failed; its time decides.
                #expect(try await database.value("select state from pgsync.alert_deliveries") == "sending")
            }
        }
    }

    @Test("notify in the transaction that records it, within the limit of bytes")
    func notify() async throws {
        try await database.run(
            """
            select pgsync.set_channel('hear', 'notify');
            select pgsync.queue_delivery(1, 'raised', 'high', 'x', '{"kind": "QUEUE_BACKUP"}');
            select pgsync.queue_delivery(
                2, 'raised', 'high', repeat(U&'\\+01F600', 200),
                jsonb_build_object('kind', repeat('"', 100), 'words', repeat(U&'\\+01F600', 800), 'remedy', repeat('"', 300))
            );
            """
        )
        try await database.connect { listener in
            let stream = try await listener.listen(to: "pgsync_alerts")
            try await database.connect { try await runner().run("hear", on: $0) }
            var notifications = stream.makeAsyncIterator()
            let first = try JSONValue(parsing: try await notifications.next()?.payload ?? "")
            #expect(first["type"] == "alert.raised" && first["data"]?["kind"] == "QUEUE_BACKUP")
            let second = try await notifications.next()?.payload ?? ""
            #expect(second.utf8.count < 8_000 && second.utf8.count > 800)
        }
        #expect(
            try await database.lines("select distinct state from pgsync.alert_deliveries") == ["delivered"]
        )
    }

    @Test("cut what is too long to notify")
    func tooLong() throws {
        let delivery = Delivery(
            alert: 1,
            event: "raised",
            severity: "high",
            subject: "x",
            body: JSONObject([("kind", "K"), ("words", .string(String(repeating: "w", count: 9_000)))]),
            messageID: "m",
            thread: "t",
            createdAt: Timestamp(microsecondsSinceEpoch: 0)
        )
        let text = try JSONValue(parsing: delivery.notification)
        #expect(text["data"]?["kind"] == "K" && text["data"]?["words"] == nil)
    }
}
