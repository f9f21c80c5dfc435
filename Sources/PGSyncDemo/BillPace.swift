/// Decides when the next bills are due and how many; it reads no clock.
///
/// The batches depend on the numbers alone, never on the time, so that a seed always gives the same bills.
struct BillPace: Sendable {
    struct Batch: Equatable, Sendable {
        let bills: Int
        /// How many other rows change with them.
        let changes: Int
    }

    private let options: DemoOptions
    private var written = 0
    private var changed = 0
    /// What was missed and is not made up for.
    private var lag = Duration.zero

    /// From this lateness on, what was missed stays missed.
    private static let patience = Duration.seconds(1)
    private static let batchesPerSecond = 5

    init(_ options: DemoOptions) {
        self.options = options
    }

    /// The next batch; nil once all bills are written.
    var next: Batch? {
        let bills = min(max(options.rate / Self.batchesPerSecond, 1), (options.limit ?? .max) - written)
        guard bills > 0 else { return nil }
        let changes = Int((Double(written + bills) * options.editShare).rounded(.down)) - changed
        return Batch(bills: bills, changes: changes)
    }

    /// How long the next batch has to wait.
    func delay(at elapsed: Duration) -> Duration {
        max(due - elapsed, .zero)
    }

    /// Records a batch that was written, and when it began.
    mutating func wrote(_ batch: Batch, at elapsed: Duration) {
        let lateness = elapsed - due
        if lateness > Self.patience { lag += lateness }
        written += batch.bills
        changed += batch.changes
    }

    private var due: Duration { lag + .seconds(Double(written) / Double(options.rate)) }
}
