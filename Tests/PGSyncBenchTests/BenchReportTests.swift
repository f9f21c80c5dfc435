import PGSyncBench
import Testing

@Suite("BenchReport")
struct BenchReportTests {
    private func cell(_ variant: BenchVariant, _ round: Int, _ rows: Int, _ work: BenchWorkload) -> BenchCell
    {
        BenchCell(
            workload: work,
            variant: variant,
            round: round,
            rows: rows,
            duration: .seconds(1),
            walBytes: rows * 100,
            processorTime: .microseconds(rows * 7)
        )
    }

    @Test("compares inside a round, so that a slow round slows both sides")
    func ratios() throws {
        let work = BenchWorkload.insert(writers: 32)
        let lines = BenchReport.lines([
            cell(.hand, 0, 9_000, work), cell(.taken, 0, 1_000, work), cell(.busy, 0, 950, work),
            cell(.bare, 0, 1_900, work),
            cell(.taken, 1, 100, work), cell(.busy, 1, 96, work), cell(.bare, 1, 192, work),
            cell(.taken, 2, 500, work), cell(.busy, 2, 470, work), cell(.bare, 2, 940, work),
        ])
        let busy = try #require(lines.first { $0.variant == .busy })
        #expect(
            busy.ofHand == 0.95 && busy.ofBare == 0.5 && busy.rowsPerSecond == 470
                && busy.walBytesPerRow == 100 && busy.processorMicroseconds == 7
        )
        #expect(busy.bar?.holds == true)
        #expect(busy.ofNone.isNaN)
    }

    @Test("says when a bar is missed")
    func missed() throws {
        let copy = BenchWorkload.copy(rows: 1)
        let lines = BenchReport.lines([
            cell(.none, 0, 1_000_000, copy), cell(.bare, 0, 120_000, copy), cell(.sleeping, 0, 100_000, copy),
        ])
        let sleeping = try #require(lines.first { $0.variant == .sleeping })
        #expect(abs(sleeping.addedMicroseconds - 9) < 0.001)
        #expect(sleeping.bar?.holds == false)
        #expect(lines.first { $0.variant == .none }?.bar == nil)
    }
}
