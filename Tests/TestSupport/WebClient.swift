/// A client that speaks as little HTTP as it is told to, so that a test can leave out the rest.
package struct WebClient: Sendable {
    private let socket: Socket

    /// Connects to a port of this machine; a connection that fails shows in the answer.
    package init(port: UInt16) throws {
        socket = try Socket.connecting(to: .loopback(port: port))
    }

    /// Sends all of a text, unless the connection ends before.
    package func send(_ text: String) async throws {
        var bytes = Array(text.utf8)[...]
        try await eventually {
            guard let count = socket.send(bytes) else { return true }
            bytes = bytes.dropFirst(count)
            return bytes.isEmpty
        }
    }

    /// Waits for the end of the connection and returns what came before it.
    package func answer() async throws -> WebAnswer {
        var bytes: [UInt8] = []
        try await eventually {
            while true {
                switch socket.receive() {
                case .bytes(let more): bytes += more
                case .nothing: return false
                case .end: return true
                case .failure(let error):
                    // What came before a reset counts.
                    if bytes.isEmpty { throw error }
                    return true
                }
            }
        }
        return WebAnswer(String(decoding: bytes, as: UTF8.self))
    }

    /// Asks for a path, as a browser would.
    package static func ask(
        _ path: String,
        at port: UInt16,
        method: String = "GET",
        headers: String = "",
        body: String = ""
    ) async throws -> WebAnswer {
        let client = try WebClient(port: port)
        try await client.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n\(body)")
        return try await client.answer()
    }
}

/// What a server has sent on a connection.
package struct WebAnswer: Sendable {
    /// As it came, all of it.
    package let text: String

    init(_ text: String) { self.text = text }

    /// The number in the first line; 0 where nothing came.
    package var status: Int { Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    package var body: String {
        text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }

    /// The value of a header, whatever its case; nil where there is none.
    package subscript(header: String) -> String? {
        for line in text.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == header.lowercased() {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return nil
    }
}

extension WebClient {
    /// Hands on what comes until the connection ends or the task is cancelled.
    package func read(_ take: (String) -> Void) async throws {
        while true {
            try Task.checkCancellation()
            switch socket.receive() {
            case .bytes(let bytes): take(String(decoding: bytes, as: UTF8.self))
            case .nothing: try await Task.sleep(for: .milliseconds(20))
            case .end: return
            case .failure(let error): throw error
            }
        }
    }
}
