/// Where the address of the database comes from.
enum DatabaseSource: Equatable, CustomStringConvertible {
    case commandLine
    case file(String)
    case variable(String)
    case libpq

    /// The variables to read, in order of precedence.
    static let variables = ["PGSYNC_DATABASE_URL", "DATABASE_URL"]

    static let explanation = """
        The database is taken from --database-url or --database-url-file, else from PGSYNC_DATABASE_URL, else \
        from DATABASE_URL; libpq variables such as PGHOST, PGUSER and PGDATABASE supply what is left open. Put \
        passwords in ~/.pgpass, the PGPASSFILE, or a file given with --database-url-file: everyone on this \
        machine can read a command line.
        """

    var description: String {
        switch self {
        case .commandLine: "from --database-url"
        case .file(let path): "from \(path)"
        case .variable(let name): "from the variable \(name)"
        case .libpq: "from the PG* variables, or the defaults of libpq"
        }
    }
}
