import Glibc
import JSON
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync up, as built", .timeLimit(.minutes(10)))
struct UpTests {
    @Test(
        "starts, is reached by the psql command it prints, and stops cleanly",
        arguments: [SIGINT, SIGTERM]
    )
    func startsAndStops(signal: Int32) async throws {
        try await RunningServer.withDirectory { directory in
            let output = try await RunningServer.with(directory) { server in
                #expect(try await server.psql("select count(*) > 0 from pgsync.configuration") == "t")
                return try await server.stop(signal)
            }
            #expect(output.status == .exited(0), "\(output.standardError.text)")
            #expect(await !answers(directory))
        }
    }

    @Test("listens on a port of this machine when asked to")
    func port() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory, "--port", "0", "--no-migrate", "--no-worker") { server in
                let url = try #require(server.banner["loopback_url"]?.string)
                let output = try await ChildProcess.run(Invocation("psql", ["-XAtqc", "select 1", url]))
                #expect(output.standardOutput.text == "1\n", "\(output.standardError.text)")
            }
        }
    }

    @Test("serves the metrics of its worker, and the bills of a demonstration at a rate")
    func metricsOfADemonstration() async throws {
        try await RunningServer.withDirectory { directory in
            let port = try Socket.listening(at: .loopback(port: 0)).port
            try await RunningServer.with(
                directory,
                ["--demo", "--rate", "100", "--metrics-listen", "\(port)"]
            ) { server in
                try await eventually {
                    let body = (try? await WebClient.ask("/metrics", at: port).body) ?? ""
                    let posted = body.firstMatch(of: /outcomes_total\{outcome="posted"\} (\d+)/)
                    return posted.flatMap { Int($0.output.1) } ?? 0 > 150
                }
                #expect(try await WebClient.ask("/healthz", at: port).status == 200)
                #expect(try await server.stop(SIGTERM).status == .exited(0))
            }
        }
    }

    @Test("prints a link that logs a browser of this machine in, once")
    func dashboard() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory, "--listen", "0", "--no-worker") { server in
                var link: String?
                for await line in server.lines {
                    link = try JSONValue(parsing: line)["dashboard"]?.string
                    if link != nil { break }
                }
                let parts = try #require(link?.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\/#login=(\w+)/))
                    .output
                let port = try #require(UInt16(parts.1))
                #expect(
                    try await WebClient.ask("/", at: port, headers: "Connection: close\r\n").body.contains(
                        "<title>pgsync"
                    )
                )
                let code = JSONValue.object(JSONObject([("code", .string(String(parts.2)))])).text()
                var answers: [WebAnswer] = []
                for _ in 1...2 {
                    answers.append(
                        try await WebClient.ask(
                            "/api/v1/session",
                            at: port,
                            method: "POST",
                            headers:
                                "Content-Type: application/json\r\nContent-Length: \(code.utf8.count)\r\nConnection: close\r\n",
                            body: code
                        )
                    )
                }
                #expect(answers.map(\.status) == [200, 401])
                #expect(
                    answers[0].body.contains(
                        "\"scopes\":[\"read\",\"images\",\"operate\",\"admin\",\"audit\"]"
                    )
                )
                #expect(try await server.stop(SIGTERM).status == .exited(0))
            }
        }
    }

    @Test("takes over the server that a killed one left behind")
    func takesOver() async throws {
        try await RunningServer.withDirectory { directory in
            let postmaster = try await RunningServer.with(directory) { server in
                let started = try await server.psql("select pg_postmaster_start_time()")
                _ = try await server.stop(SIGKILL)
                return started
            }
            try await RunningServer.with(directory) { server in
                let adopted = try await server.psql("select pg_postmaster_start_time()")
                #expect(adopted == postmaster)
                let output = try await server.stop(SIGTERM)
                #expect(output.status == .exited(0))
            }
        }
    }

    @Test("posts what is written, unless it is told to leave that to others", arguments: [true, false])
    func worker(posts: Bool) async throws {
        try await RunningServer.withDirectory { directory in
            let arguments = posts ? [] : ["--no-worker"]
            try await RunningServer.with(directory, arguments) { server in
                _ = try await server.psql(
                    """
                    create table bills (id int primary key);
                    select pgsync.attach('bills');
                    insert into bills values (1);
                    """
                )
                if posts {
                    // No rule is for it, which the worker finds out.
                    try await eventually {
                        try await server.psql("select error_class from pgsync.sync_queue") == "rule.missing"
                    }
                }
                #expect(
                    try await server.psql("select count(*) from pgsync.sync_workers") == (posts ? "1" : "0")
                )
                #expect(try await server.stop(SIGTERM).status == .exited(0))
            }
        }
    }

    @Test("refuses to run twice, and says who runs and how to connect")
    func refusesSecond() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory, "--no-migrate", "--no-worker") { server in
                let second = try await BuiltProgram.run("up", "--state-dir", directory)
                #expect(second.status == .exited(85))
                let text = second.standardError.text
                #expect(text.contains("process \(server.process.processIdentifier) runs"))
                #expect(text.contains("psql '\(try server.url)'"))
                #expect(try await server.psql("select 1") == "1")
            }
        }
    }

    @Test("says so and ends when the server dies, with the server's last words")
    func serverDies() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory) { server in
                kill(try await postmaster(of: server), SIGINT)
                let output = try await server.process.wait()
                #expect(output.status == .exited(86))
                #expect(output.standardError.text.contains("database system is shut down"))
            }
        }
    }

    @Test("keeps what is in the database, unless it is told to begin anew")
    func reset() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory, "--no-migrate", "--no-worker") { server in
                _ = try await server.psql("create table kept ()")
                _ = try await server.stop(SIGTERM)
            }
            try await RunningServer.with(directory, "--no-migrate") { server in
                let kept = try await server.psql("select to_regclass('kept')")
                #expect(kept == "kept")
                _ = try await server.stop(SIGTERM)
            }
            try await RunningServer.with(directory, "--reset", "--no-migrate") { server in
                let left = try await server.psql("select to_regclass('kept'), to_regnamespace('pgsync')")
                #expect(left == "|")
            }
        }
    }

    @Test("leaves at once when it is asked a second time, whatever the server does")
    func leavesAtOnce() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory) { server in
                let postmaster = try await postmaster(of: server)
                // A stopped server does not stop.
                kill(postmaster, SIGSTOP)
                defer { kill(postmaster, SIGCONT) }
                try await eventually { !server.process.send(signal: SIGINT) }
                let output = try await server.process.wait()
                #expect(output.status == .exited(130))
            }
        }
    }

    @Test("stops the server again when the schema in it does not fit")
    func stopsOnError() async throws {
        try await RunningServer.withDirectory { directory in
            try await RunningServer.with(directory) { server in
                _ = try await server.psql(
                    "update pgsync.migrations set checksum = repeat('0', 64) where number = 1"
                )
                _ = try await server.stop(SIGTERM)
            }
            let output = try await BuiltProgram.run("up", "--state-dir", directory)
            #expect(output.status == .exited(81))
            #expect(await !answers(directory))
        }
    }

    @Test("stops cleanly when it is asked to while it starts")
    func stopsWhileStarting() async throws {
        try await RunningServer.withDirectory { directory in
            let (lines, continuation) = AsyncStream.makeStream(of: String.self)
            var invocation = try BuiltProgram.invocation(["up", "--state-dir", directory])
            invocation.standardError = .lines(continuation)
            let output = try await ChildProcess.withRunning(invocation) { process in
                for await line in lines where line.hasPrefix("creating a database cluster") { break }
                process.send(signal: SIGINT)
                return try await process.wait()
            }
            #expect(output.status == .exited(0))
            #expect(output.standardOutput.text.isEmpty)
            #expect(await !answers(directory))
        }
    }

    private func postmaster(of server: RunningServer) async throws -> Int32 {
        let data = try await server.psql("show data_directory")
        let file = try await ChildProcess.run(Invocation("head", ["-n", "1", "\(data)/postmaster.pid"]))
        return try #require(Int32(file.standardOutput.text.dropLast()))
    }

    /// Whether a server answers at the socket of a state directory.
    private func answers(_ directory: String) async -> Bool {
        let invocation = Invocation("psql", ["-XAtqc", "select 1", "host=\(directory)/run dbname=postgres"])
        return (try? await ChildProcess.run(invocation).status.isSuccess) ?? false
    }
}
