/// What the cells of all rounds come to.
package struct BenchReport: Sendable {
    /// A workload on a variant, over all rounds.
    package struct Line: Sendable, Equatable {
        package let workload: BenchWorkload
        package let variant: BenchVariant
        package let rowsPerSecond: Double
        package let walBytesPerRow: Double
        /// Processor time of the whole server for a row.
        package let processorMicroseconds: Double
        /// The rate beside that of no trigger in the same round.
        package let ofNone: Double
        /// The rate beside that of the bare trigger in the same round.
        package let ofBare: Double
        /// The rate beside that of a trigger that writes log and queue by hand, in the same round, with as busy a worker.
        package let ofHand: Double
        /// The time for a row beyond that with no trigger in the same round.
        package let addedMicroseconds: Double
        package let bar: Bar?
    }

    /// What a figure has to reach.
    package struct Bar: Sendable, Equatable {
        package let text: String
        package let holds: Bool
    }

    /// Whether a log holds what was written.
    package struct Proof: Sendable, Equatable {
        package let variant: BenchVariant
        package let changes: Int
        package let logged: Int
        /// Records whose last image in the log is not the row in the table.
        package let different: Int

        package var holds: Bool { changes == logged && different == 0 }
    }

    package let settings: [(name: String, value: String)]
    package let lines: [Line]
    package let proofs: [Proof]
    /// How often the sleeping listener was woken, by what.
    package let wakes: [(reason: String, count: Int)]
    /// How many changes the busy worker has taken out of the queue meanwhile.
    package let taken: Int

    package var holds: Bool { proofs.allSatisfy(\.holds) }

    /// Medians over the rounds, of ratios inside each round, so that a machine that slows down slows both.
    package static func lines(_ cells: [BenchCell]) -> [Line] {
        var workloads: [BenchWorkload] = []
        for cell in cells where !workloads.contains(cell.workload) { workloads.append(cell.workload) }
        let mostWriters = workloads.compactMap { workload -> Int? in
            if case .insert(let writers) = workload { writers } else { nil }
        }.max()
        return workloads.flatMap { workload in
            BenchVariant.allCases.compactMap { variant in
                let own = cells.filter { $0.workload == workload && $0.variant == variant }
                guard !own.isEmpty else { return nil }
                func compared(_ other: BenchVariant, _ figure: (BenchCell, BenchCell) -> Double) -> Double {
                    median(
                        own.compactMap { cell in
                            cells.first {
                                $0.workload == workload && $0.variant == other && $0.round == cell.round
                            }.map { figure(cell, $0) }
                        }
                    )
                }
                let ofBare = compared(.bare) { $0.rowsPerSecond / $1.rowsPerSecond }
                let ofHand = compared(variant.byHand) { $0.rowsPerSecond / $1.rowsPerSecond }
                let added = compared(.none) { $0.microsecondsPerRow - $1.microsecondsPerRow }
                return Line(
                    workload: workload,
                    variant: variant,
                    rowsPerSecond: median(own.map(\.rowsPerSecond)),
                    walBytesPerRow: median(own.map(\.walBytesPerRow)),
                    processorMicroseconds: median(own.map(\.processorMicrosecondsPerRow)),
                    ofNone: compared(.none) { $0.rowsPerSecond / $1.rowsPerSecond },
                    ofBare: ofBare,
                    ofHand: ofHand,
                    addedMicroseconds: added,
                    bar: bar(workload, variant, mostWriters, ofBare: ofBare, ofHand: ofHand)
                )
            }
        }
    }

    private static func bar(
        _ workload: BenchWorkload,
        _ variant: BenchVariant,
        _ mostWriters: Int?,
        ofBare: Double,
        ofHand: Double
    ) -> Bar? {
        switch (workload, variant) {
        case (.insert(let writers), .busy) where writers == mostWriters:
            return Bar(text: "≥ 0.9 of by hand", holds: ofHand >= 0.9)
        case (.copy, .sleeping): return Bar(text: "≥ 0.9 of bare", holds: ofBare >= 0.9)
        default: return nil
        }
    }

    package static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

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
