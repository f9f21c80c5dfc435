internal import Glibc
package import PGSyncCluster
internal import Subprocesses

/// PgBouncer in transaction mode, as the server's own unprivileged user.
package enum Pooler {
    /// Lends the directory and the port of its socket.
    package static func with(
        before cluster: PrivateCluster,
        as role: String,
        sessions: Int,
        _ body: (_ directory: String, _ port: Int) async throws -> Void
    ) async throws {
        let directory = "\(ScratchSpace.directory)/pgsync-pooler-\(UInt64.random(in: 0 ... .max))"
        guard unsafe mkdir(directory, 0o777) == 0, unsafe chmod(directory, 0o777) == 0 else {
            throw CannotStart(reason: "no directory")
        }
        defer { remove(directory) }
        let port = 6_432
        try write(
            """
            [databases]
            * = host=\(cluster.socketDirectory) port=\(cluster.port) user=\(role)
            [pgbouncer]
            listen_addr =
            listen_port = \(port)
            unix_socket_dir = \(directory)
            auth_type = any
            auth_file = \(directory)/users
            pool_mode = transaction
            default_pool_size = \(sessions)
            max_client_conn = 50
            ignore_startup_parameters = extra_float_digits,options
            logfile = \(directory)/log
            pidfile = \(directory)/pid

            """,
            to: "\(directory)/pgbouncer.ini"
        )
        try write("", to: "\(directory)/users")
        var invocation = Invocation("pgbouncer", ["\(directory)/pgbouncer.ini"])
        if geteuid() == 0 { invocation.user = UserAccount(named: "postgres") ?? UserAccount(named: "nobody") }
        invocation.diesWithParent = true
        try await ChildProcess.withRunning(invocation) { pooler in
            // Its socket is there a moment before anyone may connect.
            try await eventually { read("\(directory)/log").contains("process up") }
            try await body(directory, port)
            pooler.send(signal: SIGINT)
            _ = try await pooler.wait()
        }
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = unsafe fopen(path, "w") else { throw CannotStart(reason: "no file") }
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    private static func read(_ path: String) -> String {
        guard let file = unsafe fopen(path, "r") else { return "" }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private static func remove(_ directory: String) {
        for name in ["pgbouncer.ini", "users", "log", "pid", ".s.PGSQL.6432"] {
            unsafe unlink("\(directory)/\(name)")
        }
        unsafe rmdir(directory)
    }

    struct CannotStart: Error {
        let reason: String
    }
}
