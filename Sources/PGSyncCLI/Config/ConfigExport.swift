import PGSyncCore
import PGSyncLedger
import PGSyncRules
import PGSyncStore
import Postgres

/// What a database has of a configuration, as files.
struct ConfigExport: Sendable {
    typealias File = (path: String, text: String)

    /// The file that names the others.
    static let name = "pgsync.conf"
    /// The directory of rule files.
    static let rules = "rules"
    private static let chartName = "chart.csv"

    let main: File
    /// The others first.
    let files: [File]

    init(_ session: Session) throws {
        var text = ConfigurationText(
            comment:
                "Settings, schedules, channels, accounts, tables and rules; to apply: pgsync config apply \(Self.name)"
        )
        var others: [File] = []
        let settings = try ConfigurationStore(session).list()
        text.add(settings: settings.filter { !$0.isDefault }.map { ($0.key, $0.value) })
        let schedules = try ScheduleStore(session).list().filter { !$0.isDefault }
        text.add(
            schedules: schedules.map {
                ($0.name, $0.definition.cron, $0.definition.options(of: $0.name), $0.definition.isEnabled)
            }
        )
        text.add(
            channels: try ChannelStore(session).list().map {
                ($0.name, $0.kind.rawValue, $0.options, $0.isEnabled)
            }
        )
        let chart = try Book(session).chart
        if !chart.accounts.isEmpty {
            text.add(chart: Self.chartName)
            others.append((Self.chartName, ChartFile.text(of: chart)))
        }
        let sources = SourceStore(session)
        for exclusion in try sources.exclusions() {
            text.add(
                exclusion: exclusion.schemaPattern,
                exclusion.tablePattern,
                reason: exclusion.reason
            )
        }
        for (table, options) in try sources.attached() { text.add(table: table, options: options.lines) }
        // A version that others have overtaken on all its days posts nothing any more.
        for rule in try RuleStore(session).list() where rule.days != nil {
            let path = "\(Self.rules)/\(rule.name)_v\(rule.version).rules"
            text.add(rules: path, from: rule.activeFrom, until: rule.activeUntil)
            others.append((path, rule.content))
        }
        main = (Self.name, text.text)
        files = others + [main]
    }

    /// Fails where a name holds what no file can say, such as a line break.
    func check() throws {
        let problems = ConfigurationFile(name: main.path, text: main.text).problems
        if let problem = problems.first { throw CommandError.cannotExport(problem) }
    }
}

extension Schedule.Definition {
    /// As a configuration has them behind the expression.
    fileprivate func options(of name: String) -> [(word: String, value: String)] {
        let all: [(String, String?, String?)] = [
            ("kind", kind, name), ("subject", subject, "all"), ("type", type, nil), ("zone", timeZone, "UTC"),
            ("too_late", tooLateAfter, nil), ("every", hoursSetting, nil),
        ]
        return all.compactMap { word, value, usual in
            value == usual ? nil : value.map { (word, $0) }
        }
    }
}

extension CaptureOptions {
    /// As a configuration has them below the table.
    fileprivate var lines: [(word: String, rest: String)] {
        var lines: [(String, String)] = []
        if let key { lines.append(("key", ConfigurationText.columns(key))) }
        if let columns { lines.append(("columns", ConfigurationText.columns(columns))) }
        if kind != .auto { lines.append(("kind", kind.rawValue)) }
        if actions != ChangeAction.allCases {
            lines.append(("actions", actions.map(\.rawValue).joined(separator: ", ")))
        }
        if keepsBeforeImage { lines.append(("before", "image")) }
        if let siteColumn { lines.append(("site", ConfigurationText.columns([siteColumn]))) }
        if let imageKey { lines.append(("encrypt", ConfigurationText.columns([imageKey]))) }
        if posts == false { lines.append(("posting", "no")) }
        return lines
    }
}
