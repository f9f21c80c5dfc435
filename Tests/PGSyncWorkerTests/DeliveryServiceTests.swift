import PGSyncDelivery
import PGSyncWorker
import Postgres
import TestSupport
import Testing

@Suite("Alerts that a worker sends", .migrated, .timeLimit(.minutes(5)))
struct DeliveryServiceTests {
    private let database = TestDatabase.current

    private static let runner = DeliveryRunner(
        ChannelSender(
            DeliverySite(
                variables: ["PGSYNC_SECRET_A": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
                addresses: "127.0.0.1"
            ),
            version: "1.0"
        )
    )

    private func hook(_ name: String, _ port: UInt16) async throws {
        try await database.run(
            """
            select pgsync.set_configuration('worker_heartbeat_seconds', '0.1');
            select pgsync.set_channel(
                '\(name)', 'webhook', '{"url": "http://127.0.0.1:\(port)/\(name)"}',
                'env:PGSYNC_SECRET_A'
            );
            """
        )
    }

    private func states() async throws -> [String] {
        try await database.lines(
            "select concat_ws(' ', channel, state, attempts) from pgsync.alert_deliveries order by id"
        )
    }

    @Test(
        "arrive within heartbeats, and a channel that hangs delays no other",
        arguments: [WakeUpSleep.Mode.doorbell, .poll]
    )
    func sends(mode: WakeUpSleep.Mode) async throws {
        try await ScriptedServer.run { request in
            request.path == "/hangs" ? [.hang] : ScriptedServer.reply(204)
        } _: { server in
            try await hook("hangs", server.port)
            try await hook("works", server.port)
            try await RunningWorker.with(nil, { $0.mode = mode }, delivery: Self.runner) { _ in
                try await database.run("select pgsync.queue_delivery(1, 'raised', 'high', 'x')")
                try await eventually { try await states() == ["hangs sending 1", "works delivered 1"] }
                try await database.run("select pgsync.queue_delivery(1, 'resolved', 'high', 'x')")
                try await eventually {
                    try await states().filter { $0.hasPrefix("works") } == [
                        "works delivered 1", "works delivered 1",
                    ]
                }
            }
            // What was cut off when it stopped is sent again after its time, by whoever leads then.
            #expect(
                try await states().filter { $0.hasPrefix("hangs") } == ["hangs sending 1", "hangs waiting 0"]
            )
            #expect(server.requests.count { $0.path == "/hangs" } == 1)
        }
    }

    @Test("that fail are logged with their class, and tried again")
    func fails() async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(503)
        } _: { server in
            try await hook("down", server.port)
            try await database.run("select pgsync.queue_delivery(1, 'raised', 'high', 'x')")
            try await RunningWorker.with(delivery: Self.runner) { worker in
                try await worker.untilLogged("News of an alert was not delivered")
            }
            #expect(try await states() == ["down waiting 1"])
        }
    }
}
