/// What the benchmark of posting comes to.
package struct PostingReport: Sendable {
    /// A promise, with how often it is broken.
    package struct Check: Sendable, Equatable {
        package let promise: String
        package let broken: Int

        package var holds: Bool { broken == 0 }
    }

    package let settings: [(name: String, value: String)]
    package let figures: [PostingFigure]
    package let checks: [Check]

    package var holds: Bool { checks.allSatisfy(\.holds) }
}
