import JSON
import PGSyncCluster

/// How to reach a private server that has just started.
struct UpBanner {
    let psql: String
    let connection: String
    /// The address on the loopback network, for programs that do not support Unix sockets.
    let loopback: String?
    let log: String
    let stateDirectory: String
    let port: Int?
    let isDemonstrated: Bool

    init(cluster: PrivateCluster, database: String, listens: Bool, isDemonstrated: Bool = false) {
        self.isDemonstrated = isDemonstrated
        psql = cluster.psqlCommand(database: database)
        connection = cluster.connectionString(database: database)
        loopback = listens ? cluster.loopbackConnectionString(database: database) : nil
        log = cluster.logDirectory
        stateDirectory = cluster.stateDirectory
        port = listens ? cluster.port : nil
    }

    var text: String {
        """

        PostgreSQL is running, with pgsync installed.

          psql       \(psql)
          other      export PGSYNC_DATABASE_URL='\(connection)'
        \(loopback.map { "  network    \($0)\n" } ?? "")\
          log        \(log)
          stop       Ctrl-C

        \(isDemonstrated ? demonstration : "")
        """
    }

    private var demonstration: String {
        """
        A clinic writes, edits and cancels bills, and a worker posts them; a few are bad on purpose.
        In another terminal, after the export line above:

          overview   pgsync status
          changes    \(psql) -c 'select source_table, record_id, action, sync_status, error_class \
        from pgsync.sync_log_status order by id desc limit 10'
          a record   pgsync trace TABLE RECORD
          failures   \(psql) -c 'select error_class, count(*) \
        from pgsync.sync_queue where sync_status = $$failed$$ group by 1'
          books      pgsync ledger trial-balance


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
            "demo": .bool(isDemonstrated),
        ]
    }
}
