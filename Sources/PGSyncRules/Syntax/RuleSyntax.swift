/// A rule as written.
struct RuleSyntax: Sendable {
    let name: Located<String>
    let version: Located<String>
    let table: Located<String>
    var extent: SourceExtent
    var partners: [Located<String>] = []
    var columns: [ColumnSyntax] = []
    var lets: [LetSyntax] = []
    var condition: ExpressionSyntax?
    var date: ExpressionSyntax?
    var currency: ExpressionSyntax?
    var description: ExpressionSyntax?
    var statements: [StatementSyntax] = []
    var examples: [ExampleSyntax] = []
    /// The words that begin lines which could not be read: what they say is not missing.
    var unread: Set<String> = []
    /// The columns whose declarations could not be read, and what a `let` that could not be read would name.
    var unreadNames: Set<String> = []
}

/// What a rule file says, as far as it can be read.
struct FileSyntax: Sendable {
    var maps: [MapSyntax] = []
    var rules: [RuleSyntax] = []
    /// The files whose maps it uses, as written.
    var uses: [Located<String>] = []
    /// Whether it uses maps of a file that could not be read: any map may be one of them.
    var lacksMaps = false
    /// The maps and rules that are there and could not be read.
    var unread: Set<String> = []
    var faults: [Fault] = []
}

/// A map from a value to an account as written.
struct MapSyntax: Sendable {
    let name: Located<String>
    var extent: SourceExtent
    var entries: [(key: Located<String>, account: Located<String>)] = []
    var otherwise: Located<String>?
}

/// A `column` line as written; a list and an object have fields.
struct ColumnSyntax: Sendable {
    let name: Located<String>
    let type: Located<String>
    let fields: [ColumnSyntax]
}

/// A `let` line as written.
struct LetSyntax: Sendable {
    let name: Located<String>
    let value: ExpressionSyntax
}

indirect enum StatementSyntax: Sendable {
    case letting(LetSyntax)
    case line(LineSyntax)
    case forEach(list: Located<String>, element: Located<String>, [StatementSyntax])
    case conditional(ExpressionSyntax, then: [StatementSyntax], otherwise: [StatementSyntax])
    case assert(ExpressionSyntax, message: Located<String>?)
}

/// A `debit` or `credit` line as written.
struct LineSyntax: Sendable {
    let side: Located<Side>
    let account: ExpressionSyntax
    let amount: ExpressionSyntax
    var skipsZero = false
    var party: ExpressionSyntax?
    var dimensions: [(name: Located<String>, value: ExpressionSyntax)] = []
}

/// An `example` as written.
struct ExampleSyntax: Sendable {
    enum Expectation: Sendable {
        case nothing
        case lines([ExampleLineSyntax])
        case failure(Located<String>)
    }

    let name: Located<String>
    let row: Located<String>
    let expectation: Expectation
    /// The day of the entry, where it is written.
    var date: Located<String>?
    /// The currency of the entry, where it is written.
    var currency: Located<String>?
}

struct ExampleLineSyntax: Sendable {
    let side: Located<Side>
    let account: Located<String>
    let amount: Located<String>
    var party: Located<String>?
    var dimensions: [(name: Located<String>, value: Located<String>)] = []
}
