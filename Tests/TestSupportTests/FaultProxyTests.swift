import TestSupport
import Testing

@Suite("Fault proxy", .timeLimit(.minutes(10)))
struct FaultProxyTests {
    /// Runs `body` beside a proxy in front of an echo server.
    private func withProxy(
        onUnixSocket: Bool = true,
        _ body: (FaultProxy, EchoServer) async throws -> Void
    ) async throws {
        try await EchoServer.run(onUnixSocket: onUnixSocket) { server in
            try await FaultProxy.run(to: server.address) { proxy in try await body(proxy, server) }
        }
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test("passes bytes both ways and counts them", arguments: [true, false])
    func passes(onUnixSocket: Bool) async throws {
        try await withProxy(onUnixSocket: onUnixSocket) { proxy, _ in
            let first = try TestClient(to: proxy)
            let second = try TestClient(to: proxy)
            #expect(try first.echo("hello") == "hello")
            #expect(try second.echo("world!") == "world!")
            #expect(proxy.counters.accepted == 2)
            #expect(proxy.counters.bytesToServer == 11)
            #expect(proxy.counters.bytesToClient == 11)
            #expect(proxy.counters.cuts == 0)
        }
    }

    @Test("passes more than the buffers hold, whole and in order")
    func passesMuch() async throws {
        try await withProxy { proxy, server in
            let client = try TestClient(to: proxy)
            let line = String(repeating: "0123456789", count: 3_000)
            for _ in 0..<200 { #expect(try client.echo(line) == line) }
            #expect(server.received.count == 200 * line.utf8.count)
        }
    }

    @Test("hands on the end of the client's stream, and the server's answer to it")
    func handsOnTheEnd() async throws {
        try await withProxy { proxy, _ in
            let client = try TestClient(to: proxy)
            client.send("last words")
            client.endSending()
            let answer = try client.receiveToEnd()
            #expect(answer.text == "last words")
            #expect(answer.ending == .closed)
        }
    }

    @Test("closes the client's connection when there is no server")
    func hasNoServer() async throws {
        try await FaultProxy.run(to: .unix(path: "/nonexistent/socket")) { proxy in
            let answer = try TestClient(to: proxy).receiveToEnd()
            #expect(answer.text.isEmpty)
            #expect(proxy.counters.accepted == 1)
        }
    }

    @Test("refuses new connections and keeps old ones, until it listens again at the same port")
    func refuses() async throws {
        try await withProxy { proxy, _ in
            let old = try TestClient(to: proxy)
            #expect(try old.echo("a") == "a")
            try proxy.inject(.refuse)
            #expect(try TestClient.isRefused(by: proxy))
            #expect(try old.echo("b") == "b")
            try proxy.inject(.none)
            #expect(try TestClient(to: proxy).echo("c") == "c")
            #expect(proxy.counters.accepted == 2)
        }
    }

    @Test("resets new connections and keeps old ones")
    func resets() async throws {
        try await withProxy { proxy, _ in
            let old = try TestClient(to: proxy)
            #expect(try old.echo("a") == "a")
            try proxy.inject(.reset)
            #expect(try TestClient(to: proxy).receiveToEnd().ending == .reset)
            #expect(try old.echo("b") == "b")
            #expect(proxy.counters.reset == 1)
        }
    }

    @Test("holds back what is sent while it hangs, and delivers it afterwards")
    func hangs() async throws {
        try await withProxy { proxy, server in
            let old = try TestClient(to: proxy)
            #expect(try old.echo("a") == "a")
            try proxy.inject(.hang)
            let new = try TestClient(to: proxy)
            old.send("old")
            new.send("new")
            try await until { proxy.counters.hung == 2 }
            #expect(server.received == Array("a".utf8))
            #expect(proxy.counters.accepted == 2)
            try proxy.inject(.none)
            #expect(try old.receive(3) == "old")
            #expect(try new.receive(3) == "new")
        }
    }

    @Test("delays each way by the given time, in order")
    func delays() async throws {
        try await withProxy { proxy, _ in
            let client = try TestClient(to: proxy)
            try proxy.inject(.delay(.milliseconds(40)))
            let start = ContinuousClock.now
            client.send("one ")
            client.send("two")
            #expect(try client.receive(7) == "one two")
            #expect(start.duration(to: .now) >= .milliseconds(80))
            #expect(proxy.counters.delayed >= 2)
        }
    }

    @Test("cuts the connections that exist and serves the next", arguments: Fault.Cut.allCases)
    func cutsAtOnce(by cut: Fault.Cut) async throws {
        try await withProxy { proxy, _ in
            let clients = [try TestClient(to: proxy), try TestClient(to: proxy)]
            for client in clients { #expect(try client.echo("a") == "a") }
            proxy.cutConnections(by: cut)
            for client in clients {
                #expect(try client.receiveToEnd().ending == (cut == .closing ? .closed : .reset))
            }
            #expect(proxy.counters.cuts == 2)
            #expect(try TestClient(to: proxy).echo("b") == "b")
        }
    }

    @Test(
        "cuts once after so many bytes to the server",
        arguments: [0, 1, 5, 8],
        Fault.Cut.allCases
    )
    func cutsRequest(after limit: Int, by cut: Fault.Cut) async throws {
        try await withProxy { proxy, server in
            let client = try TestClient(to: proxy)
            #expect(try client.echo("before") == "before")
            try proxy.inject(.cut(after: limit, of: .toServer, by: cut))
            client.send("12345678")
            #expect(try client.receiveToEnd().ending == (cut == .closing ? .closed : .reset))
            #expect(proxy.counters.cuts == 1)
            #expect(proxy.counters.bytesToServer == 6 + limit)
            #expect(proxy.fault == .none)
            #expect(try TestClient(to: proxy).echo("after") == "after")
            // A reset may take from the server what it has not read yet.
            if cut == .closing {
                #expect(
                    String(decoding: server.received, as: UTF8.self)
                        == "before\("12345678".prefix(limit))after"
                )
            }
        }
    }

    @Test("cuts once after so many bytes to the client, counted over several chunks")
    func cutsReply() async throws {
        try await withProxy { proxy, server in
            let client = try TestClient(to: proxy)
            try proxy.inject(.cut(after: 6, of: .toClient, by: .closing))
            #expect(try client.echo("1234") == "1234")
            client.send("5678")
            let answer = try client.receiveToEnd()
            #expect(answer.text == "56")
            #expect(answer.ending == .closed)
            #expect(server.received == Array("12345678".utf8))
            #expect(proxy.counters.bytesToClient == 6)
            #expect(proxy.counters.cuts == 1)
        }
    }

    @Test(
        "loses the reply to a marked request that the server has got",
        arguments: [["COMMIT;"], ["COM", "MIT;"]]
    )
    func losesReply(to chunks: [String]) async throws {
        try await withProxy { proxy, server in
            let client = try TestClient(to: proxy)
            try proxy.inject(.loseReply(toRequestContaining: Array("COMMIT".utf8)))
            #expect(try client.echo("insert;") == "insert;")
            let last = try #require(chunks.last)
            for chunk in chunks.dropLast() { #expect(try client.echo(chunk) == chunk) }
            client.send(last)
            let answer = try client.receiveToEnd()
            #expect(answer.text.isEmpty)
            #expect(answer.ending == .closed)
            #expect(server.received == Array("insert;COMMIT;".utf8))
            #expect(proxy.counters.lostReplyBytes == last.utf8.count)
            #expect(proxy.counters.cuts == 1)
            #expect(try TestClient(to: proxy).echo("COMMIT again") == "COMMIT again")
        }
    }

    @Test(
        "loses a marked request that the server never gets whole",
        arguments: [["COMMIT;"], ["COM", "MIT;"]]
    )
    func losesRequest(_ chunks: [String]) async throws {
        try await withProxy { proxy, server in
            let client = try TestClient(to: proxy)
            try proxy.inject(.loseRequest(containing: Array("COMMIT".utf8)))
            #expect(try client.echo("insert;") == "insert;")
            let last = try #require(chunks.last)
            for chunk in chunks.dropLast() { #expect(try client.echo(chunk) == chunk) }
            client.send(last)
            let answer = try client.receiveToEnd()
            #expect(answer.text.isEmpty)
            #expect(server.received == Array(("insert;" + chunks.dropLast().joined()).utf8))
            #expect(proxy.counters.lostRequestBytes == last.utf8.count)
            #expect(proxy.counters.cuts == 1)
            #expect(try TestClient(to: proxy).echo("COMMIT again") == "COMMIT again")
        }
    }

    @Test("leaves no socket behind its scope", arguments: [Fault.none, .hang])
    func stops(under fault: Fault) async throws {
        try await EchoServer.run(onUnixSocket: false) { server in
            guard case .loopback(let serverPort) = server.address else { return }
            let (port, client) = try await FaultProxy.run(to: server.address) { proxy in
                let client = try TestClient(to: proxy)
                #expect(try client.echo("a") == "a")
                // Its hold on the port, its listener, and its two ends of the connection.
                #expect(openSockets(at: proxy.port, orConnectedTo: serverPort) == 4)
                try proxy.inject(fault)
                client.send("unheard")
                return (proxy.port, client)
            }
            #expect(openSockets(at: port, orConnectedTo: serverPort) == 0)
            #expect(try client.receiveToEnd().ending != .refused)
        }
    }
}
