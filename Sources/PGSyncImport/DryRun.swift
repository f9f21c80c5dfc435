import PGSyncOperations
import PGSyncRemote
import PGSyncRules
import PGSyncStore

/// Fetches a few pages of a stream and reads them, and writes nothing.
struct DryRun {
    let runner: ImportRunner
    let stream: ImportStream
    let target: Int64
    let plan: ImportPlan

    private static let mostPages = 3

    func run() async throws {
        let plan = plan
        let connection = runner.job.connection
        let addresses = PageAddresses(definition: runner.definition, stream: stream)
        var reader = PageReader(stream: stream, target: target, maxAttempts: 1)
        let newest = try await runner.job.step { session in
            try ImportStore(session).newestSlice(of: plan.wanted, step: plan.step)
        }
        guard let slice = newest else {
            return try await runner.job.note(stream.name, "nothing is left to read", done: 0)
        }
        let fetching = StreamFetching(runner: runner, stream: stream, target: target, plan: plan)
        fetching.slots.add()
        var place: PagePlace? = addresses.place(nil)
        var (rows, faults) = (0, 0)
        for _ in 0..<Self.mostPages {
            guard let here = place else { break }
            let url = addresses.url(of: slice, at: here)
            let (page, answer) = try await fetching.get(url, on: connection)
            let writing: ImportWriting
            do throws(PageReader.Refusal) { writing = try reader.read(page.rows) } catch {
                throw ImportRunner.StreamFailure(errorClass: "call.shape", message: error.message)
            }
            rows += page.rows.count
            faults += writing.failures.count
            place = answer.flatMap { addresses.next(after: page, at: here, answer: $0) }
        }
        try await runner.job.note(
            stream.name,
            "read \(rows) rows of the newest pages\(faults == 0 ? "" : ", \(faults) of which would fail")",
            done: rows
        )
    }
}
