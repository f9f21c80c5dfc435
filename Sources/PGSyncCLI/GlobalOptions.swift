import Arguments
import Telemetry

/// Here a parameter is one of the command line, not of a statement.
typealias Parameter = Arguments.Parameter

/// The options that every command takes.
struct GlobalOptions: ParameterSet {
    enum LogStyle: String, ArgumentValue, CaseIterable {
        case auto, human, logfmt, json
    }

    var databaseURL: String?
    var databaseURLFile: String?
    var json = false
    var quiet = false
    var verbose = false
    var logStyle = LogStyle.auto

    static let parameters: [Parameter<Self>] = [
        .option(
            "database-url",
            \.databaseURL,
            placeholder: "URL",
            help: "The database. Other users of this machine can see a password given here."
        ),
        .option(
            "database-url-file",
            \.databaseURLFile,
            placeholder: "PATH",
            isPath: true,
            help: "A file whose first line is the URL of the database."
        ),
        .flag("json", \.json, help: "Print results as JSON."),
        .flag("quiet", short: "q", \.quiet, help: "Print only results and problems."),
        .flag("verbose", short: "v", \.verbose, help: "Print more."),
        .option(
            "log-format",
            \.logStyle,
            placeholder: "FORMAT",
            environment: ["PGSYNC_LOG_FORMAT"],
            help: "The format of log lines; auto means human on a terminal, else logfmt."
        ),
    ]

    func validate() throws {
        if databaseURL != nil && databaseURLFile != nil {
            throw UsageProblem.conflict("choose one of --database-url and --database-url-file")
        }
        if quiet && verbose { throw UsageProblem.conflict("choose one of --quiet and --verbose") }
    }

    /// A logger to standard error.
    var logger: Logger { Logger(handler: logHandler, level: logLevel) }

    /// A logger that writes a lasting fault a few times a minute only, and its handler, to be flushed in the end.
    var patientLogger: (logger: Logger, handler: RepeatLimitingLogHandler) {
        let handler = RepeatLimitingLogHandler(logHandler)
        return (Logger(handler: handler, level: logLevel), handler)
    }

    private var logLevel: LogLevel { verbose ? .debug : quiet ? .warning : .info }

    private var logHandler: StreamLogHandler {
        let format: LogFormat? =
            switch logStyle {
            case .auto: nil
            case .human: .human(colored: false)
            case .logfmt: .logfmt
            case .json: .json
            }
        return .standardError(format: format)
    }
}
