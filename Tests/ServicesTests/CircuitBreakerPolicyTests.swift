import Services
import Testing

@Suite("Circuit breaker policy")
struct CircuitBreakerPolicyTests {
    @Test("raises limits that would never let anything through")
    func raisesLimits() {
        let policy = CircuitBreakerPolicy(
            failuresInARow: 0,
            failureShare: .init(threshold: 0.5, window: -1),
            probes: 0
        )
        #expect(policy.failuresInARow == 1)
        #expect(policy.failureShare?.window == 1)
        #expect(policy.probes == 1)
    }
}
