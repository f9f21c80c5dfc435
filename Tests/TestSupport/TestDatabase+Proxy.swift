package import PGSyncCluster
package import Postgres

extension TestDatabase {
    /// Lends a proxy before this database's server, and the options to connect through it.
    package func withProxy(_ body: (FaultProxy, ConnectionOptions) async throws -> Void) async throws {
        try await FaultProxy.run(to: cluster.socket) { proxy in
            var options = options.with("host", proxy.host).with("port", String(proxy.port))
            options["sslmode"] = "disable"
            options["gssencmode"] = "disable"
            options["connect_timeout"] = "3"
            try await body(proxy, options)
        }
    }
}

extension PrivateCluster {
    /// The socket that the server listens on.
    package var socket: SocketAddress { .unix(path: "\(socketDirectory)/.s.PGSQL.\(port)") }
}
