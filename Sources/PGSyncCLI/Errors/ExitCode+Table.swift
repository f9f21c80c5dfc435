import Arguments
import Services

/// What every number means that pgsync ends with; those from 64 to 78 are taken from `sysexits.h`.
extension ExitCode {
    static let problemsFound = ExitCode(
        1,
        "Other failure; or doctor, selftest or --check-health found a problem."
    )
    static let refused = ExitCode(65, "The table cannot be captured as requested.")
    static let noTable = ExitCode(66, "Unknown table, rule, schedule or channel.")
    static let noSuchChange = ExitCode(
        67,
        "Unknown change, record, job, difference, alert or silence, or it is in another state."
    )
    static let cannotConnect = ExitCode(69, "Cannot connect to the database, or the connection was lost.")
    static let cannotListen = ExitCode(
        71,
        "Cannot listen at the address of --listen, --serve or --metrics-listen."
    )
    static let cannotWrite = ExitCode(73, "Cannot write the output file.")
    static let lockTimeout = ExitCode(75, "Another session held a lock for too long; try again.")
    static let notPermitted = ExitCode(77, "The database user is not allowed to do this.")
    static let configuration = ExitCode(
        78,
        "Unknown setting, or a value that it, a schedule or a silence does not allow."
    )
    static let wrongRules = ExitCode(79, "A rule file has errors; nothing was done.")
    static let schemaTooNew = ExitCode(80, "The database needs a newer pgsync.")
    static let schemaChanged = ExitCode(81, "The applied migrations differ from those of this pgsync.")
    static let schemaMissing = ExitCode(82, "Migrations are missing: run pgsync migrate.")
    static let unsuitableServer = ExitCode(
        83,
        "Unsupported server: version, encoding, read-only, behind a pooler, or logging private keys."
    )
    static let clusterUnavailable = ExitCode(84, "Cannot start or stop the private PostgreSQL.")
    static let clusterInUse = ExitCode(85, "Another process runs the private PostgreSQL.")
    static let serverDied = ExitCode(86, "The private PostgreSQL stopped unexpectedly.")
    static let keyMissing = ExitCode(
        87,
        "Images are encrypted, and no private key was given that opens them."
    )
    static let recordsLeft = ExitCode(
        88,
        "Conflicts wait for a person, records could not be exchanged, or a comparison left differences."
    )
    static let stoppedByGuard = ExitCode(
        89,
        "So many records would be changed or deleted that a person has to agree."
    )
    static let ledgerRefused = ExitCode(90, "The ledger refused it; nothing was changed.")
    static let notInTheBooks = ExitCode(91, "Unknown account or period.")
    static let wrongFile = ExitCode(92, "Cannot read a file, or its contents are wrong.")
    static let changesLeft = ExitCode(93, "The worker left changes that --fail-on names.")
    static let differencesHealed = ExitCode(94, "The verification found differences and healed them all.")
    static let differencesLeft = ExitCode(95, "The verification found differences that are left.")
    static let notVerified = ExitCode(96, "The verification or the self-test could not look at everything.")
    static let unproven = ExitCode(
        97,
        "The chain is not proved: no anchor of the last day, or one is unreadable."
    )
    static let notDelivered = ExitCode(98, "The test message was not delivered.")
    static let alertsWarning = ExitCode(99, "Something of low or medium severity is wrong.")
    static let alertsCritical = ExitCode(100, "Something of high or critical severity is wrong.")
    static let alertsUnknown = ExitCode(
        101,
        "Nothing is known to be wrong, but not everything can be observed."
    )
    static let otherSide = ExitCode(102, "The other system cannot be reached, or refuses the call.")
    static let hungUp = ExitCode(129, "Stopped at once by SIGHUP.")
    static let interrupted = ExitCode(130, "Stopped at once by Ctrl-C.")
    static let terminated = ExitCode(143, "Stopped at once by SIGTERM.")

    static let table: [ExitCode] = [
        .success, .problemsFound, .usage, .refused, .noTable, .noSuchChange, .cannotConnect, .cannotListen,
        .cannotWrite, .lockTimeout, .notPermitted, .configuration, .wrongRules,
        .schemaTooNew, .schemaChanged, .schemaMissing, .unsuitableServer, .clusterUnavailable, .clusterInUse,
        .serverDied, .keyMissing, .recordsLeft, .stoppedByGuard, .ledgerRefused, .notInTheBooks, .wrongFile,
        .changesLeft,
        .differencesHealed,
        .differencesLeft, .notVerified, .unproven, .notDelivered, .alertsWarning, .alertsCritical,
        .alertsUnknown, .otherSide, .hungUp, .interrupted, .closedPipe, .terminated,
    ]

    /// What a program ends with that a signal has stopped at once.
    static func stopped(by signal: Signal) -> ExitCode {
        switch signal {
        case .hangUp: .hungUp
        case .interrupt: .interrupted
        default: .terminated
        }
    }
}
