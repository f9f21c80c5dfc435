/// One measurement: a workload on a variant in one round.
package struct BenchCell: Sendable, Equatable {
    package let workload: BenchWorkload
    package let variant: BenchVariant
    package let round: Int
    package let rows: Int
    /// Written before the measuring began.
    package let warmUpRows: Int
    package let duration: Duration
    /// Bytes of write-ahead log, of the whole server.
    package let walBytes: Int

    package init(
        workload: BenchWorkload,
        variant: BenchVariant,
        round: Int,
        rows: Int,
        warmUpRows: Int = 0,
        duration: Duration,
        walBytes: Int
    ) {
        self.workload = workload
        self.variant = variant
        self.round = round
        self.rows = rows
        self.warmUpRows = warmUpRows
        self.duration = duration
        self.walBytes = walBytes
    }

    package var rowsPerSecond: Double { Double(rows) / (duration / .seconds(1)) }
    package var microsecondsPerRow: Double { duration / .microseconds(1) / Double(max(rows, 1)) }
    package var walBytesPerRow: Double { Double(walBytes) / Double(max(rows, 1)) }
}
