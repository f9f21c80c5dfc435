/// The text of a comparison, and what it defines.
package struct ComparisonFile: Sendable {
    package let source: RuleFile
    /// What it defines; nil where there is a problem.
    package private(set) var comparison: Comparison?
    /// What cannot be understood, or cannot be meant, in the order of its lines.
    package private(set) var problems: [RuleProblem] = []

    /// Reads a text as far as it can be read.
    package init(name: String, text: String) {
        var source = RuleFile(name: name, text: text)
        source.hidesConnections = true
        self.source = source
        var parser = Parser(text, as: .imports)
        let draft = parser.parseComparisons()
        var checker = ComparisonChecker()
        let checked = draft.map { checker.check($0) }
        problems = (parser.faults + checker.faults).map { source.problem($0) }
            .sorted { ($0.range.line, $0.range.column) < ($1.range.line, $1.range.column) }
        comparison = problems.isEmpty ? checked : nil
    }
}

/// A comparison as far as it could be read, with the places that faults show.
struct ComparisonDraft {
    /// All but its entities.
    var comparison: Comparison
    let name: Located<String>
    var databases: [Located<String>] = []
    var entities: [EntityDraft] = []
    /// Where each option is that can be there once.
    var places: [String: SourceRange] = [:]
    /// The words that begin lines which could not be read: what they say is not missing.
    var unread: Set<String> = []
}

/// An entity as far as it could be read, with the places that faults show.
struct EntityDraft {
    let name: Located<String>
    var left: SideDraft?
    var right: SideDraft?
    // A column and a metric are at their names.
    var key: [Located<ComparedColumn>] = []
    var columns: [Located<ComparedColumn>] = []
    var copied: [Located<ComparedColumn>] = []
    var groups: [Located<String>] = []
    var metrics: [Located<ComparisonMetric>] = []
    var coverage: Located<String>?
    var weight: Int?
    var syncAbove: Int?
    var heal: HealDraft?
    var places: [String: SourceRange] = [:]
    var unread: Set<String> = []
}

/// A side, and the database that it names.
struct SideDraft {
    let side: ComparisonSide
    let database: Located<String>?
}

/// How an entity is mended as written.
enum HealDraft {
    case copy(deletes: Bool)
    /// The import of the left side; the word is at this place.
    case importOfLeft(SourceRange)
    case `import`(String, stream: String?)
    case fetch(column: Located<String>, hosts: [Located<String>])
}
