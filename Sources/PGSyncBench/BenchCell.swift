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
    /// Processor time of the whole server; nil where it is not on this machine.
    package let processorTime: Duration?

    package init(
        workload: BenchWorkload,
        variant: BenchVariant,
        round: Int,
        rows: Int,
        warmUpRows: Int = 0,
        duration: Duration,
        walBytes: Int,
        processorTime: Duration? = nil
    ) {
        self.workload = workload
        self.variant = variant
        self.round = round
        self.rows = rows
        self.warmUpRows = warmUpRows
        self.duration = duration
        self.walBytes = walBytes
        self.processorTime = processorTime
    }

    package var rowsPerSecond: Double { Double(rows) / (duration / .seconds(1)) }
    package var microsecondsPerRow: Double { duration / .microseconds(1) / Double(max(rows, 1)) }
    /// Of the server's processors; NaN where that is not known.
    package var processorMicrosecondsPerRow: Double {
        processorTime.map { $0 / .microseconds(1) / Double(max(rows, 1)) } ?? .nan
    }
    package var walBytesPerRow: Double { Double(walBytes) / Double(max(rows, 1)) }
}
