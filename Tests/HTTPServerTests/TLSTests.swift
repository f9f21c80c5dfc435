import Glibc
import HTTPServer
import Subprocesses
import TestSupport
import Testing

@Suite("A server with an identity", .timeLimit(.minutes(5)))
struct TLSTests {
    @Test("is known by its certificate, says that it is encrypted, and speaks nothing older than TLS 1.2")
    func encrypted() async throws {
        let certificate = "\(ScratchSpace.directory)/serves-\(UInt64.random(in: 0 ... .max)).pem"
        let key = certificate + ".key"
        defer { for path in [certificate, key] { unsafe unlink(path) } }
        try await openssl([
            "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
        ])
        let identity = ServerIdentity(
            certificate: try await read(certificate),
            privateKey: try await read(key)
        )
        let server = WebServer(at: try #require(ListenAddress("0")), identity: identity) { head in
            .answer(HTTPResponse(contentType: "text/plain", body: "encrypted: \(head.isSecure)"))
        }
        try await server.run { address in
            let asking = [
                "s_client", "-quiet", "-connect", "127.0.0.1:\(address.port)", "-servername", "localhost",
                "-verify_hostname", "localhost", "-verify_return_error", "-CAfile", certificate,
            ]
            let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            for version in ["-tls1_2", "-tls1_3"] {
                let answer = try await openssl(asking + [version], sending: request)
                #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains("encrypted: true"), "\(answer)")
            }
            var old = Invocation("openssl", asking + ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
            old.standardInput = .text(request)
            #expect(try await !ChildProcess.run(old, timeout: .seconds(30)).status.isSuccess)
        }
    }

    @Test("is not begun with what is no certificate")
    func nonsense() async throws {
        let server = WebServer(
            at: try #require(ListenAddress("0")),
            identity: ServerIdentity(certificate: "no", privateKey: "no")
        ) { _ in .answer(.plain(200, "")) }
        let error = await #expect(throws: ListenError.self) {
            try await server.run { _ in Issue.record("began") }
        }
        #expect("\(try #require(error))".contains("the certificate and its private key are not understood"))
    }

    @Test("is not begun with authorities of clients that are none, and says so")
    func authorities() async throws {
        try await Authority.with(["own"]) { authorities in
            let own = try await authorities[0].sign("/CN=localhost")
            for wrong in ["", "no", String(authorities[0].certificate.dropLast(60)), own.key] {
                let server = WebServer(
                    at: try #require(ListenAddress("0")),
                    identity: ServerIdentity(
                        certificate: own.certificate,
                        privateKey: own.key,
                        authorities: wrong
                    )
                ) { _ in .answer(.plain(200, "")) }
                let error = await #expect(throws: ListenError.self) {
                    try await server.run { _ in Issue.record("began with \(wrong)") }
                }
                #expect("\(try #require(error))".contains("the authorities of clients are not understood"))
            }
        }
    }

    @discardableResult
    private func openssl(_ arguments: [String], sending text: String = "") async throws -> String {
        var invocation = Invocation("openssl", arguments)
        invocation.standardInput = .text(text)
        return try await ChildProcess.run(invocation, timeout: .seconds(30)).checked().standardOutput.text
    }

    private func read(_ path: String) async throws -> String {
        try await ChildProcess.run(Invocation("cat", [path])).checked().standardOutput.text
    }
}
