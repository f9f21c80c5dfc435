import PGSyncCluster
import Postgres
import Subprocesses
import TestSupport
import Testing

@Suite("Connecting", .sharedDatabase, .timeLimit(.minutes(10)))
struct ConnectionHandleTests {
    private func failure(_ options: ConnectionOptions) async throws -> PostgresError {
        let error = try await #require(throws: PostgresError.self) {
            try await PostgresConnection.open(options)
        }
        #expect(error.kind == .cannotConnect)
        #expect(!error.description.contains("hunter2"))
        #expect(!error.debugDescription.contains("hunter2"))
        return error
    }

    @Test("says what is wrong, and never the password")
    func failures() async throws {
        let options = TestDatabase.current.options.with("password", "hunter2")
        #expect(try await failure(options.with("dbname", "absent")).sqlState == .invalidCatalogName)
        #expect(try await failure(options.with("user", "absent")).description.contains("role \"absent\""))
        #expect(try await failure(options.with("host", "/absent")).description.contains("/absent"))
        #expect(try await failure(options.with("host", "host.invalid")).description.contains("host.invalid"))
    }

    @Test("needs the right password where the server asks for one")
    func passwords() async throws {
        try await OwnCluster.with(listening: .loopback(port: 0)) { (cluster) throws in
            let options = try ConnectionOptions(cluster.loopbackConnectionString(database: "postgres"))
            let isLocal = try await PostgresConnection.withConnection(to: options) { (connection) throws in
                try await connection.withSession {
                    try $0.query("select inet_server_addr()::text").onlyRow().decode(0, as: String.self)
                }
            }
            #expect(isLocal.hasPrefix("127.0.0.1"))
            var wrong = options.with("password", "hunter2")
            wrong["passfile"] = nil
            #expect(try await failure(wrong).sqlState == .invalidPassword)
        }
    }

    @Test("passes over a host that is dead")
    func severalHosts() async throws {
        let database = TestDatabase.current
        try await database.withProxy { proxy, _ in
            try proxy.inject(.refuse)
            let options = database.options
                .with("host", "\(proxy.host),\(database.cluster.socketDirectory)")
                .with("port", "\(proxy.port),\(database.cluster.port)")
            let name = try await database.session(as: options) {
                try $0.query("select current_database()").onlyRow().decode(0, as: String.self)
            }
            #expect(name == database.name)
            let dead = database.options.with("host", proxy.host).with("port", String(proxy.port))
            #expect(try await failure(dead).description.contains("refused"))
        }
    }

    @Test("finds the server that can be written to")
    func readWrite() async throws {
        let shared = TestDatabase.current.cluster
        try await OwnCluster.with(settings: ["default_transaction_read_only": "on"]) { (readOnly) throws in
            let own = try ConnectionOptions(readOnly.connectionString(database: "postgres"))
                .with("target_session_attrs", "read-write")
            #expect(try await failure(own).description.contains("read-only"))
            let both = own.with("host", "\(readOnly.socketDirectory),\(shared.socketDirectory)")
                .with("port", "\(readOnly.port),\(shared.port)")
            let isReadOnly = try await PostgresConnection.withConnection(to: both) { (connection) throws in
                try await connection.withSession {
                    try $0.query("show transaction_read_only").onlyRow().decode(0, as: String.self)
                }
            }
            #expect(isReadOnly == "off")
        }
    }

    @Test("gives up a server that accepts and says nothing, after connect_timeout")
    func blackHole() async throws {
        try await TestDatabase.current.withProxy { (proxy, options) throws in
            try proxy.inject(.hang)
            let wasQuick = try await isQuick {
                let error = try await failure(options.with("connect_timeout", "2"))
                #expect(error.description.contains("timeout"))
            }
            #expect(wasQuick)
            #expect(proxy.counters.hung == 1)
        }
    }

    @Test("insists on TLS where it is told to")
    func requiresTLS() async throws {
        try await TestDatabase.current.withProxy { (proxy, options) throws in
            let error = try await failure(options.with("sslmode", "require").with("password", "hunter2"))
            #expect(error.description.contains("SSL"))
            #expect(proxy.counters.bytesToServer > 0)
        }
    }

    @Test("speaks TLS to a server whose certificate it can verify, and to no other")
    func verifiesTLS() async throws {
        try await OwnCluster.with(listening: .loopback(port: 0)) { (cluster) throws in
            let certificate = try await certify(cluster)
            let options = try await localhost(cluster).with("sslmode", "verify-full")
            let trusting = options.with("sslrootcert", certificate)
            try await PostgresConnection.withConnection(to: trusting) { (connection) throws in
                let isEncrypted = try await connection.withSession {
                    try $0.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()").onlyRow()
                        .decode(0, as: Bool.self)
                }
                #expect(isEncrypted)
                // A cancellation finds its way, too.
                let processID = try await connection.withSession { $0.processID }
                let task = Task {
                    try await connection.withSession { _ = try $0.query("select pg_sleep(600)") }
                }
                try await PostgresConnection.withConnection(to: trusting) { (watcher) throws in
                    let running: Query = """
                        select count(*) from pg_stat_activity
                        where pid = \(processID) and wait_event = 'PgSleep'
                        """
                    try await eventually {
                        try await watcher.withSession {
                            try $0.query(running).onlyRow().decode(0, as: Int.self)
                        } == 1
                    }
                }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            let stranger = try await failure(options.with("sslrootcert", "/nonexistent"))
            #expect(stranger.description.contains("root certificate"))
            let renamed = try await failure(trusting.with("host", "elsewhere.invalid"))
            #expect(renamed.description.contains("does not match host name"))
        }
    }

    /// Gives a running server a certificate for "localhost" that nobody but itself has signed; returns its path.
    private func certify(_ cluster: PrivateCluster) async throws -> String {
        let superuser = try ConnectionOptions(cluster.connectionString(database: "postgres"))
        return try await PostgresConnection.withConnection(to: superuser) { (connection) throws in
            let data = try await connection.withSession {
                try $0.query("show data_directory").onlyRow().decode(0, as: String.self)
            }
            let script = """
                cd "$1"
                openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -keyout server.key -out server.crt
                chmod 600 server.key
                chown --reference=. server.key server.crt
                """
            _ = try await ChildProcess.run(Invocation("sh", ["-ec", script, "sh", data])).checked()
            try await connection.withSession { session in
                _ = try session.runScript("alter system set ssl = on")
                _ = try session.runScript("select pg_reload_conf()")
            }
            try await eventually {
                try await connection.withSession {
                    try $0.query("show ssl").onlyRow().decode(0, as: String.self) == "on"
                }
            }
            return "\(data)/server.crt"
        }
    }

    /// Reaches the loopback port under a name; the password's file knows the address alone.
    private func localhost(_ cluster: PrivateCluster) async throws -> ConnectionOptions {
        let line = try await ChildProcess.run(Invocation("cat", [cluster.passwordFile])).standardOutput.text
        var options = try ConnectionOptions(cluster.loopbackConnectionString(database: "postgres"))
            .with("host", "localhost").with("hostaddr", "127.0.0.1")
            .with("password", String(line.dropLast().split(separator: ":").last ?? ""))
        options["passfile"] = nil
        return options
    }
}
