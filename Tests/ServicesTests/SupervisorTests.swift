import Services
import TestSupport
import Testing

@Suite("Supervisor")
struct SupervisorTests {
    private static func address(isAbstract: Bool) -> String {
        "\(isAbstract ? "@" : "/tmp/")pgsync-notify-\(UInt64.random(in: 0 ... .max))"
    }

    private func supervised(by environment: [String: String]) -> Supervisor? {
        Supervisor(processID: 7) { environment[$0] }
    }

    @Test("hears what it is told, at a path or an abstract socket", arguments: [true, false])
    func tells(isAbstract: Bool) throws {
        let address = Self.address(isAbstract: isAbstract)
        let listener = try DatagramListener(at: address)
        let supervisor = try #require(supervised(by: ["NOTIFY_SOCKET": address]))
        #expect(supervisor.tell(.ready, .status("two\nlines")))
        #expect(supervisor.tell(.alive))
        #expect(supervisor.tell(.stopping))
        #expect(listener.takeLines() == ["READY=1", "STATUS=two lines", "WATCHDOG=1", "STOPPING=1"])
    }

    @Test("is no reason to fail when it is gone")
    func gone() throws {
        let supervisor = try #require(supervised(by: ["NOTIFY_SOCKET": Self.address(isAbstract: false)]))
        #expect(!supervisor.tell(.ready))
    }

    @Test(
        "is there only where a socket is named that there can be",
        arguments: [nil, "", "relative", "/" + String(repeating: "x", count: 200)]
    )
    func absent(address: String?) {
        #expect(supervised(by: ["NOTIFY_SOCKET": address].compactMapValues(\.self)) == nil)
    }

    @Test(
        "waits for signs of life where it says so, and means this process",
        arguments: [
            (["WATCHDOG_USEC": "2000000"], Duration.seconds(2)),
            (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "7"], .seconds(2)),
            (["WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "8"], nil),
            (["WATCHDOG_USEC": "0"], nil), (["WATCHDOG_USEC": "soon"], nil), ([:], nil),
        ] as [([String: String], Duration?)]
    )
    func watchdog(environment: [String: String], interval: Duration?) throws {
        let all = environment.merging(["NOTIFY_SOCKET": "/run/systemd/notify"]) { $1 }
        #expect(try #require(supervised(by: all)).watchdogInterval == interval)
    }
}
