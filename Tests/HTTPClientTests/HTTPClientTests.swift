// Long because each limit of a transfer is tried here against one scripted server.
import Concurrency
import Files
import Glibc
import Subprocesses
import TestSupport
import Testing

@testable import HTTPClient

@Suite("HTTPClient", .timeLimit(.minutes(5)))
struct HTTPClientTests {
    private static let local = AddressPolicy(
        allowing: ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
    )

    private func request(_ server: ScriptedServer, _ path: String = "/", _ method: String = "GET")
        -> HTTPRequest
    {
        HTTPRequest(method, "http://127.0.0.1:\(server.port)\(path)")
    }

    @Test("sends method, headers and body, and returns status, headers and body")
    func exchange() async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(201, headers: "X-One: 1\r\nx-one: 2\r\n", body: "made")
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            for method in ["POST", "PUT", "PATCH"] {
                var request = request(server, "/a?b=c", method)
                request.headers = [("Content-Type", "application/json"), ("X-Empty", "")]
                request.body = Array(#"{"a":"ä"}"#.utf8)
                let reply = try await client.send(request)
                #expect(reply.status == 201)
                #expect(reply["X-ONE"] == "1")
                #expect(String(decoding: reply.body, as: UTF8.self) == "made")
                let seen = try #require(server.requests.last)
                #expect(seen.method == method)
                #expect(seen.path == "/a?b=c")
                #expect(seen.headers["content-type"] == "application/json")
                #expect(seen.headers["x-empty"] == "")
                #expect(seen.headers["expect"] == nil)
                #expect(seen.body == #"{"a":"ä"}"#)
            }
            for method in ["GET", "HEAD", "DELETE"] {
                _ = try await client.send(request(server, "/", method))
                #expect(server.requests.last?.method == method)
                #expect(server.requests.last?.body == "")
            }
        }
    }

    @Test("ends at the total limit, however the answer drips", arguments: ["HTTP/1.1 200 OK\r\nX: ", "body"])
    func drip(text: String) async throws {
        let isBody = text == "body"
        try await ScriptedServer.run { _ in
            (isBody ? [.send("HTTP/1.1 200 OK\r\n\r\n")] : []) + [.send(isBody ? "" : text), .drip("a")]
        } _: { server in
            var request = request(server)
            request.limits.total = .milliseconds(400)
            let start = ContinuousClock.now
            await #expect {
                try await HTTPClient(policy: Self.local).send(request)
            } throws: { error in
                if case .timedOut? = error as? TransferError { true } else { false }
            }
            // The server goes on for ever; the machine may be busy.
            let elapsed = ContinuousClock.now - start
            #expect(elapsed >= .milliseconds(390) && elapsed < .seconds(20), "\(elapsed)")
        }
    }

    @Test("ends at the limit of connecting where nobody takes the connection")
    func connecting() async throws {
        let listener = try Socket.bound(to: .loopback(port: 0))
        listen(listener.descriptor, 0)
        let port = try listener.port
        // They fill the queue of the listener, and the kernel leaves others without an answer.
        let waiting = try (0..<4).map { _ in try Socket.connecting(to: .loopback(port: port)) }
        var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/")
        request.limits.connect = .milliseconds(200)
        request.limits.total = .seconds(60)
        let start = ContinuousClock.now
        await #expect {
            try await HTTPClient(policy: Self.local).send(request)
        } throws: { error in
            if case .timedOut? = error as? TransferError { true } else { false }
        }
        #expect(ContinuousClock.now - start < .seconds(30))
        withExtendedLifetime(waiting) {}
    }

    @Test("takes no more of a compressed body than its limit, however little comes over the line")
    func inflating() async throws {
        let path = "\(ScratchSpace.directory)/zeros-\(UInt64.random(in: 0 ... .max)).gz"
        let count = 10_000_000
        let making = Invocation("sh", ["-c", "head -c \(count) /dev/zero | gzip -9 > \(path)"])
        _ = try await ChildProcess.run(making, timeout: .seconds(60)).checked()
        let compressed = try OpenFile.bytes(of: path, limit: 50_000)
        try await ScriptedServer.run { _ in
            [
                .send(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(compressed.count)\r\n\r\n"
                ),
                .bytes(compressed),
            ]
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            var request = request(server)
            request.limits.body = count - 1
            await #expect(throws: TransferError.bodyTooLarge(limit: count - 1, status: 200)) {
                try await client.send(request)
            }
            request.limits.body = count
            #expect(try await client.send(request).body.count == count)
        }
    }

    @Test("takes no more of a body than its limit, and says the status")
    func tooLarge() async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(200, body: String(repeating: "x", count: 100_001))
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            var request = request(server)
            request.limits.body = 100_000
            await #expect(throws: TransferError.bodyTooLarge(limit: 100_000, status: 200)) {
                try await client.send(request)
            }
            request.limits.body = 100_001
            #expect(try await client.send(request).body.count == 100_001)
        }
    }

    @Test("follows no redirect unless it is allowed")
    func redirects() async throws {
        try await ScriptedServer.run { request in
            switch request.path {
            case "/end": ScriptedServer.reply(200, body: "end")
            default:
                ScriptedServer.reply(
                    302,
                    headers: "Location: \(request.path == "/one" ? "/end" : "/one")\r\n"
                )
            }
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            #expect(try await client.send(request(server, "/one")).status == 302)
            #expect(server.requests.count == 1)
            var follows = request(server, "/one")
            follows.redirects = 1
            #expect(try await client.send(follows).status == 200)
            follows = request(server, "/two")
            follows.redirects = 1
            await #expect(throws: TransferError.self) { try await client.send(follows) }
        }
    }

    @Test("connects to no private address unless it is allowed, after a redirect neither")
    func addresses() async throws {
        try await ScriptedServer.run { request in
            ScriptedServer.reply(302, headers: "Location: http://[::1]:1\(request.path)\r\n")
        } _: { server in
            for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
                await #expect {
                    try await HTTPClient().send(HTTPRequest("GET", "http://\(host):\(server.port)/"))
                } throws: { error in
                    let refused = ["127.0.0.1", "::1"].map { TransferError.addressRefused($0) }
                    return (error as? TransferError).map(refused.contains) == true
                }
            }
            #expect(server.requests.isEmpty)
            var request = request(server)
            request.redirects = 3
            let policy = AddressPolicy(allowing: [try #require(AddressRange("127.0.0.1"))])
            await #expect(throws: TransferError.addressRefused("::1")) {
                try await HTTPClient(policy: policy).send(request)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "sends no header, method or address with what would end a line",
        arguments: ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "a\u{7f}b"]
    )
    func injection(text: String) async throws {
        try await ScriptedServer.run { _ in
            ScriptedServer.reply(200)
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            var value = request(server)
            value.headers = [("X", text)]
            var name = request(server)
            name.headers = [(text, "x")]
            for request in [value, name, request(server, "/", text), request(server, "/\(text)")] {
                await #expect {
                    try await client.send(request)
                } throws: { error in
                    if case .invalid? = error as? TransferError { true } else { false }
                }
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test(
        "speaks HTTP alone, without users in the URL",
        arguments: [
            "file:///etc/passwd", "gopher://127.0.0.1/", "smtp://127.0.0.1", "http://user:secret@127.0.0.1/",
            "",
        ]
    )
    func protocols(url: String) async throws {
        await #expect(throws: TransferError.self) {
            try await HTTPClient(policy: Self.local).send(HTTPRequest("GET", url))
        }
    }

    @Test("ignores a proxy of the environment")
    func proxy() async {
        // In another process, because a variable is changed.
        await #expect(processExitsWith: .success) {
            try await ScriptedServer.run { _ in
                ScriptedServer.reply(200)
            } _: { proxy in
                try await ScriptedServer.run { _ in
                    ScriptedServer.reply(204)
                } _: { server in
                    for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
                        unsafe setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
                    }
                    for name in ["no_proxy", "NO_PROXY"] { unsafe unsetenv(name) }
                    let policy = AddressPolicy(allowing: [try #require(AddressRange("127.0.0.1"))])
                    let request = HTTPRequest("GET", "http://127.0.0.1:\(server.port)/path")
                    #expect(try await HTTPClient(policy: policy).send(request).status == 204)
                    #expect(proxy.requests.isEmpty)
                }
            }
        }
    }

    @Test("ends with its task, before and while it runs, and can be used on")
    func cancellation() async throws {
        try await ScriptedServer.run { request in
            request.path == "/hang" ? [.hang] : ScriptedServer.reply(200)
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            let hanging = request(server, "/hang")
            let running = Task { try await client.send(hanging) }
            try await eventually { !server.requests.isEmpty }
            running.cancel()
            await #expect(throws: TransferError.cancelled) { try await running.value }
            let early = Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return try await client.send(hanging)
            }
            await #expect(throws: TransferError.cancelled) { try await early.value }
            #expect(try await client.send(request(server)).status == 200)
        }
    }

    @Test("does many at once")
    func many() async throws {
        try await ScriptedServer.run {
            ScriptedServer.reply(200, body: $0.path)
        } _: { server in
            let client = try HTTPClient(policy: Self.local)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    let request = request(server, "/\(number)")
                    group.addTask {
                        String(decoding: try await client.send(request).body, as: UTF8.self) == "/\(number)"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test("says that nobody is there, and that a name is unknown")
    func unreachable() async throws {
        let client = try HTTPClient(policy: Self.local)
        let socket = try Socket.bound(to: .loopback(port: 0))
        await #expect {
            try await client.send(HTTPRequest("GET", "http://127.0.0.1:\(try socket.port)/"))
        } throws: { error in
            if case .unreachable? = error as? TransferError { true } else { false }
        }
        await #expect {
            try await client.send(HTTPRequest("GET", "http://no.such.name.invalid/"))
        } throws: { error in
            if case .unknownHost? = error as? TransferError { true } else { false }
        }
    }

    @Test("trusts the authorities it is told, and nobody else", .enabled(if: Receiver.isInstalled))
    func encryption() async throws {
        try await Receiver.run(.webhook, secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") { receiver in
            let client = try HTTPClient(policy: Self.local)
            var request = HTTPRequest("POST", "https://localhost:\(receiver.port)/")
            request.body = []
            await #expect {
                try await client.send(request)
            } throws: { error in
                if case .untrusted? = error as? TransferError { true } else { false }
            }
            request.authorities = try receiver.authorities()
            #expect(try await client.send(request).status == 401)
        }
    }
}
