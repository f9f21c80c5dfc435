package import JSON

/// An example of a rule, with what the rule makes of it.
package struct ExampleRun: Sendable {
    package let rule: Rule
    package let name: String
    package let file: String
    package let line: Int
    package let row: JSONValue
    /// What the interpreter makes of the row.
    package let outcome: RuleOutcome
    /// Why that is not what the example says.
    package let problem: RuleProblem?
}
