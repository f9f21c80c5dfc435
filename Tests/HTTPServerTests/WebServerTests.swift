import Glibc
import HTTPServer
import Concurrency
import TestSupport
import Testing

@Suite("WebServer", .timeLimit(.minutes(5)))
struct WebServerTests {
    private static let text = "one\ntwo\n"

    /// Serves one path, and lends the port.
    private func serve<Success>(
        _ limits: ServerLimits = ServerLimits(),
        at address: String = "0",
        _ body: (UInt16) async throws -> Success
    ) async throws -> Success {
        let address = try #require(ListenAddress(address))
        let routes: [String: @Sendable () -> HTTPResponse] = [
            "/text": { HTTPResponse(contentType: "text/plain; charset=utf-8", body: Self.text) },
            "/sick": { HTTPResponse(status: 503, contentType: "text/plain", body: "sick") },
        ]
        return try await WebServer(at: address, limits: limits, routes: routes).run { bound in
            try await body(bound.port)
        }
    }

    @Test("answers GET, and HEAD without a body, with what keeps browsers from guessing")
    func answers() async throws {
        try await serve { port in
            for method in ["GET", "HEAD"] {
                let answer = try await WebClient.ask("/text?a=b", at: port, method: method)
                #expect(answer.status == 200)
                #expect(answer.body == (method == "GET" ? Self.text : ""))
                #expect(answer["Content-Length"] == "8")
                #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
                #expect(answer["X-Content-Type-Options"] == "nosniff")
                #expect(answer["Cache-Control"] == "no-store")
                #expect(answer["Connection"]?.lowercased() == "close")
                // Nobody is told what serves.
                #expect(answer["Server"] == nil)
            }
            #expect(try await WebClient.ask("/sick", at: port).status == 503)
        }
    }

    @Test(
        "says 404 for what is not there, however it is written",
        arguments: ["/", "/other", "/text/", "/TEXT", "/%74ext", "/text%00", "/../text", "//text"]
    )
    func isNotThere(path: String) async throws {
        try await serve { port in
            let answer = try await WebClient.ask(path, at: port)
            #expect(answer.status == 404)
            #expect(answer.body.contains("/sick, /text"))
        }
    }

    @Test(
        "says 405 for other methods, and which it takes",
        arguments: ["POST", "PUT", "DELETE", "OPTIONS", "X"]
    )
    func methods(method: String) async throws {
        try await serve { port in
            let answer = try await WebClient.ask(
                "/text",
                at: port,
                method: method,
                headers: "Content-Length: 4\r\n",
                body: "body"
            )
            #expect(answer.status == 405)
            #expect(answer["Allow"] == "GET, HEAD")
        }
    }

    @Test(
        "refuses what is no plain question",
        arguments: [
            "GET /text HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n",
            "GET /text HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
            "GET /text HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /text HTTP/1.1\r\n\r\n",
            "GET /text HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n",
            "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
        ]
    )
    func refuses(request: String) async throws {
        try await serve { port in
            let client = try WebClient(port: port)
            try await client.send(request)
            let answer = try await client.answer()
            #expect((400..<500).contains(answer.status), "\(answer.text)")
            #expect(answer.text.split(separator: "HTTP/1.1 ").count == 1, "one answer: \(answer.text)")
            #expect(!answer.text.lowercased().contains("microhttpd"))
            // It goes on for others.
            #expect(try await WebClient.ask("/text", at: port).status == 200)
        }
    }

    @Test("answers many at once, more than it has connections for")
    func many() async throws {
        // A test machine may keep a client from asking for longer than a server would wait.
        var limits = ServerLimits()
        limits.lifetime = .seconds(600)
        limits.headerTime = .seconds(600)
        try await serve(limits) { port in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await WebClient.ask("/text", at: port).status }
                }
                for try await status in group { #expect(status == 200) }
            }
        }
    }

    @Test("answers others while some do not finish their requests")
    func slowClients() async throws {
        var limits = ServerLimits()
        limits.lifetime = .seconds(600)
        limits.headerTime = .seconds(600)
        try await serve(limits) { port in
            let slow = try (0..<limits.crowd - 1).map { _ in try WebClient(port: port) }
            for client in slow { try await client.send("GET /text HT") }
            for _ in 0..<10 { #expect(try await WebClient.ask("/text", at: port).status == 200) }
            for client in slow { try await client.send("TP/1.1\r\nHost: a\r\n\r\n") }
            for client in slow { #expect(try await client.answer().status == 200) }
        }
    }

    @Test("answers others while far more than it has connections for wait and say nothing")
    func crowd() async throws {
        var limits = ServerLimits()
        limits.lifetime = .seconds(600)
        limits.headerTime = .seconds(600)
        try await serve(limits) { port in
            var silent: [WebClient] = []
            for _ in 0..<6 {
                for _ in 0..<50 {
                    let client = try WebClient(port: port)
                    try await client.send("GET /text HTTP/1.1\r\n")
                    silent.append(client)
                }
                #expect(try await WebClient.ask("/text", at: port).status == 200)
            }
            // Who waited longest made room.
            #expect(try await silent[0].answer().status == 0)
        }
    }

    @Test("lets nobody take longer than the limit over the headers of a request")
    func headerTime() async throws {
        var limits = ServerLimits()
        limits.lifetime = .seconds(600)
        limits.headerTime = .milliseconds(100)
        try await serve(limits) { port in
            let slow = try WebClient(port: port)
            try await slow.send("GET /text HTTP/1.1\r\nX: ")
            #expect(try await slow.answer().status == 0)
        }
    }

    @Test("lets nobody stay longer than the limit, not even who sends a byte from time to time")
    func lifetime() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        limits.lifetime = .milliseconds(200)
        try await serve(limits) { port in
            let silent = try WebClient(port: port)
            let talkative = try WebClient(port: port)
            try await talkative.send("GET /text HTTP/1.1\r\nX: ")
            // They have all connections there are, until they are cut.
            let waiting = try WebClient(port: port)
            try await waiting.send("GET /text HTTP/1.1\r\nHost: a\r\n\r\n")
            let isOver = Locked(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await eventually {
                        try await talkative.send("x")
                        return isOver.withLock { $0 }
                    }
                }
                #expect(try await waiting.answer().status == 200)
                isOver.withLock { $0 = true }
                try await group.waitForAll()
            }
            #expect(try await silent.answer().status == 0)
        }
    }

    @Test("has as many connections as it may, and the next one waits for its turn")
    func connectionLimit() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        limits.lifetime = .seconds(600)
        let order = Locked<[String]>([])
        let note: @Sendable (String) -> @Sendable () -> HTTPResponse = { name in
            {
                order.withLock { $0.append(name) }
                return HTTPResponse(contentType: "text/plain", body: name)
            }
        }
        let routes = ["/first": note("first"), "/second": note("second"), "/third": note("third")]
        let address = try #require(ListenAddress("0"))
        try await WebServer(at: address, limits: limits, routes: routes).run { bound in
            let first = try WebClient(port: bound.port)
            let second = try WebClient(port: bound.port)
            let third = try WebClient(port: bound.port)
            try await third.send("GET /third HTTP/1.1\r\nHost: a\r\n\r\n")
            for (client, path) in [(second, "/second"), (first, "/first")] {
                try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.answer().body == String(path.dropFirst()))
            }
            #expect(try await third.answer().body == "third")
        }
        #expect(order.withLock { $0.first } == "second")
    }

    @Test("says before anything begins that another listens there, and is gone when it is over")
    func portInUse() async throws {
        let port = try await serve { port in
            let address = try #require(ListenAddress("\(port)"))
            let error = await #expect(throws: ListenError.self) {
                try await serve(at: "\(port)") { _ in Issue.record("began") }
            }
            #expect(error == .inUse(address))
            let answer = try await WebClient.ask("/text", at: port)
            #expect(answer.status == 200)
            return port
        }
        #expect((try? await WebClient.ask("/text", at: port).status) ?? 0 == 0)
        // Not even those whose connections are still ending keep the port.
        try await serve(at: "\(port)") { port in
            let answer = try await WebClient.ask("/text", at: port)
            #expect(answer.status == 200)
        }
    }

    @Test("says that an address is not that of this machine")
    func strangeAddress() async throws {
        let address = try #require(ListenAddress("192.0.2.1:0"))
        let error = await #expect(throws: ListenError.self) {
            try await WebServer(at: address, routes: [:]).run { _ in Issue.record("began") }
        }
        #expect(error == .notOfThisMachine(address))
        #expect("\(try #require(error))".contains("192.0.2.1:0: this machine does not have that address"))
    }

    @Test(
        "listens at all addresses of both families when it is told to",
        .enabled(if: unsafe access("/proc/net/if_inet6", F_OK) == 0)
    )
    func bothFamilies() async throws {
        try await serve(at: "[::]:0") { port in
            let answer = try await WebClient.ask("/text", at: port)
            #expect(answer.status == 200)
        }
    }

    @Test("ends with the closure, and cuts who is in the middle of something")
    func ends() async throws {
        struct Enough: Error {}
        let slow = Locked<WebClient?>(nil)
        await #expect(throws: Enough.self) {
            try await serve { port in
                let client = try WebClient(port: port)
                try await client.send("GET /te")
                slow.withLock { $0 = client }
                throw Enough()
            }
        }
        let client = try #require(slow.withLock { $0 })
        let answer = try? await client.answer()
        #expect(answer?.status ?? 0 == 0)
    }
}
