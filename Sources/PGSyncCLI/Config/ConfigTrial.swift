import Arguments
import PGSyncCore
import PGSyncLedger
import PGSyncRules
import PGSyncStore
import Postgres

/// Finds out what applying a configuration would come to, in a transaction that is undone.
///
/// Settings and accounts are changed there, so that rules are checked against what there will be.
struct ConfigTrial {
    struct Failure: Error {
        let problems: [ConfigProblem]
    }

    let session: Session
    let sources: ConfigSources
    var plan = ConfigPlan()
    var problems: [ConfigProblem]
    /// Tables that are attached for the first time come last.
    private var newTables: [ConfigChange] = []

    static func run(_ sources: ConfigSources, in session: Session) throws -> Result<ConfigPlan, Failure> {
        var trial = ConfigTrial(sources, in: session)
        try trial.trySettings()
        try trial.trySchedules()
        try trial.tryChannels()
        let hasChart = try trial.tryChart()
        try trial.tryTables()
        try trial.tryExclusions()
        // Without its accounts, each rule would be wrong only for that.
        if hasChart { try trial.tryRules() }
        trial.plan.changes += trial.newTables
        guard trial.problems.isEmpty else { return .failure(Failure(problems: trial.sortedProblems)) }
        return .success(trial.plan)
    }

    /// Those of the configuration in the order of its lines, then those of other files.
    private var sortedProblems: [ConfigProblem] {
        let isOwn = { (one: ConfigProblem) in one.problem.file == file.source.name }
        let own = problems.filter(isOwn).sorted { one, other in
            (one.problem.range.line, one.problem.range.column)
                < (other.problem.range.line, other.problem.range.column)
        }
        return own + problems.filter { !isOwn($0) }
    }

    private init(_ sources: ConfigSources, in session: Session) {
        self.session = session
        self.sources = sources
        problems = sources.problems
    }

    var file: ConfigurationFile { sources.file }

    // MARK: Settings and accounts

    private mutating func trySettings() throws {
        let store = ConfigurationStore(session)
        let present = try store.list()
        for wanted in file.settings {
            let (name, value) = (wanted.name.value, wanted.value.value)
            guard let setting = present.first(where: { $0.key == name }) else {
                let meant = Suggestion.nearest(to: name, among: present.map(\.key))
                note(
                    wanted.name.range,
                    "unknown setting \(name)",
                    help: meant.map { "did you mean \($0)?" } ?? "to list all: pgsync config list",
                    .configuration
                )
                continue
            }
            guard setting.value != value else {
                plan.unchanged += 1
                continue
            }
            guard try attempt(at: wanted.value.range, { try store.set(name, to: value) }) != nil else {
                continue
            }
            plan.settings.append((name, value))
            plan.changes.append(
                ConfigChange(
                    kind: .setting,
                    name: name,
                    isNew: false,
                    differences: [("", setting.value, value)]
                )
            )
        }
        for setting in present where !setting.isDefault {
            guard !file.settings.contains(where: { $0.name.value == setting.key }) else { continue }
            plan.leftovers.append(.init(kind: "setting", name: "\(setting.key) = \(setting.value)"))
        }
    }

    /// Returns whether the accounts are there as the file wants them.
    private mutating func tryChart() throws -> Bool {
        guard let named = file.chart else { return true }
        guard let chart = sources.chart else { return false }
        let store = ChartImport(session)
        do {
            let found = try session.savepoint {
                let found = try store.plan(chart)
                try store.apply(found)
                return found
            }
            plan.unchanged += found.unchanged
            plan.changesChart = !found.changes.isEmpty
            plan.changes += found.changes.map { change in
                ConfigChange(
                    kind: .account,
                    name: change.after.code,
                    isNew: change.before == nil,
                    differences: change.differences,
                    remark: change.before == nil ? change.after.name : ""
                )
            }
            if found.unnamed > 0 {
                plan.leftovers.append(.init(kind: "accounts", name: "\(found.unnamed)"))
            }
            return true
        } catch LedgerError.wrongChart(_, let found) {
            problems += sources.problems(ofChart: found)
        } catch let error where Self.isRefusal(error) {
            problems.append(ConfigProblem(error, at: named.range, in: file))
        }
        return false
    }

    // MARK: Tables

    private mutating func tryTables() throws {
        let store = SourceStore(session)
        for wanted in file.tables {
            guard let table = try find(wanted), try hasColumns(table, wanted), wanted.isWhole else {
                continue
            }
            let options = CaptureOptions(wanted)
            guard let found = try attempt(at: wanted.name.range, { try store.plan(table, options) }) else {
                continue
            }
            guard found.outcome != .unchanged else {
                plan.unchanged += 1
                continue
            }
            let isNew = found.outcome == .attached
            plan.captured[wanted.name.value] = found.columns
            plan.attachments.append(.init(table: table, options: options, isNew: isNew))
            let change = ConfigChange(
                kind: .table,
                name: table.name,
                isNew: isNew,
                differences: found.differences,
                remark: !isNew && found.differences.isEmpty ? "renewed" : ""
            )
            if isNew { newTables.append(change) } else { plan.changes.append(change) }
        }
        let named = Set(file.tables.map(\.name.value))
        plan.leftovers += try store.attached().filter { !named.contains($0.table) }.map {
            .init(kind: "table", name: "\($0.table)")
        }
    }

    private mutating func find(_ wanted: ConfigurationFile.Table) throws -> TableReference? {
        let name = wanted.name.value
        do {
            return try SourceStore(session).table(named: Identifier(name.schema, name.name).quoted)
        } catch StoreError.unknown(_, _, let known) {
            let meant = Suggestion.nearest(to: name.description, among: known)
            note(
                wanted.name.range,
                "unknown table \(name)",
                help: meant.map { "did you mean \($0)?" }
                    ?? "create it first; write names as PostgreSQL stores them",
                .noTable
            )
            return nil
        }
    }

    private mutating func hasColumns(
        _ table: TableReference,
        _ wanted: ConfigurationFile.Table
    ) throws -> Bool {
        let known = try SourceStore(session).columns(of: table)
        let unknown = wanted.named.filter { !known.contains($0.value) }
        for column in unknown {
            let meant = Suggestion.nearest(to: column.value, among: known)
            note(
                column.range,
                "\(table.name) has no column \(column.value)",
                help: meant.map { "did you mean \($0)?" }
                    ?? "its columns are \(known.joined(separator: ", "))",
                .refused
            )
        }
        return unknown.isEmpty
    }

    private mutating func tryExclusions() throws {
        let store = SourceStore(session)
        let present = try store.exclusions()
        for wanted in file.exclusions {
            let exclusion = Exclusion(wanted)
            guard !present.contains(exclusion) else {
                plan.unchanged += 1
                continue
            }
            var taken = try store.attached(matching: exclusion)
            for table in file.tables where try store.isExcluded(table.name.value, by: exclusion) {
                let name = "\(table.name.value)"
                if !taken.contains(name) { taken.append(name) }
            }
            guard taken.isEmpty else {
                note(
                    wanted.range,
                    "these tables are attached, or the file attaches them: \(taken.joined(separator: ", "))",
                    help: "detach them first: pgsync detach TABLE",
                    .refused
                )
                continue
            }
            plan.exclusions.append(exclusion)
            let before = present.first { $0.hasPatterns(of: exclusion) }
            plan.changes.append(
                ConfigChange(
                    kind: .excluded,
                    name: exclusion.name,
                    isNew: before == nil,
                    differences: before.map { [("reason", $0.reason, exclusion.reason)] } ?? []
                )
            )
        }
        let named = file.exclusions.map(Exclusion.init)
        for exclusion in present where !named.contains(where: { $0.hasPatterns(of: exclusion) }) {
            plan.leftovers.append(.init(kind: "excluded", name: exclusion.name))
        }
    }

    // MARK: Problems

    mutating func note(_ range: SourceRange, _ message: String, help: String, _ code: ExitCode) {
        problems.append(
            ConfigProblem(problem: file.source.problem(range, message, help: help), exitCode: code)
        )
    }

    /// Tries a step; what is refused is noted at its place, and undone.
    mutating func attempt<Value>(at range: SourceRange, _ step: () throws -> Value) throws -> Value? {
        do {
            return try session.savepoint(step)
        } catch let error where Self.isRefusal(error) {
            problems.append(ConfigProblem(error, at: range, in: file))
            return nil
        }
    }

    private static func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case is StoreError, is LedgerError: true
        case let error as PostgresError: error.sqlState == .insufficientPrivilege
        default: false
        }
    }
}

extension CaptureOptions {
    /// What a configuration says of a table.
    fileprivate init(_ table: ConfigurationFile.Table) {
        self.init()
        key = table.key?.map(\.value)
        columns = table.columns?.map(\.value)
        exclude = table.exclude?.map(\.value)
        if let kind = table.kind.flatMap(Kind.init) { self.kind = kind }
        if let named = table.actions { actions = actions.filter { named.contains($0.rawValue) } }
        keepsBeforeImage = table.keepsBeforeImage
        siteColumn = table.siteColumn?.value
        imageKey = table.imageKey?.value ?? ""
        posts = table.posts
    }
}

extension Exclusion {
    fileprivate init(_ written: ConfigurationFile.Exclusion) {
        self.init(
            schemaPattern: written.schemaPattern,
            tablePattern: written.tablePattern,
            reason: written.reason
        )
    }

    fileprivate var name: String { "\(schemaPattern).\(tablePattern)" }

    fileprivate func hasPatterns(of other: Exclusion) -> Bool {
        schemaPattern == other.schemaPattern && tablePattern == other.tablePattern
    }
}
