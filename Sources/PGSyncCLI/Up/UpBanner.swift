import JSON
import PGSyncCluster

/// How to reach a private server that has just started.
struct UpBanner {
    let psql: String
    let connection: String
    /// The way over the network of this machine, for programs that know no sockets.
    let loopback: String?
    let log: String
    let stateDirectory: String
    let port: Int?

    init(cluster: PrivateCluster, database: String, listens: Bool) {
        psql = cluster.psqlCommand(database: database)
        connection = cluster.connectionString(database: database)
        loopback = listens ? cluster.loopbackConnectionString(database: database) : nil
        log = cluster.logDirectory
        stateDirectory = cluster.stateDirectory
        port = listens ? cluster.port : nil
    }

    var text: String {
        """

        PostgreSQL is running, with pgsync in it.

          psql       \(psql)
          other      export PGSYNC_DATABASE_URL='\(connection)'
        \(loopback.map { "  network    \($0)\n" } ?? "")\
          log        \(log)
          stop       Ctrl-C


        """
    }

    var json: JSONValue {
        [
            "psql": .string(psql),
            "url": .string(connection),
            "loopback_url": loopback.map(JSONValue.string) ?? .null,
            "port": port.map { JSONValue($0) } ?? .null,
            "log": .string(log),
            "state_directory": .string(stateDirectory),
        ]
    }
}
