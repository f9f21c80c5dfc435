import Services
import TestSupport
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private typealias Breaker = CircuitBreaker<ManualClock.Instant>
    private let clock = ManualClock()

    private func breaker(
        failuresInARow: Int? = 3,
        failureShare: CircuitBreakerPolicy.FailureShare? = nil,
        probes: Int = 1
    ) -> Breaker {
        Breaker(
            policy: CircuitBreakerPolicy(
                failuresInARow: failuresInARow,
                failureShare: failureShare,
                openDuration: Backoff(initial: .seconds(5), cap: .seconds(12), jitter: .none),
                probes: probes
            )
        )
    }

    private func permit(from breaker: inout Breaker) throws -> Breaker.Permit {
        let decision = breaker.admit(at: clock.now)
        guard case .proceed(let permit) = decision else { throw Refused(reason: "\(decision)") }
        return permit
    }

    private func settle(_ permit: Breaker.Permit, as outcome: Breaker.Outcome, in breaker: inout Breaker) {
        var generator = SeededGenerator(seed: 1)
        breaker.settle(permit, as: outcome, at: clock.now, using: &generator)
    }

    private func call(_ breaker: inout Breaker, _ outcome: Breaker.Outcome) throws {
        settle(try permit(from: &breaker), as: outcome, in: &breaker)
    }

    @Test("opens after so many failures in a row and says how long to wait")
    func opensAfterFailuresInARow() throws {
        var breaker = breaker()
        for outcome: Breaker.Outcome in [.failure, .failure, .success, .failure, .unknown, .failure] {
            try call(&breaker, outcome)
        }
        #expect(breaker.state == .closed)
        try call(&breaker, .failure)
        #expect(breaker.state == .open(until: clock.now.advanced(by: .seconds(5))))
        clock.advance(by: .seconds(2))
        #expect(breaker.admit(at: clock.now) == .reject(retryAfter: .seconds(3)))
    }

    @Test("opens at a share of failures among the latest calls")
    func opensAtAShare() throws {
        var breaker = breaker(failuresInARow: nil, failureShare: .init(threshold: 0.5, window: 4))
        for outcome: Breaker.Outcome in [.failure, .success, .failure, .success] {
            try call(&breaker, outcome)
        }
        #expect(breaker.state == .closed, "a success opens nothing, whatever the share")
        try call(&breaker, .success)
        try call(&breaker, .success)
        try call(&breaker, .failure)
        #expect(breaker.state == .closed, "the early failures have left the window")
        try call(&breaker, .failure)
        #expect(breaker.state != .closed)
    }

    @Test("turns half-open when its time has passed and closes when all probes succeed")
    func closesAfterProbes() throws {
        var breaker = breaker(probes: 2)
        for _ in 0..<3 { try call(&breaker, .failure) }
        clock.advance(by: .seconds(5))
        let first = try permit(from: &breaker)
        #expect(breaker.state == .halfOpen)
        let second = try permit(from: &breaker)
        #expect(breaker.admit(at: clock.now) == .reject(retryAfter: nil))
        settle(first, as: .success, in: &breaker)
        #expect(breaker.admit(at: clock.now) == .reject(retryAfter: nil))
        settle(second, as: .success, in: &breaker)
        #expect(breaker.state == .closed)
    }

    @Test("stays open longer with every probe that fails, up to the cap, and begins anew once closed")
    func staysOpenLonger() throws {
        var breaker = breaker(failuresInARow: 1)
        try call(&breaker, .failure)
        for seconds in [5, 10, 12, 12] {
            #expect(breaker.state == .open(until: clock.now.advanced(by: .seconds(seconds))))
            clock.advance(by: .seconds(seconds))
            try call(&breaker, .failure)
        }
        clock.advance(by: .seconds(12))
        try call(&breaker, .success)
        #expect(breaker.state == .closed)
        try call(&breaker, .failure)
        #expect(breaker.state == .open(until: clock.now.advanced(by: .seconds(5))))
    }

    @Test("gives the place of a probe without verdict to another")
    func replacesAProbeWithoutVerdict() throws {
        var breaker = breaker(failuresInARow: 1)
        try call(&breaker, .failure)
        clock.advance(by: .seconds(5))
        try call(&breaker, .unknown)
        #expect(breaker.state == .halfOpen)
        try call(&breaker, .success)
        #expect(breaker.state == .closed)
    }

    @Test("does not count calls that began before the last change of state")
    func ignoresStaleCalls() throws {
        var breaker = breaker(failuresInARow: 1)
        let stale = try permit(from: &breaker)
        try call(&breaker, .failure)
        settle(stale, as: .success, in: &breaker)
        #expect(breaker.state != .closed)
        clock.advance(by: .seconds(5))
        let probe = try permit(from: &breaker)
        settle(stale, as: .failure, in: &breaker)
        #expect(breaker.state == .halfOpen)
        settle(probe, as: .success, in: &breaker)
        settle(probe, as: .failure, in: &breaker)
        #expect(breaker.state == .closed)
    }

    @Test("keeps its promises under random events", arguments: 1...20 as ClosedRange<UInt64>)
    func keepsItsPromises(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let probes = Int.random(in: 1...4, using: &generator)
        let limit = Int.random(in: 1...4, using: &generator)
        var breaker = breaker(
            failuresInARow: limit,
            failureShare: .init(threshold: 0.6, window: 5),
            probes: probes
        )
        var underWay: [Breaker.Permit] = []
        // Probes let through since the breaker last turned half-open, and the permits of these.
        var probing: Set<Breaker.Permit> = []
        var successes = 0
        var visited: Set<String> = []

        for _ in 0..<2_000 {
            let before = breaker.state
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                let decision = breaker.admit(at: clock.now)
                if case .open(let until) = before {
                    if clock.now < until {
                        #expect(decision == .reject(retryAfter: clock.now.duration(to: until)))
                        #expect(breaker.state == before, "open until its time has passed")
                        break
                    }
                    #expect(breaker.state == .halfOpen)
                    (probing, successes) = ([], 0)
                }
                if case .proceed(let permit) = decision {
                    #expect(!underWay.contains(permit))
                    underWay.append(permit)
                    if breaker.state == .halfOpen { probing.insert(permit) }
                } else {
                    #expect(before != .closed, "a closed breaker lets every call through")
                    #expect(probing.count + successes == probes, "rejects only when all probes are given")
                }
            case 4..<9 where !underWay.isEmpty:
                let permit = underWay.remove(at: .random(in: underWay.indices, using: &generator))
                let outcome: Breaker.Outcome =
                    [.success, .success, .failure, .unknown].randomElement(using: &generator) ?? .unknown
                breaker.settle(permit, as: outcome, at: clock.now, using: &generator)
                let isProbe = before == .halfOpen && probing.remove(permit) != nil
                switch (isProbe, outcome) {
                case (true, .success):
                    successes += 1
                    #expect(breaker.state == (successes == probes ? .closed : .halfOpen))
                case (true, .failure):
                    guard case .open(let until) = breaker.state else {
                        Issue.record("a failed probe must open, not leave \(breaker.state)")
                        break
                    }
                    let duration = clock.now.duration(to: until)
                    #expect(duration >= .seconds(5) && duration <= .seconds(12))
                case (false, .failure) where before == .closed:
                    #expect(breaker.state != .halfOpen)
                default:
                    #expect(breaker.state == before, "nothing else changes the state")
                }
            default:
                clock.advance(by: .milliseconds(.random(in: 0...3_000, using: &generator)))
                #expect(breaker.state == before, "time alone changes nothing")
            }
            #expect(probing.count + successes <= probes || breaker.state != .halfOpen)
            visited.insert("\(breaker.state)".prefix { $0.isLetter }.description)
        }
        #expect(visited == ["closed", "open", "halfOpen"])
    }
}
