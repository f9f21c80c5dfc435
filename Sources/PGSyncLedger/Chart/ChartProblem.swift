/// What is wrong in a file with accounts.
package struct ChartProblem: Error, Sendable, Equatable {
    package let line: Int
    package let text: String

    init(_ line: Int, _ text: String) {
        self.line = line
        self.text = text
    }
}
