import Arguments
import Services

/// What every number means that pgsync ends with; those from 64 to 78 are taken from `sysexits.h`.
extension ExitCode {
    static let problemsFound = ExitCode(
        1,
        "Other failure; or doctor or --check-health found a problem."
    )
    static let refused = ExitCode(65, "The table cannot be captured as asked.")
    static let noTable = ExitCode(66, "There is no such table or rule.")
    static let noSuchChange = ExitCode(
        67,
        "A change or record that was named is not there, or not in that state."
    )
    static let cannotConnect = ExitCode(69, "No connection to the database, or it was lost.")
    static let cannotListen = ExitCode(71, "Nothing can be served at the address of --metrics-listen.")
    static let cannotWrite = ExitCode(73, "The output file cannot be written.")
    static let lockTimeout = ExitCode(75, "Somebody else held a lock for too long; try again.")
    static let notPermitted = ExitCode(77, "The database user may not do this.")
    static let configuration = ExitCode(78, "An unknown setting, or a value that is not allowed.")
    static let wrongRules = ExitCode(79, "A rule file is wrong; nothing was done.")
    static let schemaTooNew = ExitCode(80, "The database needs a newer pgsync.")
    static let schemaChanged = ExitCode(81, "The history of migrations differs from this pgsync's.")
    static let schemaMissing = ExitCode(82, "The database lacks migrations: run pgsync migrate.")
    static let unsuitableServer = ExitCode(
        83,
        "Unsupported server: version, encoding, read-only, or a pooler before it."
    )
    static let clusterUnavailable = ExitCode(84, "The private PostgreSQL could not be started or stopped.")
    static let clusterInUse = ExitCode(85, "Another process runs the private PostgreSQL.")
    static let serverDied = ExitCode(86, "The private PostgreSQL ended by itself.")
    static let ledgerRefused = ExitCode(90, "The ledger does not take it; nothing was changed.")
    static let notInTheBooks = ExitCode(91, "There is no such account or period.")
    static let wrongFile = ExitCode(92, "A file cannot be read, or what is in it is wrong.")
    static let changesLeft = ExitCode(93, "The worker leaves changes behind that --fail-on names.")
    static let interrupted = ExitCode(130, "Ended at once by Ctrl-C.")
    static let terminated = ExitCode(143, "Ended at once by SIGTERM.")

    static let table: [ExitCode] = [
        .success, .problemsFound, .usage, .refused, .noTable, .noSuchChange, .cannotConnect, .cannotListen,
        .cannotWrite, .lockTimeout, .notPermitted, .configuration, .wrongRules,
        .schemaTooNew, .schemaChanged, .schemaMissing, .unsuitableServer, .clusterUnavailable, .clusterInUse,
        .serverDied, .ledgerRefused, .notInTheBooks, .wrongFile, .changesLeft, .interrupted, .closedPipe,
        .terminated,
    ]

    /// What a program ends with that a signal has stopped at once.
    static func stopped(by signal: Signal) -> ExitCode { signal == .interrupt ? .interrupted : .terminated }
}
