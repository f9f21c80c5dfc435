import PGSyncCore
import Testing

@Suite("A poster that is paced")
struct PacedPosterTests {
    /// A server on which a batch of n changes takes `fixed + n * each`.
    struct Server: Sendable, CustomTestStringConvertible {
        let fixed: Double
        let each: Double
        let perSecond: Double

        var testDescription: String { "\(fixed) ms + \(each) ms a change, \(perSecond) a second" }
    }

    struct Outcome {
        var meanWait: Double
        var batches: Int
    }

    /// Posts changes that come at random; tells how long they waited from commit to posted, in milliseconds.
    ///
    /// It wakes at once when it sleeps. Without pacing it looks again at once after each batch.
    private func run(_ server: Server, isPaced: Bool, changes: Int = 4_000) -> Outcome {
        var generator = SplitMix(state: 7)
        var time = 0.0
        let arrivals = (0..<changes).map { _ in
            time +=
                -Double.random(in: Double.leastNonzeroMagnitude..<1, using: &generator).logarithm
                / server.perSecond * 1_000
            return time
        }
        var (pacing, now, next, waited, batches) = (PosterPacing(), 0.0, 0, 0.0, 0)
        while next < changes {
            // Nothing is there: it sleeps until something is.
            now = max(now, arrivals[next])
            var count = 0
            while next + count < changes, count < 500, arrivals[next + count] <= now { count += 1 }
            let took = server.fixed + server.each * Double(count)
            now += took
            batches += 1
            for index in next..<next + count { waited += now - arrivals[index] }
            next += count
            let advice = pacing.note(
                claimed: count,
                limit: 500,
                took: .seconds(took / 1_000),
                at: .seconds(10 + now / 1_000)
            )
            if isPaced, case .rest(let rest) = advice { now += rest / .milliseconds(1) }
        }
        return Outcome(meanWait: waited / Double(changes), batches: batches)
    }

    private static let servers: [Server] = [(0.5, 0.05), (2.4, 0.1), (4.9, 0.1), (12, 0.3)].flatMap {
        fixed,
        each in
        [50.0, 100, 200, 400, 1_000, 2_500].map { Server(fixed: fixed, each: each, perSecond: $0) }
    }

    @Test(
        "keeps no change waiting much longer than one that never rests, and posts in no more batches",
        arguments: servers
    )
    func paced(server: Server) {
        let (greedy, paced) = (run(server, isPaced: false), run(server, isPaced: true))
        #expect(paced.meanWait <= greedy.meanWait * 1.3)
        #expect(paced.batches <= greedy.batches)
    }

    @Test("posts 200 a second at 5 ms each within about two batches")
    func slowMachine() {
        let outcome = run(Server(fixed: 4.9, each: 0.1, perSecond: 200), isPaced: true)
        #expect(outcome.meanWait < 12)
    }

    @Test("spares a busy server batches")
    func spares() {
        let server = Server(fixed: 2.4, each: 0.1, perSecond: 2_500)
        #expect(run(server, isPaced: true).batches * 10 < run(server, isPaced: false).batches * 9)
    }
}

extension Double {
    /// The natural logarithm, of what is above zero and not above one; there is no Foundation here.
    fileprivate var logarithm: Double {
        // ln x = 2 artanh((x - 1) / (x + 1)), of the significand; the exponent is added.
        let (mantissa, power) = (significand, Double(exponent))
        let ratio = (mantissa - 1) / (mantissa + 1)
        var (sum, term) = (0.0, ratio)
        for odd in stride(from: 1.0, through: 41, by: 2) {
            sum += term / odd
            term *= ratio * ratio
        }
        return 2 * sum + power * 0.693_147_180_559_945_3
    }
}
