import HTTPClient
import class HTTPServer.IdentityRenewal
import struct HTTPServer.HTTPResponse
import struct HTTPServer.ListenAddress
import struct HTTPServer.ServerIdentity
import struct HTTPServer.ServerLimits
import struct HTTPServer.WebServer
import Subprocesses
import TestSupport
import Testing

@Suite("A client with a certificate", .timeLimit(.minutes(5)))
struct IdentityTests {
    private static let local = AddressPolicy(
        allowing: ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }
    )

    @Test("is known by it if it is good now, and else told why not")
    func certificates() async throws {
        try await Authority.with(["nodes", "others"]) { authorities in
            let (nodes, others) = (authorities[0], authorities[1])
            let shown: [(String, (certificate: String, key: String)?)] = [
                ("north", try await nodes.sign("/CN=north")),
                ("north", try await nodes.sign("/O=Clinic/CN=north", purposes: "clientAuth")),
                ("no: none was shown", nil),
                ("no: it is of an authority that is not known here", try await others.sign("/CN=north")),
                ("no: it has expired", try await nodes.sign("/CN=north", days: -1)),
                ("no: it is not for clients", try await nodes.sign("/CN=north", purposes: "serverAuth")),
                ("no: it has not one common name", try await nodes.sign("/CN=north/CN=east")),
                ("no: it has not one common name", try await nodes.sign("/O=north")),
                // What is wrong with the authority is told, whatever else is.
                (
                    "no: it is of an authority that is not known here",
                    try await others.sign("/CN=north", days: -1)
                ),
            ]
            try await serve(by: nodes, others) { request, _ in
                for (expected, identity) in shown {
                    var request = request
                    request.identity = identity.map { Array(($0.certificate + $0.key).utf8) }
                    // Each with a connection of its own, and twice on one.
                    let client = try HTTPClient(policy: Self.local)
                    for _ in 1...2 {
                        let reply = try await client.send(request)
                        #expect(String(decoding: reply.body, as: UTF8.self) == expected)
                    }
                }
            }
        }
    }

    @Test("does not show one client's certificate over another's connection")
    func mixed() async throws {
        try await Authority.with(["nodes", "others"]) { authorities in
            let (north, east) = (
                try await authorities[0].sign("/CN=north"), try await authorities[0].sign("/CN=east")
            )
            try await serve(by: authorities[0], authorities[1]) { request, client in
                for (name, identity) in [
                    ("north", north), ("east", east), ("no: none was shown", nil), ("north", north),
                ] {
                    var request = request
                    request.identity = identity.map { Array(($0.certificate + $0.key).utf8) }
                    let reply = try await client.send(request)
                    #expect(String(decoding: reply.body, as: UTF8.self) == name)
                }
            }
        }
    }

    @Test("is told what is wrong with its own, and never asks for a password")
    func broken() async throws {
        try await Authority.with(["nodes", "others"]) { authorities in
            let good = try await authorities[0].sign("/CN=north")
            let other = try await authorities[0].sign("/CN=north")
            var encrypting = Invocation("openssl", ["pkey", "-aes256", "-passout", "pass:secret"])
            encrypting.standardInput = .text(good.key)
            let encrypted = try await ChildProcess.run(encrypting, timeout: .seconds(60)).checked()
                .standardOutput.text
            let texts = [
                "", "no", good.certificate, good.key, good.certificate + other.key,
                good.certificate + encrypted,
                good.certificate.dropLast(60) + good.key, good.certificate + good.key.dropLast(60),
            ]
            try await serve(by: authorities[0], authorities[1]) { request, client in
                for text in texts {
                    var request = request
                    request.identity = Array(text.utf8)
                    await #expect("\(text)") {
                        try await client.send(request)
                    } throws: { error in
                        if case .identity? = error as? TransferError { true } else { false }
                    }
                }
            }
        }
    }

    @Test(
        "is still known after the server has taken up another certificate, and authorities that are none are refused"
    )
    func renewal() async throws {
        try await Authority.with(["nodes", "others"]) { authorities in
            let (nodes, others) = (authorities[0], authorities[1])
            let own = try await others.sign("/CN=localhost")
            let identity = try await nodes.sign("/CN=north")
            let renewal = IdentityRenewal()
            try await serve(by: nodes, others, renewal: renewal) { request, _ in
                var request = request
                request.identity = Array((identity.certificate + identity.key).utf8)
                for (authority, isTaken, name) in [
                    (nodes.certificate, true, "north"), ("no", false, "north"),
                    (others.certificate, true, "no: it is of an authority that is not known here"),
                    (others.certificate + nodes.certificate, true, "north"),
                ] {
                    let next = ServerIdentity(
                        certificate: own.certificate,
                        privateKey: own.key,
                        authorities: authority
                    )
                    #expect(renewal.renew(with: next) == isTaken)
                    let client = try HTTPClient(policy: Self.local)
                    let reply = try await client.send(request)
                    #expect(String(decoding: reply.body, as: UTF8.self) == name)
                }
            }
        }
    }

    /// Runs a server that says whom it takes a client for, with a request and a client that trusts it.
    private func serve(
        by nodes: Authority,
        _ others: Authority,
        renewal: IdentityRenewal? = nil,
        _ body: (HTTPRequest, HTTPClient) async throws -> Void
    ) async throws {
        let own = try await others.sign("/CN=localhost")
        let identity = ServerIdentity(
            certificate: own.certificate,
            privateKey: own.key,
            authorities: nodes.certificate
        )
        var limits = ServerLimits()
        limits.keepsConnections = true
        let server = WebServer(
            at: try #require(ListenAddress("0")),
            limits: limits,
            identity: identity,
            renewal: renewal
        ) { head in
            let name = head.certificateName ?? "no: \(head.certificateProblem ?? "")"
            return .answer(HTTPResponse(contentType: "text/plain", body: name))
        }
        let client = try HTTPClient(policy: Self.local)
        try await server.run { address in
            var request = HTTPRequest("GET", "https://localhost:\(address.port)/")
            request.authorities = Array(others.certificate.utf8)
            try await body(request, client)
        }
    }
}
