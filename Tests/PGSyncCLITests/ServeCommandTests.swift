import Arguments
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync serve and token")
struct ServeCommandTests {
    @Test(
        "refuses to serve others without TLS, and to let everybody in whom a proxy lets in",
        arguments: [
            ["--listen", "0.0.0.0:0"], ["--listen", "[::]:0"],
            ["--anonymous", "read", "--listen", "0.0.0.0:0"],
            ["--anonymous", "read", "--proxy", "127.0.0.1"], ["--tls-cert", "c.pem"], ["--tls-key", "k.pem"],
            ["--node-authorities", "a.pem"],
            ["--anonymous", "everything"], ["--listen", "books.example:1"],
        ]
    )
    func refusals(words: [String]) async {
        let run = await CommandLineRun(["serve"] + words)
        #expect(run.exitCode == .usage, "\(run.errors)")
    }

    @Test(
        "of a worker is for this machine, and for one that goes on",
        arguments: [
            ["--serve", "0.0.0.0:0"], ["--serve", "0", "--drain"], ["--serve", "0", "--once"],
            ["--serve", "x"],
        ]
    )
    func worker(words: [String]) async {
        let run = await CommandLineRun(["worker"] + words)
        #expect(run.exitCode == .usage, "\(run.errors)")
    }

    @Test("says which certificate cannot be read")
    func certificate() async {
        let run = await CommandLineRun(
            "serve",
            "--tls-cert",
            "/nonexistent/c.pem",
            "--tls-key",
            "/nonexistent/k.pem"
        )
        #expect(run.exitCode == .wrongFile && run.errors.contains("/nonexistent/c.pem"), "\(run.errors)")
    }

    @Test("shows a token once, and keeps only its SHA-256", .timeLimit(.minutes(5)))
    func tokens() async throws {
        try await CommandLineDatabase.migrated { database in
            let made = await database.run(
                "token",
                "create",
                "asha",
                "--scopes",
                "read,operate",
                "--for",
                "1h",
                "-q"
            )
            #expect(made.exitCode == .success, "\(made.errors)")
            let secret = made.output.split(separator: "\n").joined()
            #expect(secret.hasPrefix("pgs_") && secret.count == 48)
            #expect(!made.errors.contains(secret))
            let listed = await database.run("token", "list")
            #expect(listed.output.contains("asha") && listed.output.contains("operate,read"))
            #expect(!listed.output.contains(secret))
            let hash = "sha256(convert_to('\(secret)', 'UTF8'))"
            let kept = try await database.query("select (secret_hash = \(hash))::text from pgsync.api_tokens")
            #expect(kept == ["true"])
            #expect(await database.run("token", "create", "x", "--scopes", "everything").exitCode == .usage)
            #expect(await database.run("token", "revoke", "1").output.contains("revoked token 1"))
            #expect(await database.run("token", "revoke", "1").output.contains("before"))
            let unknown = await database.run("token", "revoke", "9")
            #expect(unknown.exitCode == .noSuchChange && unknown.errors.contains("pgsync token list"))
            #expect(await database.run("token", "list").errors.contains("no tokens"))
        }
    }
}
