package import Days

/// What a configuration says: what an installation captures, and how it posts.
package struct ConfigurationFile: Sendable {
    package struct Setting: Sendable {
        package let name: Located<String>
        package let value: Located<String>
    }

    /// Tables that must never be attached.
    package struct Exclusion: Sendable {
        /// Patterns of LIKE.
        package let schemaPattern: String
        package let tablePattern: String
        package let reason: String
        package let range: SourceRange
    }

    /// A table to capture, and how.
    package struct Table: Sendable {
        package let name: Located<TableName>
        package internal(set) var key: [Located<String>]?
        package internal(set) var columns: [Located<String>]?
        package internal(set) var exclude: [Located<String>]?
        package internal(set) var kind: String?
        package internal(set) var actions: [String]?
        package internal(set) var keepsBeforeImage = false
        package internal(set) var siteColumn: Located<String>?
        package internal(set) var imageKey: Located<String>?
        package internal(set) var posts = true
        /// Whether all that is said of it could be read.
        package internal(set) var isWhole = true

        /// Every column it names.
        package var named: [Located<String>] {
            (key ?? []) + (columns ?? []) + (exclude ?? []) + (siteColumn.map { [$0] } ?? [])
        }
    }

    /// What runs when; what is not said has its default.
    package struct Schedule: Sendable {
        package let name: Located<String>
        package let cron: Located<String>
        /// By its word: kind, subject, type, zone, too_late, every.
        package internal(set) var options: [String: Located<String>] = [:]
        package internal(set) var isEnabled = true

        /// Its kind is its name, unless it says another one.
        package var kind: String { options["kind"]?.value ?? name.value }
    }

    /// Where news of alerts goes; what is not said has its default.
    package struct Channel: Sendable {
        package let name: Located<String>
        package let kind: Located<String>
        /// By its word: the settings of its kind, and secret, previous_secret, min_severity.
        package internal(set) var options: [String: [Located<String>]] = [:]
        package internal(set) var isEnabled = true
    }

    /// Rule files that share their maps, and the days that new versions in them are for.
    package struct Rules: Sendable {
        package let paths: [Located<String>]
        package internal(set) var from: Located<Day>?
        package internal(set) var until: Located<Day>?
    }

    package let source: RuleFile
    package internal(set) var settings: [Setting] = []
    package internal(set) var schedules: [Schedule] = []
    package internal(set) var channels: [Channel] = []
    /// The path of the chart of accounts; paths begin where the configuration is.
    package internal(set) var chart: Located<String>?
    package internal(set) var exclusions: [Exclusion] = []
    package internal(set) var tables: [Table] = []
    package internal(set) var rules: [Rules] = []
    /// What cannot be understood.
    package private(set) var problems: [RuleProblem] = []

    /// Reads a text as far as it can be read.
    package init(name: String, text: String) {
        var source = RuleFile(name: name, text: text)
        source.hidesSecrets = true
        self.source = source
        var parser = Parser(text)
        parser.parse(&self)
        problems = parser.faults.map { source.problem($0) }
            .sorted { ($0.range.line, $0.range.column) < ($1.range.line, $1.range.column) }
    }

    /// The path of a file that it names.
    package func path(of file: String) -> String {
        guard !file.hasPrefix("/"), let slash = source.name.lastIndex(of: "/") else { return file }
        return source.name[...slash] + file
    }
}
