import Arguments
import Testing

@testable import PGSyncCLI

@Suite("State directory")
struct StateDirectoryTests {
    private func choose(
        _ option: String? = nil,
        _ environment: Environment = [:],
        isRoot: Bool = false,
        isOpen: Bool = true
    ) -> String {
        StateDirectory.choose(option, environment: environment, isRoot: isRoot) { _ in isOpen }
    }

    @Test("is the option, else the variable, else the user's own place")
    func order() {
        let all: Environment = ["PGSYNC_STATE_DIR": "/b", "XDG_STATE_HOME": "/c", "HOME": "/d"]
        #expect(choose("/a", all) == "/a")
        #expect(choose(nil, all) == "/b")
        #expect(choose(nil, ["PGSYNC_STATE_DIR": "", "XDG_STATE_HOME": "/c", "HOME": "/d"]) == "/c/pgsync")
        #expect(choose(nil, ["HOME": "/d"]) == "/d/.local/state/pgsync")
        #expect(choose() == StateDirectory.forRoot)
    }

    @Test("lies outside of root's home where that is closed to others")
    func root() {
        #expect(choose(nil, ["HOME": "/r"], isRoot: true, isOpen: false) == "/var/lib/pgsync")
        #expect(choose(nil, ["HOME": "/srv"], isRoot: true) == "/srv/.local/state/pgsync")
        #expect(choose(nil, ["HOME": "/h"], isOpen: false) == "/h/.local/state/pgsync")
        #expect(choose("/r/x", isRoot: true, isOpen: false) == "/r/x")
    }

    @Test("of a node lies beside the other, unless it is said where")
    func node() {
        let home: Environment = ["HOME": "/d"]
        func choose(_ option: String? = nil, isOpen: Bool = true) -> String {
            StateDirectory.choose(option, isNode: true, environment: home, isRoot: true) { _ in isOpen }
        }
        #expect(choose() == "/d/.local/state/pgsync-node")
        #expect(choose(isOpen: false) == "/var/lib/pgsync-node")
        #expect(choose("/a") == "/a")
    }
}
