internal import Concurrency

/// A web server that answers as a test says, well or badly, one request for each connection.
package final class ScriptedServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let path: String
        /// The names in lower case.
        package let headers: [String: String]
        package let body: String
        /// As it came.
        package let text: String
    }

    /// What it does; the connection ends after the last.
    package enum Step: Sendable {
        case send(String)
        case bytes([UInt8])
        /// A byte every few milliseconds, for ever.
        case drip(String)
        /// Nothing, until the client has gone.
        case hang
    }

    package let port: UInt16
    private let listener: Socket
    private let answer: @Sendable (Request) -> [Step]
    private let log = Locked<[Request]>([])

    private init(_ answer: @escaping @Sendable (Request) -> [Step]) throws {
        listener = try Socket.listening(at: .loopback(port: 0))
        port = try listener.port
        self.answer = answer
    }

    /// What was asked so far.
    package var requests: [Request] { log.withLock { $0 } }

    /// Serves for as long as a closure runs.
    package static func run<Success>(
        answering answer: @escaping @Sendable (Request) -> [Step],
        _ body: (ScriptedServer) async throws -> Success
    ) async throws -> Success {
        let server = try ScriptedServer(answer)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    /// An answer with a status and a body.
    package static func reply(_ status: Int, headers: String = "", body: String = "") -> [Step] {
        [
            .send(
                "HTTP/1.1 \(status) Word\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(headers)\r\n\(body)"
            )
        ]
    }

    private func serve() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                if let socket = listener.accept() {
                    group.addTask {
                        // What ends a connection ends no other.
                        try? await self.serve(socket)
                    }
                } else {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
        }
    }

    private func serve(_ socket: Socket) async throws {
        defer { socket.shutDown() }
        var bytes: [UInt8] = []
        var request: Request?
        while request == nil {
            switch socket.receive() {
            case .bytes(let more): bytes += more
            case .nothing: try await Task.sleep(for: .milliseconds(1))
            case .end, .failure: return
            }
            request = Request(bytes)
        }
        guard let request else { return }
        log.withLock { $0.append(request) }
        for step in answer(request) {
            switch step {
            case .send(let text): guard try await socket.sendAll(Array(text.utf8)) else { return }
            case .bytes(let bytes): guard try await socket.sendAll(bytes) else { return }
            case .drip(let text):
                for byte in text.utf8.cycled() {
                    guard socket.send([byte]) != nil else { return }
                    try await Task.sleep(for: .milliseconds(20))
                }
            case .hang:
                while case .nothing = socket.receive() { try await Task.sleep(for: .milliseconds(5)) }
            }
        }
        socket.endSending()
    }
}

extension ScriptedServer.Request {
    /// Nil until all of it is there.
    fileprivate init?(_ bytes: [UInt8]) {
        let all = String(decoding: bytes, as: UTF8.self)
        guard let end = all.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = all[..<end.lowerBound].split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        let body = String(all[end.upperBound...])
        guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
        self.init(method: String(words[0]), path: String(words[1]), headers: headers, body: body, text: all)
    }
}

extension Socket {
    /// Returns whether the other side is still there.
    fileprivate func sendAll(_ bytes: [UInt8]) async throws -> Bool {
        var left = bytes[...]
        while !left.isEmpty {
            guard let count = send(left) else { return false }
            left = left.dropFirst(count)
            if count == 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
        return true
    }
}

extension String.UTF8View {
    /// Its bytes over and over.
    fileprivate func cycled() -> some Sequence<UInt8> {
        sequence(state: (Array(self), 0)) { state in
            defer { state.1 = state.0.isEmpty ? 0 : (state.1 + 1) % state.0.count }
            return state.0.isEmpty ? nil : state.0[state.1]
        }
    }
}
