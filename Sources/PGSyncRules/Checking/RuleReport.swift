/// What a check of rule files found.
package struct RuleReport: Sendable {
    /// The rules that could be read; whether they are right is another question.
    package let rules: [Rule]
    /// Every example that was run.
    package let examples: [ExampleRun]
    /// What is wrong besides examples, in the order of the files and their lines.
    package let problems: [RuleProblem]
    /// All that is wrong, examples included, in that order.
    package let allProblems: [RuleProblem]
    /// What is likely to be meant otherwise; it stands in no one's way.
    package let warnings: [RuleProblem]
    /// The time zones for whose data examples were not run.
    package let missingTimeZones: Set<String>

    /// The rules when nothing is wrong, else every problem.
    package var verdict: Result<[Rule], RuleProblems> {
        allProblems.isEmpty ? .success(rules) : .failure(RuleProblems(problems: allProblems))
    }
}

/// Every problem of a set of rule files.
package struct RuleProblems: Error, Sendable, Hashable, CustomStringConvertible {
    package let problems: [RuleProblem]

    package init(problems: [RuleProblem]) {
        self.problems = problems
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
