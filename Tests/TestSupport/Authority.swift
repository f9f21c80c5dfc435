internal import Files
internal import Subprocesses

/// An authority that signs certificates, made by openssl.
package struct Authority: Sendable {
    /// Its own certificate, as PEM.
    package let certificate: String
    private let path: String

    /// Runs a closure with as many authorities as names are given, and removes their files.
    package static func with<Success>(
        _ names: [String],
        _ body: ([Authority]) async throws -> Success
    ) async throws -> Success {
        let path = "\(ScratchSpace.directory)/authorities-\(UInt64.random(in: 0 ... .max))"
        _ = try await ChildProcess.run(Invocation("mkdir", [path])).checked()
        let result: Result<Success, any Error>
        do {
            var authorities: [Authority] = []
            for name in names { authorities.append(try await Authority(name, at: "\(path)/\(name)")) }
            result = .success(try await body(authorities))
        } catch {
            result = .failure(error)
        }
        _ = try await ChildProcess.run(Invocation("rm", ["-r", path])).checked()
        return try result.get()
    }

    private init(_ name: String, at path: String) async throws {
        self.path = path
        try await Self.openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)", "-out", path] + Self.key(path)
        )
        certificate = try Self.text(of: path)
    }

    /// A certificate for `localhost` or a client, and its private key, as PEM.
    package func sign(
        _ subject: String,
        days: Int = 2,
        purposes: String? = nil
    ) async throws -> (certificate: String, key: String) {
        let own = "\(path)-\(UInt64.random(in: 0 ... .max))"
        let more =
            ["subjectAltName=DNS:localhost,IP:127.0.0.1"]
            + (purposes.map { ["extendedKeyUsage=\($0)"] } ?? [])
        try await Self.openssl(
            ["req", "-new", "-subj", subject, "-out", own + ".csr"] + Self.key(own)
                + more.flatMap { ["-addext", $0] }
        )
        try await Self.openssl([
            "x509", "-req", "-in", own + ".csr", "-CA", path, "-CAkey", path + ".key", "-days", "\(days)",
            "-copy_extensions", "copy", "-out", own,
        ])
        return (try Self.text(of: own), try Self.text(of: own + ".key"))
    }

    private static func key(_ path: String) -> [String] {
        ["-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", path + ".key"]
    }

    private static func openssl(_ arguments: [String]) async throws {
        _ = try await ChildProcess.run(Invocation("openssl", arguments), timeout: .seconds(60)).checked()
    }

    private static func text(of path: String) throws -> String {
        String(decoding: try OpenFile.bytes(of: path, limit: 65_536), as: UTF8.self)
    }
}
