extension PrivateCluster {
    /// The directory that holds all there is, absolute and without links.
    package var stateDirectory: String { layout.state }

    /// The directory with the server's log, one file for each day of the week.
    package var logDirectory: String { layout.log }

    /// What the server said last, for messages about its end.
    package var lastLogLines: [String] { ServerLog.tail(in: layout) }

    /// A URI that reaches a database of the server in a state directory, whoever its master is.
    package static func connectionString(
        to stateDirectory: String,
        database: String
    ) -> String? {
        guard let control = existing(in: stateDirectory) else { return nil }
        return uri(to: database, in: control.layout, port: control.note?.port ?? socketPort, role: superuser)
    }
}
