/// The text of an import, and what it defines.
package struct ImportFile: Sendable {
    package let source: RuleFile
    /// What it defines; nil where there is a problem.
    package private(set) var definition: ImportDefinition?
    /// What cannot be understood, or cannot be meant, in the order of its lines.
    package private(set) var problems: [RuleProblem] = []

    /// Reads a text as far as it can be read.
    package init(name: String, text: String) {
        var source = RuleFile(name: name, text: text)
        source.hidesSecrets = true
        self.source = source
        var parser = Parser(text, as: .imports)
        let draft = parser.parseImports()
        var checker = ImportChecker()
        let checked = draft.flatMap { checker.check($0) }
        problems = (parser.faults + checker.faults).map { source.problem($0) }
            .sorted { ($0.range.line, $0.range.column) < ($1.range.line, $1.range.column) }
        definition = problems.isEmpty ? checked : nil
    }
}

/// An import as far as it could be read, with the places that faults show.
struct ImportDraft {
    let name: Located<String>
    let version: Int
    var base: Located<ImportAddress>?
    var hosts: [Located<String>] = []
    var secret: Located<SecretReference>?
    var auth: Located<ImportAuth>?
    /// The hosts of URLs that a line names besides the base.
    var otherHosts: [Located<String>] = []
    var settingsPrefix: String?
    var budgets: [Located<ImportBudget>] = []
    var parallel: Int?
    var retries: Int?
    var backoff: Duration?
    var timeout: Duration?
    var breaker: (failures: Int, reset: Duration)?
    var conditions: [AnswerCondition] = []
    var settle: Duration?
    var headers: [ImportParameter] = []
    var streams: [StreamDraft] = []
    /// The options that are there.
    var seen: Set<String> = []
    /// The words that begin lines which could not be read: what they say is not missing.
    var unread: Set<String> = []
}

/// A stream as far as it could be read, with the places that faults show.
struct StreamDraft {
    var stream: ImportStream
    let name: Located<String>
    var after: [Located<String>] = []
    var key: [Located<String>] = []
    var columns: [Located<String>] = []
    var privateColumns: [Located<String>] = []
    /// Where each option is that can be there once.
    var places: [String: SourceRange] = [:]
    /// Where the columns are that `changed` and `deletes` name.
    var changedColumn: Located<String>?
    var markColumn: Located<String>?
    /// The parameters of queries.
    var parameters: [Located<String>] = []
    var unread: Set<String> = []
}
