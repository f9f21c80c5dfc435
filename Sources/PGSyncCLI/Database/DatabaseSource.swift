/// Who said where the database is.
enum DatabaseSource: Equatable, CustomStringConvertible {
    case commandLine
    case file(String)
    case variable(String)
    case libpq

    /// The variables that are asked, the first one first.
    static let variables = ["PGSYNC_DATABASE_URL", "DATABASE_URL"]

    static let explanation = """
        The database is that of --database-url or --database-url-file, else of PGSYNC_DATABASE_URL, else of \
        DATABASE_URL; what these leave open comes from the variables of libpq, such as PGHOST, PGUSER and \
        PGDATABASE. A password belongs in ~/.pgpass, the file that PGPASSFILE names, or a file given by \
        --database-url-file: everybody on this machine can read a command line.
        """

    var description: String {
        switch self {
        case .commandLine: "that of --database-url"
        case .file(let path): "that in \(path)"
        case .variable(let name): "that of the variable \(name)"
        case .libpq: "that of the PG* variables, or libpq's own where these are not set"
        }
    }
}
