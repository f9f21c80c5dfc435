/// Where names are looked up that a statement does not qualify.
extension Session {
    /// Sets the path of the options before anything is looked up, and finds out how long that holds.
    func settlePath(_ options: ConnectionOptions) throws {
        guard let path = options.searchPath else { return }
        // SET looks nothing up, and what it sets here ends with this script: behind a pooler, the server's session
        // goes to someone else next, whose path it must not change.
        let backend = try runScript("\(Self.localPath(path)); select pg_catalog.pg_backend_pid()").onlyRow()
            .decode(0, as: Int32.self)
        firstBackend = backend
        isPooled = backend != processID
        if isPooled || options.sharesSession {
            transactionPath = path
        } else {
            try runScript("set search_path to \(path)")
            try runScript(Self.ownSettings)
        }
    }

    /// What the owner of a database must not decide for a program that others run in it.
    ///
    /// A role he set for all is taken off, as is what would change how names are written, what a statement sees of
    /// others, or how long a session may rest.
    private static let ownSettings = """
        set quote_all_identifiers to off;
        set default_transaction_isolation to 'read committed';
        set idle_session_timeout to 0;
        select pg_catalog.set_config('role', 'none', false)
        from pg_catalog.pg_settings as setting
        where setting.name = 'role' and setting.source = 'database'
        """

    /// The path that the next transaction has to set for itself; nil while one is open, or where the session has it.
    var pathOfNextTransaction: String? { isInTransaction ? nil : transactionPath }

    static func localPath(_ path: String) -> String { "set local search_path to \(path)" }

    /// What precedes the statements of a pipeline.
    var pipelineHead: [Query] {
        // SET LOCAL would be warned about here.
        pathOfNextTransaction.map { ["select pg_catalog.set_config('search_path', \($0), true)"] } ?? []
    }

    /// Runs a statement behind what it needs, in one transaction and one round trip.
    func queryInPipeline(_ query: Query) throws -> ResultSet {
        do {
            return try pipeline([query])[0]
        } catch var error as PostgresError {
            if error.isStaleStatement { return try pipeline([query])[0] }
            // The caller knows of no pipeline.
            error.statementIndex = nil
            throw error
        }
    }
}
