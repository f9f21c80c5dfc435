import Arguments
import JSON
import PGSyncStore

/// The command `pgsync schedule list`.
struct ScheduleListCommand: Command {
    static let signature = Signature(
        "list",
        "List the schedules: when they run, and how they fare.",
        discussion: """
            The leader among the workers starts what is due, as a job. late: how long after its time the last one \
            began. A schedule that stays late by more than a minute has no worker that leads: pgsync doctor.
            """,
        examples: [.init("pgsync schedule list", "What runs when.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync schedule")
        let schedules = try await database.read { try ScheduleStore($0).list() }
        if globals.json {
            try context.print(.array(schedules.map(\.json)))
        } else if schedules.isEmpty {
            if !globals.quiet { context.say("no schedules; to create one: pgsync schedule set") }
        } else {
            try context.output.write(Self.text(schedules, width: context.output.terminal.tableWidth))
        }
        return .success
    }

    private static func text(_ schedules: [Schedule], width: Int?) -> String {
        let columns: [(TextTable.Column, (Schedule) -> String)] = [
            (.init("schedule"), { $0.name }),
            (.init("cron"), { $0.definition.cron }),
            (.init("in words", overflow: .wrap), { $0.wordsText }),
            (.init("zone", isOptional: true), { $0.definition.timeZone }),
            (.init("next"), { $0.nextText }),
            (.init("last"), { $0.lastText }),
            (.init("late", .right, isOptional: true), { $0.lastLate?.roughly ?? "" }),
            (.init("skipped", .right, isOptional: true), { "\($0.recentSkipped) of \($0.recentRuns)" }),
        ]
        var table = TextTable(columns.map(\.0))
        for schedule in schedules { table.add(columns.map { $0.1(schedule) }) }
        return table.text(width: width)
    }
}

/// The command `pgsync schedule next`.
struct ScheduleNextCommand: Command {
    var name: String?
    var cron: String?
    var zone = "UTC"
    var count = 5

    static let signature = Signature(
        "next",
        "Show when a schedule, or a cron expression, runs next.",
        discussion: """
            By the rules of Debian's cron. A fixed time runs once: at the first moment after the gap if the clocks skip \
            it, at the first of two if they show it twice. With a star in front of the minute or the hour it runs whenever \
            the clocks show its times: */30 2 * * * does not run on the day on which 2:00 is skipped, 0,30 2 * * * \
            runs once then. Day of month and day of week: either, or both if one begins with a star.
            """,
        examples: [
            .init("pgsync schedule next retention", "The next five times."),
            .init("pgsync schedule next --cron '30 2 * * *' --zone Europe/Berlin", "Try an expression."),
        ],
        exitCodes: [.noTable, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, namesCommand: NameKind.schedules.command, help: "The schedule."),
        .option("cron", \.cron, placeholder: "TEXT", help: "A cron expression instead."),
        .option("zone", \.zone, placeholder: "ZONE", help: "The time zone of --cron."),
        .option("count", \.count, limits: .within(1...1000), help: "How many times to show."),
    ]

    func validate() throws {
        guard (name == nil) != (cron == nil) else {
            throw UsageProblem.conflict("name a schedule, or give an expression with --cron")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync schedule")
        let (times, words, clocks) = try await database.read { [self] session in
            let store = ScheduleStore(session)
            var definition = Schedule.Definition(kind: "", cron: cron ?? "")
            definition.timeZone = zone
            if let name { definition = try store.schedule(name).definition }
            let times = try store.nextTimes(
                cron: definition.cron,
                timeZone: definition.timeZone,
                hoursSetting: definition.hoursSetting,
                count: count
            )
            return (times, try store.words(of: definition.cron), definition.timeZone)
        }
        guard !globals.json else {
            try context.print(
                [
                    "words": words.map(JSONValue.string) ?? .null, "time_zone": .string(clocks),
                    "times": .array(times.map(\.json)),
                ]
            )
            return .success
        }
        if let words, !globals.quiet { context.say(words) }
        var table = TextTable([.init(clocks), .init("in UTC"), .init("")])
        for time in times {
            table.add([
                time.clock, time.runAt.toTheMinute,
                time.isMoved ? "moved: the clocks skip its time" : "",
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}

/// The command `pgsync schedule history`.
struct ScheduleHistoryCommand: Command {
    var name = ""
    var limit = 30

    static let signature = Signature(
        "history",
        "Show what became of the due times of a schedule.",
        discussion: """
            started: its job began. skipped: a job of its kind and subject had not ended. too_late: nobody took it within \
            its limit. What was missed while no worker ran is caught up once.
            """,
        examples: [.init("pgsync schedule history retention --limit 5", "Its last five runs.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .schedule(\.name),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync schedule")
        let runs = try await database.read { [name, limit] in
            try ScheduleStore($0).history(of: name, limit: limit)
        }
        guard !globals.json else {
            try context.print(.array(runs.map(\.json)))
            return .success
        }
        guard !runs.isEmpty else {
            if !globals.quiet { context.say("\(name) has not run yet") }
            return .success
        }
        let columns: [(TextTable.Column, (ScheduleRun) -> String)] = [
            (.init("due"), { $0.dueAt?.toTheSecond ?? "by hand: \($0.notedAt.toTheSecond)" }),
            (.init("outcome"), { $0.outcome }),
            (.init("job", .right), { run in run.job.map { "\($0)" } ?? "" }),
            (.init("state"), { $0.state ?? "" }),
            (.init("late", .right, isOptional: true), { $0.late?.roughly ?? "" }),
            (.init("took", .right, isOptional: true), { $0.duration?.roughly ?? "" }),
            (.init("", overflow: .wrap), { $0.text }),
        ]
        var table = TextTable(columns.map(\.0))
        for run in runs { table.add(columns.map { $0.1(run) }) }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}
