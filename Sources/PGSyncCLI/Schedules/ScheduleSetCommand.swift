import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync schedule set`.
struct ScheduleSetCommand: Command {
    var name = ""
    var kind: String?
    var cron: String?
    var zone: String?
    var subject: String?
    var type: String?
    var tooLate: Duration?
    var neverTooLate = false
    var every: String?

    static let signature = Signature(
        "set",
        "Create a schedule, or change one.",
        discussion: """
            What is not given stays. A cron expression has five fields: minute, hour, day of month, month and day of week; \
            or it is @hourly, @daily, @weekly, @monthly or @yearly. pgsync schedule next --cron shows when one runs. \
            A changed schedule is next due after now. Expressions and times: pgsync schedule next --help.
            """,
        examples: [
            .init(
                "pgsync schedule set retention --cron '0 4 * * *' --zone Asia/Kolkata",
                "At 04:00 in India."
            ),
            .init("pgsync schedule set retention --too-late 6h", "Not in the middle of the day."),
        ],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .schedule(\.name),
        .option("kind", \.kind, placeholder: "KIND", help: "The kind of job it starts."),
        .option("cron", \.cron, placeholder: "TEXT", help: "When it runs."),
        .option("zone", \.zone, placeholder: "ZONE", help: "Whose clocks count. [default: UTC]"),
        .option("subject", \.subject, placeholder: "TEXT", help: "The subject of the job. [default: all]"),
        .option("type", \.type, placeholder: "TEXT", help: "The type of the job within its kind."),
        .option(
            "too-late",
            \.tooLate,
            limits: .within(.seconds(1) ... .seconds(31_536_000)),
            help: "How late it may still start; later, it is left out."
        ),
        .flag("never-too-late", \.neverTooLate, help: "Start it however late it is; the default."),
        .option(
            "every",
            \.every,
            placeholder: "SETTING",
            namesCommand: NameKind.settings.command,
            help: "A setting that says every how many hours; '' for none."
        ),
    ]

    func validate() throws {
        if neverTooLate, tooLate != nil {
            throw UsageProblem.conflict("choose one of --too-late and --never-too-late")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        var change = ScheduleStore.Change()
        change.kind = kind
        change.cron = cron
        change.timeZone = zone
        change.subject = subject
        change.type = type
        change.hoursSetting = every
        change.tooLateAfter = neverTooLate ? "0" : tooLate.map { "\($0 / .seconds(1)) seconds" }
        let database = try Database(globals, in: context, program: "pgsync schedule")
        let schedule = try await database.change { [name, change] session in
            let store = ScheduleStore(session)
            try store.set(name, change)
            return try store.schedule(name)
        }
        if globals.json {
            try context.print(schedule.json)
        } else if !globals.quiet {
            try context.print("\(name) runs \(schedule.wordsText); next: \(schedule.nextText)")
        }
        return .success
    }
}

/// What a command does to a schedule that it names.
protocol ScheduleSwitch: Sendable {
    static var signature: Signature { get }
    /// Returns what to print.
    static func act(on name: String, in store: ScheduleStore) throws -> (JSONValue, String)
}

/// The commands `pgsync schedule enable`, `disable` and `remove`.
struct ScheduleSwitchCommand<Act: ScheduleSwitch>: Command {
    var name = ""

    static var signature: Signature { Act.signature }
    static var parameters: [Parameter<Self>] { [.schedule(\.name)] }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync schedule")
        let (json, text) = try await database.change { [name] in
            try Act.act(on: name, in: ScheduleStore($0))
        }
        if globals.json {
            try context.print(json)
        } else if !globals.quiet {
            try context.print(text)
        }
        return .success
    }
}

enum Enabling: ScheduleSwitch {
    static let signature = Signature(
        "enable",
        "Enable a schedule.",
        discussion: "What was due while it was disabled does not run.",
        examples: [.init("pgsync schedule enable retention", "Let it run again.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, in store: ScheduleStore) throws -> (JSONValue, String) {
        try store.enable(name)
        let schedule = try store.schedule(name)
        return (schedule.json, "enabled \(name); next: \(schedule.nextText)")
    }
}

enum Disabling: ScheduleSwitch {
    static let signature = Signature(
        "disable",
        "Disable a schedule until it is enabled again.",
        discussion: "A job that it has started goes on: pgsync jobs cancel ends one.",
        examples: [.init("pgsync schedule disable retention", "Keep everything for now.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, in store: ScheduleStore) throws -> (JSONValue, String) {
        try store.disable(name)
        return (
            try store.schedule(name).json,
            "disabled \(name); to let it run again: pgsync schedule enable \(name)"
        )
    }
}

enum Removing: ScheduleSwitch {
    static let signature = Signature(
        "remove",
        "Remove a schedule and the list of its runs; its jobs stay.",
        examples: [.init("pgsync schedule remove nightly", "Remove it.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, in store: ScheduleStore) throws -> (JSONValue, String) {
        let schedule = try store.schedule(name)
        try store.remove(name)
        return (schedule.json, "removed \(name)")
    }
}

/// The command `pgsync schedule run`.
struct ScheduleRunCommand: Command {
    var name = ""

    static let signature = Signature(
        "run",
        "Start the job of a schedule now.",
        discussion: "The leading worker runs it within seconds. A disabled schedule can be run, too.",
        examples: [.init("pgsync schedule run retention", "Remove what is old now.")],
        exitCodes: [.noTable, .noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [.schedule(\.name)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync schedule")
        let job = try await database.change { [name] session in
            let id = try ScheduleStore(session).run(name)
            return try JobStore(session).job(id)
        }
        if globals.json {
            try context.print(job.json)
        } else if !globals.quiet {
            try context.print("started \(job.title); to see how it goes: pgsync jobs watch \(job.id)")
        }
        return .success
    }
}
