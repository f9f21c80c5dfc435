import Arguments
import PGSyncLedger
import PGSyncRules
import PGSyncStore
import Postgres

/// Makes the changes of a plan, by what the single commands use.
///
/// A lock on a table is held against its writers, so each table is attached in a transaction of its own. Rules come
/// after the tables that are captured otherwise, whose new columns they may read, and before those that are captured for
/// the first time, so that no change of these meets a worker without its rule.
struct ConfigRun {
    let sources: ConfigSources
    let plan: ConfigPlan
    let patience: Duration
    let globals: GlobalOptions
    let context: CommandContext

    private static let program = "pgsync config apply"

    /// Does all of it, or says how much was done.
    func run() async throws {
        var done = 0
        do {
            try await changeSettings()
            done += count(.setting, .schedule, .channel, .account)
            for table in plan.attachments where !table.isNew {
                try await attach(table)
                done += 1
            }
            let applications = try await changeRules()
            done += count(.excluded, .rule)
            for table in plan.attachments where table.isNew {
                try await attach(table)
                done += 1
            }
            try await sayWhatIsLeft(applications)
        } catch {
            if done > 0 {
                context.say(
                    "\(done) of \(plan.changes.count) changes were made; to continue, apply the file again"
                )
            }
            throw error
        }
    }

    private func count(_ kinds: ConfigChange.Kind...) -> Int {
        plan.changes.count { kinds.contains($0.kind) }
    }

    // MARK: Steps

    private func changeSettings() async throws {
        guard
            !plan.settings.isEmpty || !plan.schedules.isEmpty || !plan.channels.isEmpty || plan.changesChart
        else { return }
        let access = try LedgerAccess(globals, in: context, program: Self.program)
        try await access.change { [plan, sources] session in
            for setting in plan.settings {
                try ConfigurationStore(session).set(setting.name, to: setting.value)
            }
            for schedule in plan.schedules {
                try ScheduleStore(session).set(schedule.name, .init(schedule.definition))
            }
            for channel in plan.channels { try ChannelStore(session).set(channel.name, channel.change) }
            guard plan.changesChart, let chart = sources.chart else { return }
            let store = ChartImport(session)
            try store.apply(try store.plan(chart))
        }
    }

    private func attach(_ attachment: ConfigPlan.Attachment) async throws {
        let database = try Database(globals, in: context, program: Self.program)
        var options = attachment.options
        options.patience = patience
        let steps = try await database.change { [options] session in
            try SourceStore(session).attach(attachment.table, options)
        }
        if globals.verbose { try context.write(steps, to: context.errors) }
    }

    private func changeRules() async throws -> [RuleApplication] {
        guard plan.changesRules || !plan.exclusions.isEmpty else { return [] }
        let access = try RuleAccess(globals, in: context, program: Self.program)
        return try await access.changing(isDryRun: false) { [plan, sources] store in
            let report = try store.report(on: sources.rules, requiresTables: true, captured: plan.captured)
            let rules = try report.verdict.get()
            for exclusion in plan.exclusions { try SourceStore(store.session).exclude(exclusion) }
            return try store.apply(rules)
        }
    }

    // MARK: Afterwards

    private func sayWhatIsLeft(_ applications: [RuleApplication]) async throws {
        guard !globals.quiet else { return }
        let access = try RuleAccess(globals, in: context, program: Self.program)
        let tables = try await access.reading { try $0.tables(Set(applications.map(\.table))) }
        RuleApplicationReport(
            applications: applications,
            tables: tables,
            isDryRun: false,
            warnings: plan.warnings
        ).sayNotes(in: context)
        for attachment in plan.attachments {
            let command = "pgsync backfill \(attachment.table.name.shellWord)"
            context.say(
                attachment.isNew
                    ? "existing rows of \(attachment.table.name) are not in the log; to add them: \(command)"
                    : "rows of \(attachment.table.name) are in the log with the earlier options; to renew them: \(command)"
            )
        }
    }
}
