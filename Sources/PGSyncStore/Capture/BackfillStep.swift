/// What one step of a backfill has done.
package struct BackfillStep: Sendable, Equatable {
    package let rows: Int
    package let done: Int
    package let expected: Int?
    package let isFinished: Bool
    /// How long a step should take, as the settings say now.
    package let targetDuration: Duration
}
