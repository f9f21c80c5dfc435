import Services
import Testing

@Suite("Services error")
struct ServicesErrorTests {
    @Test("names the services at fault")
    func namesServices() {
        #expect(
            "\(ServicesError.returnedEarly(service: "worker"))"
                == #"service "worker" ended without being asked to stop"#
        )
        #expect(
            "\(ServicesError.gracePeriodExceeded(services: ["worker", "http"]))"
                == "cancelled after the grace period: worker, http"
        )
    }
}
