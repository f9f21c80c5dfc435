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
    /// The master that it is a node of, if it is one.
    let master: MasterOfNode?

    init(
        cluster: PrivateCluster,
        database: String,
        listens: Bool,
        isDemonstrated: Bool = false,
        master: MasterOfNode? = nil
    ) {
        self.isDemonstrated = isDemonstrated
        self.master = master
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

        \(isDemonstrated ? demonstration : "")\(master.map(node) ?? "")
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
          a node     MASTER_TOKEN=$(pgsync node add north) pgsync up --node-of URL --demo
                     for URL take the beginning of the dashboard's address: http://HOST:PORT


        """
    }

    /// What to do with a node.
    private func node(of master: MasterOfNode) -> String {
        """
        It is a node of \(master.url.argument): it works on its own, and its records are exchanged, \(master.pace).
        \(master.hasClinic ? "The clinic's bills come from the master, which posts those that are written here." :
            "Create the tables that the master exchanges (there: pgsync sync tables), then exchange each of them.")
        In another terminal, after the export line above:

        \(master.hasClinic ? "" : "  a table    pgsync sync on TABLE\n")\
          overview   pgsync sync status
          exchanges  pgsync jobs list --kind sync
          end        pgsync sync leave


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
            "demo": .bool(isDemonstrated || master?.hasClinic == true),
            "master_url": master.map { .string($0.url.argument) } ?? .null,
        ]
    }
}
