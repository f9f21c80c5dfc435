import Concurrency
import HTTPServer
import TestSupport
import Testing

@Suite("Requests with bodies, answers made in tasks, and streams", .timeLimit(.minutes(5)))
struct ExchangeTests {
    /// Serves an echo of bodies up to 1,000 bytes at any path, a stream at `/stream`, and what never ends at `/forever`.
    private func serve<Success>(
        keeping: Bool = true,
        gone: Locked<Int> = Locked(0),
        begun: Locked<Int> = Locked(0),
        _ body: (UInt16) async throws -> Success
    ) async throws -> Success {
        var limits = ServerLimits()
        limits.keepsConnections = keeping
        limits.drainTime = .milliseconds(300)
        let server = WebServer(at: try #require(ListenAddress("0")), limits: limits) { head in
            switch head.rawPath {
            case "/refused": return .answer(.plain(403, "no"))
            case "/stream":
                return .accept(bodyLimit: 0) { _ in
                    HTTPResponse(
                        headers: [("Content-Type", "text/event-stream")],
                        body: .stream { stream in
                            await onOwnThread {
                                for number in 1...200 {
                                    let event = "event \(number) \(String(repeating: "x", count: 1000))\n"
                                    _ = stream.write(Array(event.utf8), waiting: .seconds(30))
                                }
                            }
                        }
                    )
                }
            case "/unread":
                return .accept(bodyLimit: 0) { _ in
                    HTTPResponse(
                        body: .stream { stream in
                            await onOwnThread {
                                let piece = [UInt8](repeating: 0x20, count: 1 << 20)
                                while stream.write(piece, waiting: .milliseconds(200)) {}
                                stream.breakOff()
                                gone.withLock { $0 += 1 }
                            }
                        }
                    )
                }
            case "/forever":
                return .accept(bodyLimit: 0) { _ in
                    HTTPResponse(
                        body: .stream { stream in
                            _ = stream.offer(Array("begun\n".utf8))
                            begun.withLock { $0 += 1 }
                            try? await Task.sleep(for: .seconds(600))
                            gone.withLock { $0 += 1 }
                        }
                    )
                }
            case "/never":
                return .accept(bodyLimit: 0) { _ in
                    begun.withLock { $0 += 1 }
                    try? await Task.sleep(for: .seconds(600))
                    gone.withLock { $0 += 1 }
                    return .plain(200, "too late")
                }
            default:
                return .accept(bodyLimit: 1000) { request in
                    await Task.yield()
                    let query = request.head.query?.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
                    let path = request.head.path?.joined(separator: "|")
                    let text = "\(request.head.method) \(path ?? "?") \(query ?? "?") "
                    return HTTPResponse(
                        contentType: "text/plain",
                        body: text + String(decoding: request.body, as: UTF8.self)
                    )
                }
            }
        }
        return try await server.run { try await body($0.port) }
    }

    private func onOwnThread(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            let refusal = DetachedThread.start {
                body()
                continuation.resume()
            }
            if refusal != nil { continuation.resume() }
        }
    }

    private func raw(_ text: String, at port: UInt16) async throws -> WebAnswer {
        let client = try WebClient(port: port)
        try await client.send(text)
        return try await client.answer()
    }

    @Test("are read whole, with a length or in chunks")
    func bodies() async throws {
        try await serve { port in
            let long = String(repeating: "b", count: 1000)
            let answer = try await WebClient.ask(
                "/a%2Fb/c+d?x=1%202&y=+&z",
                at: port,
                method: "POST",
                headers: "Content-Length: 1000\r\nConnection: close\r\n",
                body: long
            )
            #expect(answer.status == 200)
            #expect(answer.body == "POST a/b|c+d x=1 2;y= ;z= " + long)
            let chunked = try await WebClient.ask(
                "/",
                at: port,
                method: "PUT",
                headers: "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                body: "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
            )
            #expect(chunked.body == "PUT   abcde")
        }
    }

    @Test("are refused when they are too large, before they have come if they say so")
    func tooLarge() async throws {
        try await serve { port in
            let announced = try await WebClient.ask(
                "/",
                at: port,
                method: "POST",
                headers: "Content-Length: 1001\r\n"
            )
            #expect(announced.status == 413)
            let size = String(2000, radix: 16)
            let chunked = try await WebClient.ask(
                "/",
                at: port,
                method: "POST",
                headers: "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                body: "\(size)\r\n\(String(repeating: "c", count: 2000))\r\n0\r\n\r\n"
            )
            #expect(chunked.status == 413)
        }
    }

    @Test("share a connection, also when they are sent at once")
    func keepsConnection() async throws {
        try await serve { port in
            let one = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
            let refused = "GET /refused HTTP/1.1\r\nHost: a\r\n\r\n"
            let last = "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let answer = try await raw(one + refused + one + last, at: port)
            #expect(
                answer.text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == [
                    "200", "403", "200", "200",
                ]
            )
            #expect(answer.text.contains("GET 3"))
        }
    }

    @Test(
        "that could be understood in two ways are refused",
        arguments: [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 4\r\n\r\nabcd",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n",
            "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
        ]
    )
    func ambiguous(request: String) async throws {
        try await serve { port in
            let answer = try await raw(request, at: port)
            #expect((400..<500).contains(answer.status), "\(answer.text)")
            #expect(answer.text.split(separator: "HTTP/1.1 ").count == 1, "\(answer.text)")
        }
    }

    @Test(
        "name paths that mean one thing",
        arguments: ["/%2e%2e/x", "/a/./b", "/%00", "/%zz", "/%", "/%C0%AF", "/%0d%0aX", "/a?x=%FF", "/a?%"]
    )
    func paths(path: String) async throws {
        try await serve { port in
            let answer = try await WebClient.ask(path, at: port, headers: "Connection: close\r\n")
            #expect(answer.body.contains("?"), "\(answer.body)")
        }
    }

    @Test("come whole, in order, to who reads slowly")
    func stream() async throws {
        try await serve { port in
            // In one piece, because this version knows no chunks.
            let answer = try await raw("GET /stream HTTP/1.0\r\n\r\n", at: port)
            let numbers = answer.text.split(separator: "event ").dropFirst().map { $0.prefix { $0 != " " } }
            #expect(numbers == (1...200).map { "\($0)" })
        }
    }

    @Test("give up a client that takes nothing for as long as is waited, and cut it")
    func unread() async throws {
        let gone = Locked(0)
        try await serve(gone: gone) { port in
            let client = try WebClient(port: port)
            try await client.send("GET /unread HTTP/1.1\r\nHost: a\r\n\r\n")
            try await eventually { gone.withLock { $0 } == 1 }
            #expect(try await !client.answer().text.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("end when the server does, the suspended ones, too")
    func drains() async throws {
        let gone = Locked(0)
        let begun = Locked(0)
        let clients = try await serve(gone: gone, begun: begun) { port in
            let clients = try ["/forever", "/never", "/forever"].map { path in
                (try WebClient(port: port), "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            for (client, text) in clients { try await client.send(text) }
            try await eventually { begun.withLock { $0 } == 3 }
            return clients.map(\.0)
        }
        #expect(gone.withLock { $0 } == 3)
        #expect(try await clients[1].answer().status == 503)
        #expect(try await clients[0].answer().body.contains("begun"))
    }

    @Test("do not keep the server from ending when their bodies do not come")
    func halfBodies() async throws {
        let clients = try await serve { port in
            let clients = try (0..<40).map { _ in try WebClient(port: port) }
            for client in clients {
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx")
            }
            // All of them have been heard, because they are answered in turn.
            #expect(try await WebClient.ask("/", at: port, headers: "Connection: close\r\n").status == 200)
            return clients
        }
        for client in clients { #expect(try await client.answer().status != 200) }
    }
}
