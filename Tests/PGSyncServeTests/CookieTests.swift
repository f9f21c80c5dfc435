import TestSupport
import Testing

@testable import PGSyncServe

@Suite("Log-ins", .servedDatabase, .timeLimit(.minutes(5)))
struct CookieTests {
    @Test("give a cookie the port that the browser asks at, which a proxy or a container may change")
    func cookieOfPort() async throws {
        try await Served.with { served in
            let body = "{\"token\":\"\(try await served.token(.read))\"}"
            for (host, name) in [
                ("localhost:9443", "pgsync-9443="), ("[::1]:9444", "pgsync-9444="),
                ("localhost", "pgsync-\(served.port)="),
            ] {
                let client = try WebClient(port: served.port)
                try await client.send(
                    "POST /api/v1/session HTTP/1.1\r\nHost: \(host)\r\nContent-Type: application/json\r\n"
                        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
                )
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer["Set-Cookie"]?.hasPrefix(name) == true, "\(answer.text)")
            }
        }
    }
}
