/// A query made of steps, each adding columns to those it needs of the step below.
///
/// `offset 0` keeps the planner from merging the steps, so that nothing is calculated twice.
struct StepQuery {
    struct Column {
        let name: String
        let value: String
    }

    private struct Step {
        var columns: [Column]
        var source = ""
        var condition: String?

        func mentions(_ column: String) -> Bool {
            source.contains(column) || condition?.contains(column) == true
                || columns.contains { $0.value.contains(column) }
        }
    }

    /// What each step calls the one below.
    let name: String
    private var steps: [Step]

    /// The innermost step.
    init(_ name: String, columns: [Column], source: String) {
        self.name = name
        steps = [Step(columns: columns, source: source)]
    }

    mutating func add(_ columns: [Column], joining joins: [String] = [], where condition: String? = nil) {
        guard !columns.isEmpty || condition != nil else { return }
        steps.append(Step(columns: columns, source: joins.joined(separator: "\n"), condition: condition))
    }

    /// The query with the columns that a text mentions.
    func text(for user: String) -> String {
        var text = ""
        var below: [String] = []
        for (index, step) in steps.enumerated() {
            let later = steps[(index + 1)...]
            func isNeeded(_ column: String) -> Bool {
                let mention = "\(name).\(column)"
                return user.contains(mention) || later.contains { $0.mentions(mention) }
            }
            below = below.filter(isNeeded)
            let columns =
                below.map { "\(name).\($0)" } + step.columns.map { "\($0.value) as \($0.name)" }
            below += step.columns.map(\.name)
            let from = index == 0 ? [] : ["from (\n    \(text.indented(by: 4))\n) as \(name)"]
            let rest = [step.source, step.condition.map { "where \($0)" } ?? "", "offset 0"]
            let list = columns.isEmpty ? "true as nothing" : columns.joined(separator: ",\n    ")
            text = (["select\n    \(list)"] + from + rest.filter { !$0.isEmpty }).joined(separator: "\n")
        }
        return text
    }
}

extension String {
    /// With spaces before every line but the first.
    func indented(by spaces: Int) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\n" + String(repeating: " ", count: spaces))
    }
}
