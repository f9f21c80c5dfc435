internal import Concurrency
internal import Files
internal import Subprocesses

/// A program of others that receives webhooks or mail: see `Referees/receiver.py`.
package final class Receiver: Sendable {
    package enum Kind: String, Sendable { case webhook, mail }

    /// What scripts/setup installs.
    private static let python = ".cache/venv/bin/python"
    package static var isInstalled: Bool { Repository.has(python) }

    package let port: UInt16
    /// A certificate for `localhost` and 127.0.0.1, which the receiver shows.
    package let certificate: String
    private let lines: Locked<[String]>

    private init(port: UInt16, certificate: String, lines: Locked<[String]>) {
        self.port = port
        self.certificate = certificate
        self.lines = lines
    }

    /// The text of its certificate, for those who are to trust it.
    package func authorities() throws -> [UInt8] { try OpenFile.bytes(of: certificate, limit: 65_536) }

    /// A line of JSON for each that was received.
    package var received: [String] { lines.withLock { $0 } }

    /// Runs one for as long as a closure runs.
    package static func run<Success>(
        _ kind: Kind,
        secret: String,
        _ body: (Receiver) async throws -> Success
    ) async throws -> Success {
        let certificate = "\(ScratchSpace.directory)/receiver-\(UInt64.random(in: 0 ... .max)).pem"
        let key = certificate + ".key"
        let making = Invocation(
            "openssl",
            [
                "req", "-new", "-x509", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ]
        )
        _ = try await ChildProcess.run(making, timeout: .seconds(60)).checked()
        let (stream, continuation) = AsyncStream<String>.makeStream()
        var invocation = Invocation(
            Repository.path(of: python),
            [
                Repository.path(of: "Tests/TestSupport/Referees/receiver.py"), kind.rawValue, certificate,
                key, secret,
            ]
        )
        invocation.standardOutput = .lines(continuation)
        invocation.diesWithParent = true
        let lines = Locked<[String]>([])
        return try await ChildProcess.withRunning(invocation) { child in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await line in stream { lines.withLock { $0.append(line) } }
                }
                var port: UInt16?
                try await eventually {
                    port = lines.withLock { $0.first }.flatMap { UInt16($0.filter(\.isNumber)) }
                    return port != nil
                }
                lines.withLock { $0 = [] }
                let result = try await body(Receiver(port: port ?? 0, certificate: certificate, lines: lines))
                await child.terminate()
                return result
            }
        }
    }
}
