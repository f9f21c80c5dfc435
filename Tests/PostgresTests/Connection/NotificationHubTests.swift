import TestSupport
import Testing

@testable import Postgres

@Suite("Notifications", .database, .timeLimit(.minutes(10)))
struct NotificationHubTests {
    private func withListener(
        _ body: (PostgresConnection, AsyncThrowingStream<PostgresNotification, any Error>) async throws ->
            Void
    ) async throws {
        try await TestDatabase.current.connect { (listener) throws in
            try await body(listener, try await listener.listen(to: "Chan \"nel"))
        }
    }

    private func notify(_ payloads: [String], channel: String = "Chan \"nel") async throws -> Int32 {
        try await TestDatabase.current.session { session in
            for payload in payloads { try session.query("select pg_notify(\(channel), \(payload))") }
            return session.processID
        }
    }

    @Test("cross from one connection to another, in order, on their channel alone")
    func cross() async throws {
        try await withListener { (_, stream) throws in
            var notifications = stream.makeAsyncIterator()
            let sender = try await notify(["a", "b"])
            _ = try await notify(["not for us"], channel: "other")
            _ = try await notify([""])
            for payload in ["a", "b", ""] {
                let notification = try await notifications.next()
                #expect(notification?.payload == payload)
                #expect(notification?.channel == "Chan \"nel")
                if payload == "a" { #expect(notification?.senderProcessID == sender) }
            }
        }
    }

    @Test("come while the listening connection runs statements of its own")
    func duringStatements() async throws {
        try await withListener { (listener, stream) throws in
            var notifications = stream.makeAsyncIterator()
            try await listener.withSession { session in
                try session.runScript("notify \"Chan \"\"nel\", 'own'")
                try session.query("select pg_sleep(0.05)")
            }
            #expect(try await notifications.next()?.payload == "own")
            async let busy = listener.withSession { session in
                for _ in 0..<50 { try session.query("select pg_sleep(0.002)") }
            }
            _ = try await notify((0..<20).map(String.init))
            for number in 0..<20 { #expect(try await notifications.next()?.payload == String(number)) }
            try await busy
        }
    }

    @Test("reach every sequence on the channel")
    func severalSequences() async throws {
        try await withListener { (listener, stream) throws in
            var first = stream.makeAsyncIterator()
            var second = try await listener.listen(to: "Chan \"nel").makeAsyncIterator()
            _ = try await notify(["a"])
            #expect(try await first.next()?.payload == "a")
            #expect(try await second.next()?.payload == "a")
        }
    }

    @Test("end when the connection is closed, or listens no more", arguments: [true, false])
    func end(isClosed: Bool) async throws {
        try await withListener { (listener, stream) throws in
            var notifications = stream.makeAsyncIterator()
            if isClosed { await listener.close() } else { try await listener.unlisten("Chan \"nel") }
            #expect(try await notifications.next() == nil)
        }
    }

    @Test("end in an error when the connection is lost", arguments: [true, false])
    func lost(isIdle: Bool) async throws {
        try await withListener { (listener, stream) throws in
            var notifications = stream.makeAsyncIterator()
            let processID = try await listener.withSession { $0.processID }
            let kill = "select pg_terminate_backend(\(processID))"
            if isIdle {
                try await TestDatabase.current.run(kill)
            } else {
                await #expect(throws: PostgresError.self) {
                    try await listener.withSession { _ = try $0.runScript(kill) }
                }
            }
            do {
                let next = try await notifications.next()
                Issue.record("\(String(describing: next))")
            } catch let error as PostgresError {
                #expect(error.kind == .connectionLost)
            }
        }
    }

    @Test("are not awaited by a sequence nobody holds")
    func noLeak() async throws {
        let hub = NotificationHub()
        #expect(subscribers(of: hub) == 0)
        var stream: NotificationHub.Stream? = hub.subscribe(to: "c")
        #expect(stream != nil)
        #expect(subscribers(of: hub) == 1)
        stream = nil
        #expect(subscribers(of: hub) == 0)
    }

    /// How many entries the hub's only dictionary has.
    private func subscribers(of hub: NotificationHub) -> Int {
        func search(_ value: Any) -> Int? {
            for child in Mirror(reflecting: value).children {
                if child.label == "subscribers" { return Mirror(reflecting: child.value).children.count }
                if let found = search(child.value) { return found }
            }
            return nil
        }
        return search(hub) ?? -1
    }
}
