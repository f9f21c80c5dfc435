import Glibc
import Subprocesses
import Testing

@Suite("User account")
struct UserAccountTests {
    @Test("is found by name and by number, and is the same")
    func isFound() throws {
        let root = try #require(UserAccount(named: "root"))
        #expect(root == UserAccount(userID: 0))
        #expect(root.userID == 0 && root.groupID == 0 && root.home == "/root")
        #expect(UserAccount.current.userID == geteuid())
    }

    @Test("is nil where there is no such user")
    func isNilForStrangers() {
        #expect(UserAccount(named: "no-such-user") == nil)
        #expect(UserAccount(userID: 3_999_999_999) == nil)
    }
}
