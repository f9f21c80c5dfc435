/// What the benchmark of posting comes to.
package struct PostingReport: Sendable {
    /// A promise, with how often it is broken.
    package struct Check: Sendable, Equatable {
        package let promise: String
        package let broken: Int

        package var holds: Bool { broken == 0 }

        /// Those of several databases as one list.
        static func sums(_ checks: [Check]) -> [Check] {
            var sums: [Check] = []
            for check in checks {
                if let index = sums.firstIndex(where: { $0.promise == check.promise }) {
                    sums[index] = Check(promise: check.promise, broken: sums[index].broken + check.broken)
                } else {
                    sums.append(check)
                }
            }
            return sums
        }
    }

    package let settings: [(name: String, value: String)]
    package let figures: [PostingFigure]
    package let checks: [Check]

    package var holds: Bool { checks.allSatisfy(\.holds) }
}
